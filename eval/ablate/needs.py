"""Checks that everything a study needs is there, before any work starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vid2book.config import Config, load
from vid2book.errors import UserError
from vid2book.manifest import read_sources
from vid2book.manifest.splits import assign
from vid2book.models.error import ModelError
from vid2book.models.lazy import models_of
from vid2book.pipeline.graph import STAGES

from .config import Ablation, Folder, Overrides, StudyCorpus, merged
from .folders import AblateError
from .grid import Cell


def check(ablation: Ablation, cells: Sequence[Cell]) -> None:
    """Look for videos, folders, models and tasks without loading or building anything.

    Raises:
        AblateError: something is missing; the message has a line for each thing.
    """
    if missing := list(dict.fromkeys(_missing(ablation, cells))):
        raise AblateError("\n".join(["this study needs what is not here:", *missing]))


def _missing(ablation: Ablation, cells: Sequence[Cell]) -> Iterator[str]:
    own = ablation.held_out.corpus
    if own:
        yield from _folder("held_out.corpus", own)
        if own.videos:
            yield from _videos("held_out.corpus", own, _configs(own, [{}]))
    for corpus in dict.fromkeys(cell.corpus for cell in cells):
        key = "corpus" if corpus == ablation.corpus else "axes: corpus"
        yield from _folder(key, corpus)
        if not corpus.videos:
            continue
        pipelines = [cell.settings.pipeline for cell in cells if cell.corpus == corpus]
        configs = _configs(corpus, pipelines)
        yield from _videos(key, corpus, configs)
        if not own and Path(corpus.videos).exists():
            yield from _splits(corpus, ablation.held_out.split, configs)
    yield from _folder("model", ablation.model)
    if ablation.model.path and (why := _no_model(ablation.model.path)):
        yield f"model.path: {why}; --model names another, also a small one to see that all works"
    yield from _tasks(ablation)


def _folder(key: str, folder: Folder) -> Iterator[str]:
    if missing := [path for path in folder.read_paths() if not Path(path).exists()]:
        yield f"{key}.reads: {', '.join(missing)}; paths are relative to where the study is run"


def _configs(corpus: StudyCorpus, pipelines: Sequence[Overrides]) -> list[Config]:
    """The configs of a corpus's builds, one for each cell's keys."""
    base = load(corpus.config).model_dump(mode="json")
    return [Config.model_validate(merged(base, pipeline)) for pipeline in pipelines]


def _videos(key: str, corpus: StudyCorpus, configs: Sequence[Config]) -> Iterator[str]:
    if not Path(corpus.videos).exists():
        yield f"{key}.videos: a folder or manifest of videos at {corpus.videos}; --videos names it"
    for config in configs:
        yield from _models(config)


def _splits(corpus: StudyCorpus, held_out: str, configs: Sequence[Config]) -> Iterator[str]:
    """Splits in which the cells need videos but will have none."""
    try:
        videos = read_sources([corpus.videos]).videos
    except UserError as error:
        yield f"corpus.videos: {error}"
        return
    for config in configs:
        filled = {
            video.split for video in assign(videos, config.splits.ratios) if not video.problem
        }
        for split in ("train", held_out):
            if split not in filled:
                yield (
                    f"a video in the split '{split}': none of the {len(videos)} of "
                    f"{corpus.videos} falls into it. Use more videos, change the shares "
                    "(pipeline.splits.ratios), or give them a column 'split' in a manifest"
                )


def _models(config: Config) -> Iterator[str]:
    """Models of a pipeline that are not available."""
    models = models_of(config)
    for stage in STAGES:
        for name in stage.models:
            try:
                models.identity(name)
            except ModelError as error:
                yield f"the stage {stage.name}: {error}"


def _no_model(name: str) -> str:
    """Why a model to be trained is not available; empty if it is."""
    from transformers import AutoConfig

    try:
        AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        return f"{name} cannot be had here ({str(error).splitlines()[0]})"
    return ""


def _tasks(ablation: Ablation) -> Iterator[str]:
    from ..bench.run import expand

    held_out = ablation.held_out
    try:
        expand(held_out.benchmarks)
    except ValueError as error:
        yield f"held_out.benchmarks: {error}"
    if held_out.benchmark_data and not Path(held_out.benchmark_data).is_dir():
        yield f"held_out.benchmark_data: a folder at {held_out.benchmark_data}"
