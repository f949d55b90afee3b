"""Each sentence of the card is held against the rows, the files and the config that it speaks of.

A sentence that no check here knows fails, so that none can be added without one.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import DatasetCard

from vid2book import licences
from vid2book.builder.features import FEATURES
from vid2book.builder.write import write_corpus
from vid2book.config import Config
from vid2book.folder import layout
from vid2book.folder.record import checked_record
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.records import Decision
from vid2book.screen import glimpses

Row = dict[str, Any]
ALIGNED = ("images", "texts", "ocr_texts", "text_ocr_list", "elements")


@dataclass
class Corpus:
    """A written corpus, and what its card says."""

    folder: Path

    def rows(self, table: str) -> list[Row]:
        return [r for f in layout.shards(self.folder, table) for r in pq.read_table(f).to_pylist()]

    @cached_property
    def samples(self) -> list[Row]:
        return self.rows("default")

    @cached_property
    def videos(self) -> list[Row]:
        return self.rows("videos")

    @cached_property
    def card(self) -> DatasetCard:
        return DatasetCard.load(self.folder / "README.md")

    @cached_property
    def config(self) -> Config:
        block = self.card.text.split("```yaml\n")[1].split("```")[0]
        return Config.model_validate(yaml.safe_load(block))

    def status(self, status: str) -> list[Row]:
        return [v for v in self.videos if v["status"] == status]

    @cached_property
    def present(self) -> list[Row]:
        ids = {video_id for sample in self.samples for video_id in sample["video_ids"]}
        return [v for v in self.videos if v["video_id"] in ids]

    @cached_property
    def elements(self) -> list[Row]:
        return [element for sample in self.samples for element in sample["elements"]]

    @cached_property
    def licences(self) -> set[str]:
        return {licences.name(v["license"]) for v in self.present}

    @cached_property
    def heard(self) -> set[str]:
        found = (yaml.safe_load(v["versions"]).get("transcribe") for v in self.videos)
        return {model for model in found if model}


def hours(videos: list[Row]) -> str:
    return f"{sum(v['duration_s'] for v in videos) / 3600:,.2f}"


def aligned(corpus: Corpus) -> bool:
    for row in corpus.samples:
        for image, text, ocr, both, e in zip(*(row[name] for name in ALIGNED), strict=True):
            shown = e["kind"] == "image"
            if (image is not None, ocr is not None) != (shown, shown):
                return False
            if (text is not None, both is not None) != (not shown, not shown):
                return False
    return True


def in_order(corpus: Corpus) -> bool:
    starts = [[e["clip_start"] for e in s["elements"]] for s in corpus.samples]
    return all(times == sorted(times) for times in starts)


def attributed(corpus: Corpus) -> bool:
    with (corpus.folder / "ATTRIBUTION.csv").open(newline="", encoding="utf-8") as file:
        named = {line["video_id"]: line for line in csv.DictReader(file)}
    fields = ("title", "author", "source_url", "license")
    return {v["video_id"]: [v[f] for f in fields] for v in corpus.present} == {
        video_id: [line[f] for f in fields] for video_id, line in named.items()
    }


def clips(corpus: Corpus, told: str) -> bool:
    """Whose columns are told, each of a paragraph that stays, and within the bounds."""
    rows, bounds = corpus.rows("clips"), corpus.config.clips
    kept = {v["video_id"] for v in corpus.status("kept")}
    stay = {(s["id"], e["clip_start"], e["clip_end"])
            for s in corpus.samples for e in s["elements"] if not e["drop"]}  # fmt: skip
    named = set(re.findall(r"`(\w+)`", told)) - {"datasets", "elements"}
    return (
        named == set(FEATURES["clips"])
        and {row["video_id"] for row in rows} == kept
        and {(r["sample_id"], r["clip_start"], r["clip_end"]) for r in rows} <= stay
        and all(row["end"] - row["start"] <= bounds.max_duration for row in rows)
        and f"{bounds.max_duration:g} s of a clip at most" in told
        and f"at most {bounds.max_height} pixels high, {bounds.rate:g} pictures a second" in told
    )


def pictured(corpus: Corpus, _: str) -> bool:
    """The picture on the card is one of the corpus."""
    shown = (corpus.folder / layout.PICTURE).read_bytes()
    return any(i and i["bytes"] == shown for s in corpus.samples for i in s["images"])


def counted_by(corpus: Corpus, column: str, name: str, *told: str) -> bool:
    """A row of the tables of topics and lengths: videos, hours and samples."""
    if column == "length":
        low, high = (60 * float(n) for n in re.findall(r"\d+", name))
        videos = [v for v in corpus.present if low <= v["duration_s"] < high]
    else:
        videos = [v for v in corpus.present if v[column] == name]
    ids = {v["video_id"] for v in videos}
    samples = sum(not ids.isdisjoint(s["video_ids"]) for s in corpus.samples)
    return told == (str(len(videos)), hours(videos), str(samples))


def documented(columns: str, table: str) -> bool:
    return set(re.findall(r"`(\w+)`", columns)) <= set(FEATURES[table])


def models_of(video: dict[str, Any]) -> set[tuple[str, str]]:
    """The models of a video, each with its stage as the README names it."""
    versions = yaml.safe_load(video["versions"])
    rows = {"tokens": "interleave"} | {key: shown_as(key) for key in versions if key != "tokens"}
    return {(rows[key], name) for key, name in versions.items()}


def away(c: Corpus, word: str) -> bool:
    return (word == "marked") == (c.config.decide == "mark")


def manifest_columns(c: Corpus) -> bool:
    video = {v["video_id"]: v for v in c.videos}
    names = ("subject", "course", "knowledge_point", "license")
    return all(s[n] == video[s["video_ids"][0]][n] for s in c.samples for n in names)


def by_license(c: Corpus, name: str, videos: str, length: str) -> bool:
    under = [v for v in c.present if (v["license"] or "not stated") == name]
    return (str(len(under)), hours(under)) == (videos, length)


CAUTION = lambda *_: True  # noqa: E731 - advice, or a promise of the owner: no data can tell

# A sentence as a pattern, and whether it is true of a corpus, given the pattern's groups.
SENTENCES: dict[str, Callable[..., bool]] = {
    r"Keyframes, on-screen text and speech .* in the order in which they were taught": in_order,
    r"Made by vid2book after the method of .*": CAUTION,
    r"\| Videos in \| (\d+) \((.*) h\) \|": lambda c, n, h: (n, h)
    == (str(len(c.videos)), hours(c.videos)),
    r"\| Videos kept \| (\d+) \((.*) h\) \|": lambda c, n, h: (n, h)
    == (str(len(c.status("kept"))), hours(c.status("kept"))),
    r"\| Videos filtered, failed \| (\d+), (\d+) \|": lambda c, *n: list(n)
    == [str(len(c.status(s))) for s in ("filtered", "failed")],
    r"\| Samples \| (\d+) \(train (\d+)(?:, test (\d+))?\) \|": lambda c, n, *splits: n
    == str(len(c.samples)) == str(sum(int(s or 0) for s in splits)),
    r"\| Images \| (\d+) \|": lambda c, n: n
    == str(sum(e["kind"] == "image" and not e["drop"] for e in c.elements)),
    r"\| Words of speech \| (\d+) \|": lambda c, n: n
    == str(sum(v["words"] for v in c.status("kept"))),
    r"\| Marked and not counted above \| (\d+) images, (\d+) texts \|": lambda c, *n: [*map(int, n)]
    == [Counter(e["kind"] for e in c.elements if e["drop"])[kind] for kind in ("image", "text")],
    r"\| Tokens \(`token_num`: .* per image(?:; marked or not)?\) \| ([\d,]+) \|": (
        lambda c, n: n == f"{sum(s['token_num'] for s in c.samples):,}"
    ),
    r"With `streaming=True`, nothing is downloaded in advance": CAUTION,
    r"This corpus also holds what .* would have left out, .* in `elements`": lambda c: any(
        e["drop"] for e in c.elements
    ),
    r"To leave it out:": CAUTION,  # the lines that follow are run in test_marked.py
    # configs and columns
    r"\*\*`default`\*\*: one row per sample": lambda c: len({s["id"] for s in c.samples})
    == checked_record(c.folder).samples,  # type: ignore[union-attr]
    r"A sample comes from a single video": lambda c: all(
        {e["video_id"] for e in s["elements"]} == set(s["video_ids"]) and len(s["video_ids"]) == 1
        for s in c.samples
    ),
    r"Position i of (.*) belong together": lambda c, names: set(re.findall(r"`(\w+)`", names))
    == set(ALIGNED) and aligned(c),
    r"\| `id` \| video id and ordinal .* \|": lambda c: all(
        s["id"].startswith(s["video_ids"][0]) for s in c.samples
    ),
    r"\| `images` \| keyframes; null at the positions of text \|": aligned,
    r"\| `texts` \| speech(.*); null at the positions of images \|": lambda c, how: aligned(c)
    and c.config.refine.enabled == (how == ", refined to written language"),
    r"\| `ocr_texts` \| the text on the image; null at the positions of text \|": aligned,
    r"\| `text_ocr_list` \| speech together with .*; null at .* of images \|": lambda c: all(
        both.startswith(text)
        for s in c.samples
        for text, both in zip(s["texts"], s["text_ocr_list"], strict=True)
        if text
    ),
    r"\| `elements` \| (.*)`drop` \((.*)\) \|": lambda c, names, told: (
        set(re.findall(r"`(\w+)`", names)) | {"drop"} == set(c.elements[0])
        and all(0 <= e["score"] <= 1 for e in c.elements if e["score"] is not None)
        and all(re.fullmatch(r"|\w+: .+", e["drop"]) for e in c.elements)
        and any(e["drop"] for e in c.elements) == told.startswith("`STAGE: reason`")
    ),
    r"\| `image_num` \| number of images(, marked ones included)? \|": lambda c, marked: away(
        c, "marked" if marked else ""
    )
    and all(s["image_num"] == sum(i is not None for i in s["images"]) for s in c.samples),
    r"\| `text_num` \| text .* speech(, marked speech included)? \|": lambda c, marked: away(
        c, "marked" if marked else ""
    )
    and all(s["text_num"] > 0 for s in c.samples),
    r"\| `token_num` \| `text_num` plus 576 per image \|": lambda c: all(
        s["token_num"] == s["text_num"] + 576 * s["image_num"] for s in c.samples
    ),
    r"\| `video_ids`, `source_urls` \| where the sample comes from \|": lambda c: {
        (s["video_ids"][0], s["source_urls"][0]) for s in c.samples
    }
    == {(v["video_id"], v["source_url"]) for v in c.present},
    r"\| `subject`, .* \| as the manifest has them \|": manifest_columns,
    r"\| `language` \| of the speech, .* \|": lambda c: all(s["language"] for s in c.samples),
    r"\*\*`videos`\*\*: one row per input video, .* or not: (.*)": lambda c, told: (
        documented(
            re.sub(r"\([^)]*`(?:kept|default|drop)`[^)]*\)", "", told), "videos"
        )
        and {v["status"] for v in c.videos} <= {"kept", "filtered", "failed"}
        and all(v["reason"] or v["status"] == "kept" for v in c.videos)
        and sum(v["marked"] for v in c.videos) == sum(bool(e["drop"]) for e in c.elements)
        and sum(v["samples"] for v in c.videos) == len(c.samples)
        and {(v["video_id"], v["language_heard"]) for v in c.present}
        == {(s["video_ids"][0], s["language"]) for s in c.samples}
        and not any(v["language_heard"] for v in c.videos if v["status"] == "failed")
    ),
    r"\*\*`decisions`\*\*: what each stage kept or dropped, .*; `level` is (.*)": lambda c, told: (
        {d["level"] for d in c.rows("decisions")} <= set(re.findall(r"`(\w+)`", told))
        and set(re.findall(r"`(\w+)`", told)) == set(get_args(get_type_hints(Decision)["level"]))
    ),
    # True of a corpus that is really built: see `pipeline/test_corpus.py`.
    r"Each video, kept paragraph and keyframe has rows": CAUTION,
    r"Sentences and lines have rows only where a stage dropped or changed them, .*": CAUTION,
    r"\*\*`transcripts`\*\*: one row per kept video, .*": lambda c: [
        t["video_id"] for t in c.rows("transcripts")
    ]
    == [v["video_id"] for v in c.status("kept")],
    r"\*\*`clips`\*\*: one row per kept paragraph of a kept video, (.*)": clips,
    r"It shows the whole screen, .*": CAUTION,
    r"No clip has sound, .* masked in the text; text .* readable": lambda c: (
        c.config.privacy.mask and not any(clip["has_sound"] for clip in c.rows("clips"))
    ),
    r"A clip has sound if it has `text`": lambda c: not c.config.privacy.mask
    and all(clip["has_sound"] == bool(clip["text"]) for clip in c.rows("clips")),
    r"A published corpus may come without this table": lambda c: set(layout.ON_REQUEST)
    == {"decisions", "transcripts", "clips"},
    r"In a kept video, a keyframe that was left out has a small `picture`, .* for at least (\d+) s "
    r"outside the time of a keyframe, "
    r"the (\d+) longest of each video": lambda c, seconds, most: (
        "picture" in FEATURES["decisions"]
        and c.config.privacy.faces == "keep"
        and (float(seconds), int(most)) == (glimpses.SHORTEST, glimpses.MOST)
    ),
    r"In a kept video, a keyframe .* `picture`; no other part .*, because faces are hidden": (
        lambda c: c.config.privacy.faces != "keep"
    ),
    # a sample, and what it is about
    r"!\[(.*)\]\(card/sample\.jpg\)": pictured,
    r"> (.*)": lambda c, text: any(text in (t or "") for s in c.samples for t in s["texts"]),
    r"\*(.*)\*, \d+:\d\d · A": lambda c, title: title in {v["title"] for v in c.present},
    r"Teacher( · .*)? · <(.*)>": lambda c, name, url: (
        url in {v["source_url"] for v in c.present if bool(v["license"]) == bool(name)}
    ),
    r"\| subject \| videos \| hours \| samples \|": lambda c: any(v["subject"] for v in c.present),
    r"\| (Physics) \| (\d+) \| (\d+\.\d\d) \| (\d+) \|": lambda c, *told: counted_by(
        c, "subject", *told
    ),
    r"\| length of the video \| videos \| hours \| samples \|": lambda c: bool(c.present),
    r"\| (\d+ to \d+ min) \| (\d+) \| (\d+\.\d\d) \| (\d+) \|": lambda c, *told: counted_by(
        c, "length", *told
    ),
    # how it was made
    r"Speech is recognised, or taken from captions where a video has them.*": lambda c: "captions"
    in c.heard and len(c.heard) > 1,
    r"Speech is taken from captions.*": lambda c: c.heard == {"captions"},
    r"Speech is recognised(?! or|,).*": lambda c: "captions" not in c.heard
    and c.config.transcribe.enabled,
    r"Speech is left out": lambda c: not c.config.transcribe.enabled,
    r"the stable states of the screen are found( and read by OCR)?": lambda c, read: (
        c.config.keyframes.enabled and c.config.read.enabled == bool(read)
    ),
    r"sentences and videos that do not teach are (\w+)": lambda c, word: c.config.judge.enabled
    and away(c, word),
    r"pictures that have nothing to do with what is said are (\w+)": lambda c, word: (
        c.config.align.enabled and away(c, word)
    ),
    r"videos and pictures that duplicate an earlier video are (\w+)": lambda c, word: (
        c.config.reduce.enabled and away(c, word)
    ),
    r"(everything|what remains) is ordered by time and cut into .*": lambda c, what: in_order(c)
    and (what == "everything") == (c.config.decide == "mark"),
    r"\| (\w+) \| (.*) \| (\d+) \|": lambda c, stage, model, n: (
        stage in SHOWN
        and n
        == str(
            sum(
                (stage, model) in models_of(v)
                for v in c.videos
            )
        )
    ),
    r"`text_num` counts tokens of the tokenizer listed under `interleave`": lambda c: any(
        "tokens" in yaml.safe_load(v["versions"]) for v in c.videos
    ),
    r"The whole configuration:": lambda c: c.config == c.config,  # read back from it
    # licences
    r"The videos have different licences": lambda c: len(c.licences) > 1,
    r"The column `license` of each sample gives that of its video": manifest_columns,
    r"For (\d+) of the videos, no licence is stated": lambda c, n: n
    == str(sum(not v["license"] for v in c.present)),
    r"No licence is stated for the videos": lambda c: c.licences == {"unknown"},
    r"Find out what you may do with them before you use or share this corpus": CAUTION,
    r"All videos are under the same licence, according to their manifest: (.*)": lambda c, name: (
        c.licences == {licences.name(name)} and c.licences != {"unknown"}
    ),
    r"The texts and images here are excerpts of the videos, .*": CAUTION,
    r"`ATTRIBUTION.csv` names title, author, source and licence of every .* a sample": attributed,
    r"\| (.*) \| (\d+) \| (\d+\.\d\d) \|": by_license,
    # limits
    r"- The text was made by machines: (.*) makes? mistakes, .*": lambda c, what: (
        ("speech recognition" in what)
        == (c.config.transcribe.enabled and c.heard != {"captions"})
        and ("OCR" in what) == (c.config.read.enabled and c.config.keyframes.enabled)
    ),
    r"- Refined speech is not a verbatim transcript": lambda c: c.config.refine.enabled,
    r"- Times are only as precise as .*": CAUTION,
    r"- Keyframes are whole screens": CAUTION,
    r"They may show people, names and third-party material quoted in the lecture": CAUTION,
    r"- Clips, .* show people moving( and let them be heard)?": lambda c, heard: (
        any(clip["has_sound"] for clip in c.rows("clips")) == bool(heard)
    ),
    r"- Videos were judged by .*": lambda c: c.config.judge.enabled,
    r"`videos` and, if published, .* show what they (.*) and why": lambda c, word: (
        away(c, word)
    ),
    r"- The corpus reflects .*": CAUTION,
    r"Cite the version that you used and the paper whose method it follows:": CAUTION,
    r"If you hold rights in a video here, .*": CAUTION,
    r"The video is then put on the deny list, .*": CAUTION,
}  # fmt: skip


def sentences(text: str) -> Iterator[str]:
    """Of the body of a card; headings, heads of tables and code are none."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    for line in text.splitlines():
        if (
            line.startswith("#")
            or set(line) <= set("|-: ")
            or re.match(r"\| \w+ \| .*---|\| (column|stage|licence) \|", line)
        ):
            continue
        if line.startswith("|"):
            yield line
        else:
            # The clauses of how it was made are each a claim of their own.
            clauses = line.split("; ") if line.startswith("Speech is") else [line]
            for clause in clauses:
                yield from (s.rstrip(".") for s in re.split(r"(?<=\.) (?=[A-Z`])", clause))


def captioned(make: SimpleNamespace, only: bool) -> Any:
    corpus = make.corpus(make.video("a"), make.video("b"))
    for video_id in "ab" if only else "a":
        outcome, *rest = corpus.results[video_id]
        models = outcome.models | {"transcribe": "captions"}
        corpus.results[video_id] = (make.changed(outcome, models=models), *rest)
    return corpus


def marked(make: SimpleNamespace) -> Any:
    corpus = make.corpus(make.video("a"), make.video("b", license="Mine"))
    for video_id, drops in (
        ("a", ["align: a face", "", "", "judge: chat"]),
        ("b", ["reduce: x"] * 4),
    ):
        outcome, samples, decisions = corpus.results[video_id]
        samples = [
            make.changed(s, elements=tuple(
                make.changed(e, drop=d, score=0.5) for e, d in zip(s.elements, drops, strict=True)
            ))
            for s in samples
        ]  # fmt: skip
        status = {"a": ("kept", ""), "b": ("filtered", "x")}[video_id]
        outcome = make.changed(
            outcome, status=status[0], reason=status[1], marked=2 * sum(map(bool, drops))
        )
        corpus.results[video_id] = outcome, samples, decisions
    return make.changed(corpus, config=Config(decide="mark"))


def bare(make: SimpleNamespace) -> Any:
    """Nothing is switched on that can be switched off, and no model is known."""
    off = {"enabled": False}
    config = Config(**dict.fromkeys(
        ("transcribe", "refine", "keyframes", "read", "judge", "align", "reduce"), off
    ))  # type: ignore[arg-type] # fmt: skip
    corpus = make.corpus(make.video("a"))
    outcome, *rest = corpus.results["a"]
    corpus.results["a"] = (make.changed(outcome, models={}), *rest)
    return make.changed(corpus, config=config)


def with_clips(make: SimpleNamespace, **settings: Any) -> Any:
    corpus = make.corpus(make.video("a"), make.video("b"), status={"b": "filtered"})
    config = Config(clips={"enabled": True, "rate": 12.5}, **settings)
    return make.changed(corpus, config=config)


CORPORA: dict[str, Callable[[SimpleNamespace], Any]] = {
    "mixed": lambda m: m.corpus(
        m.video("a"), m.video("b", split="test"), m.video("c"), m.video("d"),
        status={"c": "filtered", "d": "failed"},
    ),
    "licences that differ": lambda m: m.corpus(m.video("a"), m.video("b", license="CC BY-NC 4.0")),
    "some stated": lambda m: m.corpus(m.video("a"), m.video("b", license="")),
    "none stated": lambda m: m.corpus(m.video("a", license=""), m.video("b", license="")),
    "one that is not the Hub's": lambda m: m.corpus(m.video("a", license="All rights reserved")),
    "one, spelt in two ways": lambda m: m.corpus(m.video("a"), m.video("b", license="cc-by-4.0")),
    "captions": lambda m: captioned(m, only=True),
    "some captions": lambda m: captioned(m, only=False),
    "marked": marked,
    "bare": bare,
    "clips": lambda m: with_clips(m),
    "faces hidden": lambda m: m.changed(
        m.corpus(m.video("a")), config=Config(privacy={"faces": "blur"})
    ),
    "clips, masked": lambda m: with_clips(m, privacy={"mask": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPORA)
def test_each_sentence_is_true(make, tmp_path: Path, name: str) -> None:
    write_corpus(CORPORA[name](make), tmp_path / "corpus")
    corpus = Corpus(tmp_path / "corpus")
    found = list(sentences(corpus.card.text))
    assert len(found) > 30
    for sentence in found:
        checks = [
            (check, match.groups())
            for pattern, check in SENTENCES.items()
            if (match := re.fullmatch(pattern, sentence))
        ]
        assert checks, f"nobody holds this against the data: {sentence!r}"
        assert any(check(corpus, *groups) for check, groups in checks), sentence


def test_the_header_names_the_licence(make, tmp_path: Path) -> None:
    named = {}
    for name in CORPORA:
        write_corpus(CORPORA[name](make), tmp_path / name)
        data = DatasetCard.load(tmp_path / name / "README.md").data
        named[name] = data.license, data.get("license_name")
    assert named["mixed"] == named["one, spelt in two ways"] == ("cc-by-4.0", None)
    assert named["licences that differ"] == named["some stated"] == ("other", "per-video")
    assert named["marked"] == ("other", "per-video")  # what is marked is in the rows too
    assert named["none stated"] == ("unknown", None)
    assert named["one that is not the Hub's"] == ("other", "all-rights-reserved")


def test_youtubes_licence_is_that_of_its_day(make, tmp_path: Path) -> None:
    words = "Creative Commons Attribution license (reuse allowed)"
    for day, name in (("20240101", "cc-by-3.0"), ("20260101", "cc-by-4.0"), ("", "cc")):
        video = make.video("a", license=words, metadata={"upload_date": day})
        write_corpus(make.corpus(video), tmp_path / name)
        assert DatasetCard.load(tmp_path / name / "README.md").data.license == name
