"""The stages of one video, each after those that it needs.

    recognise -> transcribe -+-> rehear -> refine --\\
                              X                      \\
    keyframes -> read -------+-> legible -----------> score -> judge -> clip -> align -> summarise
             \\-> caption ---------------------------------------------------/   \\-> cut
             \\-> glimpses

Each stage is declared beside its code. `work.py` gets the results of one video; `corpus.py` does
what needs the whole corpus.
"""

from __future__ import annotations

from typing import Any

from ..assemble.align import ALIGN
from ..assemble.clip import CLIP
from ..assemble.cut import CUT
from ..assemble.summarise import SUMMARISE
from ..screen.caption import CAPTION
from ..screen.glimpses import GLIMPSES
from ..screen.keyframes import KEYFRAMES
from ..screen.legible import LEGIBLE
from ..screen.read import READ
from ..speech.recognise import RECOGNISE
from ..speech.refine import REFINE
from ..speech.rehear import REHEAR
from ..speech.transcribe import TRANSCRIBE
from ..stage import Stage
from ..teaching.judge import JUDGE
from ..teaching.score import SCORE

# Two halves that are independent of each other, and the stages that need both.
SPEECH: tuple[Stage[Any], ...] = (RECOGNISE, TRANSCRIBE)
SCREEN: tuple[Stage[Any], ...] = (KEYFRAMES, READ, CAPTION, GLIMPSES)
TEXT: tuple[Stage[Any], ...] = (
    REHEAR,
    REFINE,
    LEGIBLE,
    SCORE,
    JUDGE,
    CLIP,
    ALIGN,
    SUMMARISE,
    CUT,
)
STAGES = (*SPEECH, *SCREEN, *TEXT)
ENDS: tuple[Stage[Any], ...] = (
    SUMMARISE,
    CUT,
    GLIMPSES,
)  # no other stage needs these; once they are done, all are
