"""The real `datasets` client against the stand-in.

Clients read their settings when they are imported, so what loads runs in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys

LOAD = """
import json, sys
from datasets import load_dataset
found = {}
for version in sys.argv[1:]:
    rows = load_dataset("org/name", revision=version, split="train")
    stream = load_dataset("org/name", revision=version, split="train", streaming=True)
    videos = load_dataset("org/name", "videos", revision=version, split="train")
    found[version] = {
        "ids": list(rows["id"]),
        "streamed": [row["id"] for row in stream],
        "image": rows[0]["images"][0].size,
        "videos": list(videos["video_id"]),
    }
print(json.dumps(found))
"""


def load(env: dict[str, str], *versions: str) -> dict[str, dict[str, list[str]]]:
    """What the `datasets` of another process finds in versions of org/name."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *versions], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found
