"""vid2book: instructional videos in, a multimodal textbook out.

import vid2book
vid2book.build("lectures/", "textbook")  # a corpus of many videos
vid2book.keyframes("lecture.mp4")        # iterator of Keyframe, this one stage alone
vid2book.transcribe("lecture.mp4")       # Transcript
vid2book.book("lecture.mp4")             # list of Sample
"""

from typing import TYPE_CHECKING

from .api import book, keyframes, transcribe
from .exports import exports

if TYPE_CHECKING:
    from .builder.building import Built, build

__version__ = "0.1.0"
__all__ = ["Built", "__version__", "book", "build", "keyframes", "transcribe"]
# The core must not depend on the builder, which is imported only when somebody builds.
__getattr__ = exports(__name__, {"builder.building": ["Built", "build"]})
