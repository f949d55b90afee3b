"""Single remarks within a lesson: `python benchmarks/remarks.py` prints the README's table.

First the talks with asides and questions from the audience by language (`talks`, `talks2` and
`talks3` of scripts/passages). Then the English lessons `held`, with remarks put between their
sentences and, half as often, sentences that teach and sound like a remark. Nothing was fitted to
any of these. Shares of words, by the chain alone and with the reader of remarks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

SCRIPTS = Path(__file__).parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))

from fit_remarks import read  # noqa: E402
from passages import Passage, languages, passages, record, with_remarks  # noqa: E402

from vid2book.models.embed import WordLlama  # noqa: E402
from vid2book.models.embed_any import MultilingualE5  # noqa: E402
from vid2book.teaching.any_language import classify_any  # noqa: E402
from vid2book.teaching.classify import classify  # noqa: E402
from vid2book.teaching.remarks import without_remarks  # noqa: E402

SETS = ("held", "held2", "held3")
TIMES = 3


def main() -> None:
    lessons = [p for p in passages("held") if not p.vlog]
    print("| | off topic kept | teaching lost |\n| --- | --- | --- |")
    for language in ("en", *languages()):
        for name in ("talks", "talks2", "talks3"):
            print(row(f"`{name}`, {language}", passages(name, language)))
    for name in SETS:
        sentences = read(name)
        said = [p for n in range(TIMES) for p in with_remarks(lessons, sentences, Random(n))]
        print(row(f"lessons with `{name}` remarks", said))
    print(row("the lessons as they are", lessons))


def row(name: str, lessons: Sequence[Passage]) -> str:
    totals = np.zeros((2, 2, 2))  # without and with; off topic kept, teaching lost; of all
    for lesson in lessons:
        heard = record(lesson)
        texts = [sentence.text for sentence in heard.sentences]
        english = lesson.video.language == "en"
        read, embed = (classify, EMBED) if english else (classify_any, EMBED_ANY)
        duration = heard.transcript.duration
        before = read(heard.video, heard.sentences, heard.screen, duration, embed)
        after = without_remarks(before, texts, EMBED_ANY, english=english)
        for n, found in enumerate((before, after)):
            totals[n] += errors(found.teaching >= 0.5, heard.off_topic, heard.words)
    kept, lost = (totals[:, n, 0] / totals[:, n, 1] for n in (0, 1))
    return f"| {name} | {kept[0]:.3f} -> {kept[1]:.3f} | {lost[0]:.3f} -> {lost[1]:.3f} |"


def errors(
    teaches: NDArray[np.bool_], off_topic: NDArray[np.bool_], words: NDArray[np.int64]
) -> list[list[int]]:
    """Words of off-topic sentences that are kept, and all of them; the same of teaching, lost."""
    return [
        [int(words[off_topic & teaches].sum()), int(words[off_topic].sum())],
        [int(words[~off_topic & ~teaches].sum()), int(words[~off_topic].sum())],
    ]


EMBED, EMBED_ANY = WordLlama(), MultilingualE5()

if __name__ == "__main__":
    main()
