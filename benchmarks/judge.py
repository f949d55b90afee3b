"""What the judge drops of real speech, by kind of talk: `python benchmarks/judge.py FOLDER`

FOLDER has the passages.jsonl of `scripts/density_texts.py`: 300 words each, of many sources. Each
passage is judged as a video without title and pictures, which is harder than with them. Printed is
the share of passages that are kept, and the share of words that is dropped, by the chain alone and
with the reader of remarks. The chain was fitted to none of these sources; of those that teach, only
the ones that the reader has not learnt from are taken (`scripts/fit_remarks.py`).
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from remarks import EMBED, EMBED_ANY

SCRIPTS = Path(__file__).parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from fit_remarks import FEWEST, halves, sentences, timed  # noqa: E402

from vid2book.config import Judge  # noqa: E402
from vid2book.records import Sentence, Video  # noqa: E402
from vid2book.teaching.classify import classify  # noqa: E402
from vid2book.teaching.remarks import without_remarks  # noqa: E402
from vid2book.words import count_words  # noqa: E402

EACH = 6  # passages of a source


def main(folder: Path) -> None:
    _, held_out = halves(folder)
    taken: dict[str, int] = defaultdict(int)
    totals: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
    for line in (folder / "passages.jsonl").read_text("utf-8").splitlines():
        passage = json.loads(line)
        part, source = passage["part"], passage["source"]
        said = timed(sentences(passage["text"]))
        if part == "between" or len(said) < FEWEST or taken[source] == EACH:
            continue
        if part == "teaching" and source not in held_out:
            continue
        taken[source] += 1
        totals[part, passage["kind"]].append(dropped(said))
    print("| kind of talk | passages | kept | dropped by the chain | and with the reader |")
    print("| --- | --- | --- | --- | --- |")
    for (part, kind), rows in sorted(totals.items(), reverse=True):
        kept = sum(both <= (1 - Judge().min_teaching_share) * words for _, both, words in rows)
        chain, both, words = np.sum(rows, axis=0)
        name = f"**{kind}**" if part == "teaching" else kind
        print(f"| {name} | {len(rows)} | {kept} | {chain / words:.3f} | {both / words:.3f} |")


def dropped(said: Sequence[Sentence]) -> list[int]:
    """Words that the chain drops, that both drop, and all."""
    texts = [sentence.text for sentence in said]
    words = np.array([count_words(text) for text in texts])
    chain = classify(Video("v", "/nowhere.mp4", language="en"), said, [], said[-1].end, EMBED)
    both = without_remarks(chain, texts, EMBED_ANY, english=True)
    return [
        int(words[chain.teaching < 0.5].sum()),
        int(words[both.teaching < 0.5].sum()),
        int(words.sum()),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
