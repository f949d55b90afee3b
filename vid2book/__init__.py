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
    from .builder.write import EmptyCorpusError
    from .config import Config, ConfigError
    from .errors import MachineError, UserError
    from .manifest import ManifestError
    from .models.error import ModelError
    from .pipeline.work import Failed

__version__ = "0.1.0"
__all__ = [
    "Built",
    "Config",
    "ConfigError",
    "EmptyCorpusError",
    "Failed",
    "MachineError",
    "ManifestError",
    "ModelError",
    "UserError",
    "__version__",
    "book",
    "build",
    "keyframes",
    "transcribe",
]
# The core must not depend on the builder, which is imported only when somebody builds.
__getattr__ = exports(
    __name__,
    {
        "builder.building": ["Built", "build"],
        "builder.write": ["EmptyCorpusError"],
        "config": ["Config", "ConfigError"],
        "errors": ["MachineError", "UserError"],
        "manifest": ["ManifestError"],
        "models.error": ["ModelError"],
        "pipeline.work": ["Failed"],
    },
)


def __dir__() -> list[str]:
    """What a user needs; the modules behind it are not listed."""
    return sorted(__all__)
