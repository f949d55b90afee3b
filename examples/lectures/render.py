"""Render lectures with known truth from their scripts.

    python examples/lectures/render.py [SCRIPT.yaml ...] [-o DIR]

Without arguments it renders all of `scripts/` into this folder. Each lecture becomes
`<id>.mp4` and `<id>.truth.json`, and `manifest.jsonl` gets one row for each.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from rendering.film import render
from rendering.script import read_script

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scripts", nargs="*", type=Path, help="lecture scripts (YAML)")
    parser.add_argument("-o", "--output", type=Path, default=HERE, help="folder to write into")
    args = parser.parse_args()
    scripts = args.scripts or sorted((HERE / "scripts").glob("*.yaml"))
    rows = read_manifest(args.output / "manifest.jsonl")
    for path in scripts:
        began = time.monotonic()
        row = render(read_script(path), args.output)
        rows[row["video_id"]] = row
        size = (args.output / row["path"]).stat().st_size
        print(f"{row['path']}: {size / 1e6:.2f} MB in {time.monotonic() - began:.0f} s")
    lines = (json.dumps(rows[key], ensure_ascii=False) for key in sorted(rows))
    (args.output / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_manifest(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a manifest that is there already, so that one lecture can be made anew."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["video_id"]: row for row in rows}


if __name__ == "__main__":
    main()
