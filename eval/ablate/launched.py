"""The program that each process of `accelerate launch` runs for one run of a study."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from .runs import Job, train_job


def main(file: str) -> None:
    """Train the job in a file written by `runs.launch_job`."""
    job, root = pickle.loads(Path(file).read_bytes())
    assert isinstance(job, Job)
    train_job(job, root)


if __name__ == "__main__":
    main(sys.argv[1])
