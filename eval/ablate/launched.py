"""One run of a study, as each of the processes of `accelerate launch` runs it."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from .runs import Job, train_job


def main(file: str) -> None:
    """Train what a file of `runs.launched` names."""
    job, root = pickle.loads(Path(file).read_bytes())
    assert isinstance(job, Job)
    train_job(job, root)


if __name__ == "__main__":
    main(sys.argv[1])
