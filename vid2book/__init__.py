"""vid2book: instructional videos in, a multimodal textbook out.

import vid2book
vid2book.keyframes("lecture.mp4")    # iterator of Keyframe, this one stage alone
vid2book.transcribe("lecture.mp4")   # Transcript
vid2book.book("lecture.mp4")         # list of Sample
"""

from .api import book, keyframes, transcribe

__version__ = "0.1.0"
__all__ = ["__version__", "book", "keyframes", "transcribe"]
