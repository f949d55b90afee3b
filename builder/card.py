"""The dataset card: what a corpus holds, how it was made, what may be done with it."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import yaml
from datasets import DatasetInfo, SplitDict, SplitInfo
from datasets.info import DatasetInfosDict
from huggingface_hub import DatasetCard, DatasetCardData

from vid2book import licences
from vid2book.config import Config
from vid2book.folder.layout import PICTURE, TABLES, pattern
from vid2book.folder.record import Record, SplitSize
from vid2book.languages import UNKNOWN
from vid2book.pipeline.names import SHOWN, shown_as
from vid2book.public import public_url
from vid2book.records import Outcome
from vid2book.screen import glimpses
from vid2book.viewer.times import clock

from . import overview
from .features import FEATURES
from .logs import hours
from .making import made_by_machines, steps
from .markdown import address, line
from .showpiece import Showpiece

_TAGS = ["vid2book", "multimodal", "interleaved", "textbook", "education", "lectures", "ocr"]
_LONGEST_NAME = 64  # characters of the name of a licence
_TASKS = ["image-text-to-text", "image-to-text", "text-generation"]


def render_card(
    config: Config, outcomes: list[Outcome], written: Record, piece: Showpiece | None = None
) -> str:
    """The text of README.md, YAML header included, for a corpus with these videos and files.

    Args:
        piece: the example to show; None: no example.
    """
    kept = [outcome for outcome in outcomes if outcome.status == "kept"]
    included = with_samples(outcomes)
    heard = {o.models["transcribe"] for o in outcomes if "transcribe" in o.models}
    card = DatasetCard.from_template(
        _metadata(config.title, included, written),
        title=" ".join(config.title.split()),
        template_str=(files("vid2book.builder") / "dataset_card.md").read_text("utf-8"),
        splits=[(split, size.rows) for split, size in written.sizes["default"].items()],
        status=Counter(outcome.status for outcome in outcomes),
        videos=len(outcomes),
        hours=_hours(kept),
        hours_in=_hours(outcomes),
        decide=config.decide,
        samples=written.samples,
        images=written.images,
        marked_images=written.marked_images,
        marked_texts=written.marked_texts,
        tokens=written.tokens,
        words=sum(outcome.words for outcome in kept),
        piece=_example(piece, included) if piece else None,
        topics=overview.topics(included),
        lengths=overview.lengths(included),
        licence=_licence(included),
        licences=_by_licence(included),
        unstated=sum(not outcome.video.license.strip() for outcome in included),
        models=_models(outcomes),
        steps=steps(config, heard),
        machines=made_by_machines(config, heard),
        refined=config.refine.enabled,
        judged=config.judge.enabled,
        clips=config.clips if written.sizes["clips"] else None,
        masked=config.privacy.mask,
        hides_faces=config.privacy.faces != "keep",
        shortest=glimpses.SHORTEST,
        most=glimpses.MOST,
        config=yaml.safe_dump(_portable(config.model_dump(mode="json")), sort_keys=False),
    )
    return str(card.content)


def with_samples(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The videos with samples: the kept ones, and those whose samples are marked to be dropped."""
    return [outcome for outcome in outcomes if outcome.status == "kept" or outcome.samples]


def _example(piece: Showpiece, outcomes: list[Outcome]) -> dict[str, str]:
    """A picture with its text and source, as Markdown."""
    video = next(o.video for o in outcomes if o.video.video_id == piece.video_id)
    parts = (
        f"*{line(video.title or video.video_id)}*, {clock(piece.time)}",
        line(video.author),
        line(video.license),
        address(public_url(video.source_url)),
    )
    return {
        "path": PICTURE,
        "alt": line(piece.written) or "A keyframe",
        "said": line(piece.said),
        "source": " · ".join(filter(None, parts)),
    }


def _licence(outcomes: list[Outcome]) -> str:
    """The name of the licence of all videos, "unknown" if none is stated, or "other"."""
    return licences.common(
        licences.name(o.video.license, str(o.video.metadata.get("upload_date", "")))
        for o in outcomes
    )


def _metadata(title: str, outcomes: list[Outcome], written: Record) -> DatasetCardData:
    licence_name = _licence(outcomes)
    licence = licences.hub_id(licence_name)
    data = DatasetCardData(
        pretty_name=title,
        language=_codes(written.languages),
        license=licence,
        # For "other", the Hub requires a name.
        license_name=_license_name(licence_name) if licence == "other" else None,
        license_link=_license_link(licence_name, outcomes) if licence == "other" else None,
        size_categories=_size_category(written.samples),
        task_categories=_TASKS,
        tags=_TAGS,
        configs=[
            {
                "config_name": name,
                # `datasets` names the cache of a folder by this header, not by the files: without
                # a hash here, it would return the old rows for another corpus of the same sizes.
                "description": f"content {_content(written.sizes[name])}",
                "data_files": [
                    {"split": split, "path": pattern(name, split)} for split in written.sizes[name]
                ],
            }
            for name in TABLES
            if written.sizes[name]
        ],
    )
    infos = {name: _info(name, written) for name in TABLES if written.sizes[name]}
    DatasetInfosDict(infos).to_dataset_card_data(data)
    return data


def _license_name(name: str) -> str:
    """The name of a licence that the Hub does not know, in the notation of the Hub."""
    if name == "other":
        return "per-video"
    words = re.sub(r"https?://\S+", "", name)  # `license_link` has the address
    words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", words)[:_LONGEST_NAME].strip("-.") or "stated-by-the-videos"


def _license_link(name: str, outcomes: list[Outcome]) -> str | None:
    """The address of the text of the licence of all videos. If there are several licences, or none
    is known, a push links to ATTRIBUTION.csv on the Hub."""
    links = (licences.link(outcome.video.license) for outcome in outcomes)
    link = "" if name == "other" else next(filter(None, links), "")
    return public_url(link) or None


def _info(name: str, written: Record) -> DatasetInfo:
    sizes = written.sizes[name]
    splits = SplitDict(dataset_name=name)
    for split, size in sizes.items():
        splits.add(SplitInfo(name=split, num_bytes=size.num_bytes, num_examples=size.rows))
    return DatasetInfo(
        features=FEATURES[name],
        splits=splits,
        download_size=sum(size.file_bytes for size in sizes.values()),
        dataset_size=sum(size.num_bytes for size in sizes.values()),
    )


def _content(sizes: dict[str, SplitSize]) -> str:
    """A hash that names the content of one table."""
    parts = [f"{split} {size.sha256}" for split, size in sizes.items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _codes(languages: list[str]) -> list[str] | None:
    """Language codes for the Hub: ISO 639 without regions, and without unknown languages."""
    codes = {language.lower().replace("_", "-").split("-")[0] for language in languages}
    codes.discard(UNKNOWN)
    return sorted(code for code in codes if re.fullmatch("[a-z]{2,3}", code)) or None


def _size_category(samples: int) -> str:
    bounds = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"]
    for number, bound in enumerate(bounds):
        if samples < 10 ** (number + 3):
            return f"{bounds[number - 1]}<n<{bound}" if number else f"n<{bound}"
    return "n>1T"


def _by_licence(outcomes: list[Outcome]) -> list[tuple[str, int, str]]:
    """Licence, videos, hours; the most videos first."""
    counts = Counter(outcome.video.license for outcome in outcomes)
    return [
        (
            line(name) or "not stated",
            count,
            _hours([outcome for outcome in outcomes if outcome.video.license == name]),
        )
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _models(outcomes: list[Outcome]) -> list[tuple[str, str, int]]:
    """Stage as the README names it, model with version, videos; in the order of the stages."""
    counts = Counter(
        pair
        for outcome in outcomes
        for pair in {(_shown_as(stage), model) for stage, model in outcome.models.items()}
    )
    order = {stage: number for number, stage in enumerate(SHOWN)}
    ranked = sorted(counts.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0]))
    return [(stage, model.replace("|", "/"), count) for (stage, model), count in ranked]


def _shown_as(stage: str) -> str:
    """The tokenizer is listed under the stage that fills samples up to a number of tokens."""
    return "interleave" if stage == "tokens" else shown_as(stage)


def _hours(outcomes: list[Outcome]) -> str:
    return f"{hours(outcomes):,.2f}"


def _portable(value: Any) -> Any:
    """A config with file names instead of absolute paths."""
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_portable(item) for item in value]
    return os.path.basename(value) if isinstance(value, str) and os.path.isabs(value) else value
