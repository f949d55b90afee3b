"""Films the hard lectures: what moves, covers, scrolls, zooms and morphs on a screen."""

import sys
from pathlib import Path

# Speech, truth, encoding and faces are those of the example lectures, which are no package.
sys.path.append(str(Path(__file__).resolve().parents[3] / "examples" / "lectures"))
