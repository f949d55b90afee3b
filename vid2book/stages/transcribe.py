"""Transcribe: captions where they come with the video, else speech recognition.

What the model made up is dropped: loops, words said into silence or music, text the model itself
does not believe. Each is told by a Decision with the number that decided it.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vid2book import config
from vid2book.records import Decision, Segment, Transcript, Video
from vid2book.stages.captions import read_captions

Recognise = Callable[[NDArray[np.float32], str, str], tuple[list[Segment], str]]

VERSION = 1
