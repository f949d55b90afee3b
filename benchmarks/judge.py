"""What the judge drops of real speech, by kind of talk: `python benchmarks/judge.py FOLDER`

FOLDER has the passages.jsonl of `scripts/density_texts.py`: 300 words each, of many sources. Each
passage is judged as a video without title and pictures, which is harder than with them. Printed is
the share of the words that is dropped, by the chain alone and with the reader of remarks. Nothing
of the judge was fitted to these sources.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from remarks import EMBED, EMBED_ANY

from vid2book.records import Sentence, Video
from vid2book.teaching.classify import classify
from vid2book.teaching.remarks import without_remarks
from vid2book.words import count_words

EACH = 4  # passages of a source
FEWEST = 8  # sentences of a passage; texts without full stops have fewer
WORDS_PER_SECOND = 2.5


def main(folder: Path) -> None:
    taken: dict[str, int] = defaultdict(int)
    totals: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
    for line in (folder / "passages.jsonl").read_text("utf-8").splitlines():
        passage = json.loads(line)
        said = timed(re.split(r"(?<=[.?!])\s+", passage["text"]))
        if passage["part"] == "between" or len(said) < FEWEST or taken[passage["source"]] == EACH:
            continue
        taken[passage["source"]] += 1
        totals[passage["part"], passage["kind"]].append(dropped(said))
    print("| kind of talk | passages | dropped by the chain | and with the reader of remarks |")
    print("| --- | --- | --- | --- |")
    for (part, kind), rows in sorted(totals.items(), reverse=True):
        chain, both, words = np.sum(rows, axis=0)
        name = f"**{kind}**" if part == "teaching" else kind
        print(f"| {name} | {len(rows)} | {chain / words:.3f} | {both / words:.3f} |")


def timed(texts: Sequence[str]) -> list[Sentence]:
    ends = np.cumsum([count_words(text) for text in texts]) / WORDS_PER_SECOND
    starts = [0.0, *ends[:-1].tolist()]
    return [Sentence(a, b, t, t) for a, b, t in zip(starts, ends.tolist(), texts, strict=True)]


def dropped(said: Sequence[Sentence]) -> list[int]:
    """Words that the chain drops, that both drop, and all."""
    texts = [sentence.text for sentence in said]
    words = np.array([count_words(text) for text in texts])
    chain = classify(Video("v", "/nowhere.mp4", language="en"), said, [], said[-1].end, EMBED)
    both = without_remarks(chain, texts, EMBED_ANY)
    return [
        int(words[chain.teaching < 0.5].sum()),
        int(words[both.teaching < 0.5].sum()),
        int(words.sum()),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
