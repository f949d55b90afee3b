"""Fits the sentence model: `python scripts/fit_teaching.py` writes vid2book/teaching/teaching.yaml
and examples_in_context.yaml from the passages tune_*.yaml.

The wording of a passage is always read by a classifier that has not seen it (four folds). Every
passage comes several times: as written, and with openings, sponsors and goodbyes of others; with
and without manifest, screen and faces; with the slips of a speech recogniser. The chain is fitted
by maximum likelihood (Adam, L2), with a margin that makes dropping a teaching sentence the dearer
mistake.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from passages import Part, Passage, passages, record

from vid2book.models.embed import WordLlama
from vid2book.records import Video
from vid2book.teaching import wording
from vid2book.teaching.classify import FEATURES, measure
from vid2book.teaching.wording import Array, Classifier, Example

FOLDS, ROUNDS = 4, 4
STEPS, RATE, L2 = 300, 0.05, 0.0005
MARGIN = 0.5  # log odds towards off topic, added to teaching sentences while fitting
TEACHING = Path(wording.__file__).parent


class Sequenced(NamedTuple):
    features: Array  # (n, len(FEATURES))
    off_topic: Array  # (n,), 0 or 1


def main() -> None:
    rng = random.Random(0)
    embed = WordLlama()
    found = passages("tune")
    rng.shuffle(found)
    written = wording.read_examples("examples.yaml")
    first = Classifier(written, embed)
    data: list[Sequenced] = []
    for fold in range(FOLDS):
        inner, outer = found[fold::FOLDS], [p for i, p in enumerate(found) if i % FOLDS != fold]
        seen = [e for p in outer for e in labelled(p, first)]
        reader = Classifier([*written, *seen], embed)
        for _ in range(ROUNDS):
            data += [measured(p, reader, embed, rng) for p in [*inner, *mixed(inner, rng)]]
    weights, transitions = fit(data, len(FEATURES))
    write(weights, transitions, [e for p in passages("tune") for e in labelled(p, first)])


def labelled(passage: Passage, reader: Classifier) -> Iterator[Example]:
    """The sentences as examples; of what kind an off-topic part is, the classifier says."""
    for part in passage.parts:
        kind = "teaching"
        if part.off_topic:
            fits = reader.read([wording.plain(text) for text in part.say])[2].sum(axis=0)
            kind = wording.OFF_TOPIC[int(fits.argmax())]
        yield from (Example(kind, text) for text in part.say)


def mixed(group: Sequence[Passage], rng: random.Random, at_least: int = 2) -> Iterator[Passage]:
    """Lectures with the off-topic parts of others, and vlogs made of nothing but such parts.

    Args:
        at_least: vlogs to make.
    """
    lectures = [p for p in group if not p.vlog]
    ends = [part for p in lectures for part in (p.parts[0], p.parts[-1]) if part.off_topic]
    for vlog in (p for p in group if p.vlog):
        say = vlog.parts[0].say
        ends += [replace(vlog.parts[0], say=say[i : i + 5]) for i in range(0, len(say), 5)]
    middle = [part for p in lectures for part in p.parts[1:-1] if part.off_topic]
    for lecture in lectures:
        body = [part for part in lecture.parts if not part.off_topic]
        if middle and len(body) > 1:
            body.insert(rng.randrange(1, len(body)), rng.choice(middle))
        before = [rng.choice(ends)] if rng.random() < 0.7 and ends else []
        after = [rng.choice(ends)] if rng.random() < 0.7 and ends else []
        yield replace(lecture, parts=(*before, *body, *after))
    for _ in range(max(at_least, len(group) // 4) if ends else 0):
        chat = rng.sample(ends, min(len(ends), rng.randint(3, 6)))
        video = Video("vlog", "/nowhere.mp4", title="My week", language=group[0].video.language)
        yield Passage(video, tuple(chat), vlog=True)


def measured(
    passage: Passage, reader: Classifier, embed: WordLlama, rng: random.Random
) -> Sequenced:
    parts = tuple(disturbed(part, rng) for part in passage.parts)
    if rng.random() < 0.3:
        parts = tuple(replace(part, screen="") for part in parts)
    seen = record(
        replace(passage, parts=parts), manifest=rng.random() < 0.5, screen=rng.random() < 0.7
    )
    features, _ = measure(
        seen.video, seen.sentences, seen.screen, seen.transcript.duration, reader, embed
    )
    return Sequenced(features, seen.off_topic.astype(float))


def disturbed(part: Part, rng: random.Random) -> Part:
    """Faces where they prove nothing; words misheard, sentences joined and cut."""
    if rng.random() < 0.15:
        part = replace(part, face=0.0 if part.face else 0.08)
    if rng.random() < 0.4:
        return part
    said: list[str] = []
    for text in part.say:
        words = [
            word[:-1] + rng.choice("aeiost") if len(word) > 4 and rng.random() < 0.04 else word
            for word in text.split()
        ]
        if said and rng.random() < 0.12:
            said[-1] += " " + " ".join(words)
        elif len(words) > 12 and rng.random() < 0.1:
            half = len(words) // 2
            said += [" ".join(words[:half]) + ".", " ".join(words[half:])]
        else:
            said.append(" ".join(words))
    return replace(part, say=tuple(said))


def fit(data: Sequence[Sequenced], size: int) -> tuple[Array, Array]:
    """Weights of shape (size,), one for each feature, and transitions of shape (2, 2)."""
    theta = np.concatenate([np.zeros(size), [0.0, -1.5, -1.5, 0.0]])
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    total = sum(len(s.off_topic) for s in data)
    for step in range(1, STEPS + 1):
        weights, transitions = theta[:size], theta[size:].reshape(2, 2)
        slope = -L2 * theta
        for features, truth in data:
            emissions = features @ weights + MARGIN * (1 - truth)
            single, pairs = marginals(emissions, transitions)
            slope[:size] += features.T @ (truth - single) / total
            state = truth.astype(int)
            for pair in pairwise(state):
                pairs[pair] -= 1
            slope[size:] -= pairs.ravel() / total
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        theta = theta + RATE * (mean / (1 - 0.9**step)) / (
            np.sqrt(square / (1 - 0.999**step)) + 1e-8
        )
    return theta[:size], theta[size:].reshape(2, 2)


def marginals(emissions: Array, transitions: Array) -> tuple[Array, Array]:
    """The chance of off topic, shape (n,), and the expected number of each transition, (2, 2)."""
    stay = np.exp(transitions)
    local = np.stack([np.ones(len(emissions)), np.exp(np.clip(emissions, -30, 30))], axis=1)
    forward, backward = local.copy(), np.ones_like(local)
    forward[0] /= forward[0].sum()
    for i in range(1, len(local)):
        forward[i] *= forward[i - 1] @ stay
        forward[i] /= forward[i].sum()
    for i in range(len(local) - 2, -1, -1):
        backward[i] = stay @ (local[i + 1] * backward[i + 1])
        backward[i] /= backward[i].sum()
    both = forward * backward
    pairs = forward[:-1, :, None] * stay * (local[1:] * backward[1:])[:, None, :]
    pairs /= pairs.sum(axis=(1, 2), keepdims=True)
    return both[:, 1] / both.sum(axis=1), pairs.sum(axis=0)


def write(weights: Array, transitions: Array, examples: Sequence[Example]) -> None:
    rows = [
        "# The sentence model of classify.py, written by scripts/fit_teaching.py.",
        "# Log odds of off topic, by feature.",
        "weights:",
        *(f"  {name}: {value:.3f}" for name, value in zip(FEATURES, weights, strict=True)),
        "# Log potentials from one sentence (row) to the next (column): teaching, off topic.",
        "transitions:",
        *(f"- [{a:.3f}, {b:.3f}]" for a, b in transitions),
    ]
    (TEACHING / "teaching.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    kinds = ("teaching", *wording.OFF_TOPIC)
    by_kind = {k: sorted({e.text for e in examples if e.kind == k}) for k in kinds}
    (TEACHING / "examples_in_context.yaml").write_text(
        "# Sentences of whole lectures, as in examples.yaml. scripts/fit_teaching.py took them\n"
        "# from the passages in scripts/passages/tune_*.yaml.\n"
        + yaml.safe_dump(by_kind, allow_unicode=True, width=200),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
