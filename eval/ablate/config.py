"""An ablation: what is fixed, what varies, and over how many seeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from vid2book.config import Config
from vid2book.config.base import Section, Share
from vid2book.config.files import problems, read, shipped

from ..train import TrainConfig
from ..train.config import Text

FOLDER = "ablations"

Overrides = dict[str, Any]

Design = Literal["matched ids", "whole corpora"]


_PACKAGE = Path(__file__).parents[2]  # also right for an editable install, through a link


def _placed(text: str) -> str:
    return text.replace("{package}", str(_PACKAGE))


class Folder(Section):
    """An existing folder, or a command that creates it."""

    path: str = Field("", description="a folder, or a name on the Hub")
    make: str = Field(
        "",
        description="command, run without a shell; {out} stands for the folder to write, {seed} "
        "for the seed of the run, {package} for where vid2book is installed",
    )
    reads: tuple[str, ...] = Field(
        (),
        description="files and folders on which the result of `make` depends; {package} as there",
    )

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        sources = [name for name in self._sources() if getattr(self, name)]
        if len(sources) != 1:
            raise ValueError(f"give one of {', '.join(self._sources())}, not {sources or 'none'}")
        if self.make and "{out}" not in self.make:
            raise ValueError("the command must say {out} where the folder's name goes")
        return self

    def _sources(self) -> tuple[str, ...]:
        return ("path", "make")

    def command(self, seed: int) -> str:
        """`make`, with everything but {out} filled in."""
        return _placed(self.make).replace("{seed}", str(seed))

    def read_paths(self) -> list[str]:
        """`reads` as paths."""
        return list(map(_placed, self.reads))


class StudyCorpus(Folder):
    """A corpus, which can also be built from videos, separately for each pipeline."""

    videos: str = Field("", description="what `vid2book build` takes: a folder or a manifest")
    config: str = Field("offline", description="config of the build, by name or file")

    def _sources(self) -> tuple[str, ...]:
        return ("path", "make", "videos")


class HeldOut(Section):
    """The test of the trained models: the same for all cells, with nothing moved."""

    corpus: StudyCorpus | None = Field(
        None,
        description="lessons of their own; without, every cell is asked the held-out split of its "
        "own corpus and of every other cell's, so that none is at home",
    )
    split: str = Field("test", description="of that corpus or of the cells' own")
    samples: int | None = Field(None, ge=1, description="take only so many")
    text: Text = Field("speech", description="column whose loss is taken, whatever was learned")
    questions: str = Field(
        "",
        description="folder in the held-out corpus that `vid2book bench --data` takes, with a "
        "folder slides: test.parquet and train.parquet, with columns image, question, answer and, "
        "so that the questions of a lesson are one cluster, video_id",
    )
    limit: int | None = Field(None, ge=1, description="ask only so many questions")
    shots: tuple[int, ...] = Field((0, 2), description="answered examples before each question")
    benchmarks: tuple[str, ...] = Field(
        (), description="tasks of `vid2book bench` that every model is asked as well"
    )
    benchmark_data: str = Field(
        "", description="folder of their local Parquet, as `bench --data` takes it; else the Hub"
    )


class Settings(Section):
    """How a cell differs from the base."""

    corpus: StudyCorpus | None = Field(None, description="another corpus than the study's")
    pipeline: Overrides = Field({}, description="keys of the pipeline's config")
    shuffle_order: Share = Field(
        0.0, description="share of each sample's images that change places among themselves"
    )
    shuffle_across: Share = Field(
        0.0, description="share of the corpus's images that change places across samples"
    )
    train: Overrides = Field({}, description="keys of the recipe")


class Short(Section):
    """Replacements for a quick run, which checks that everything works and measures nothing."""

    cells: tuple[str, ...] = Field((), description="names; the first two if not given")
    corpus: StudyCorpus | None = None
    model: Folder | None = None
    held_out: HeldOut | None = None
    pipeline: Overrides = Field({}, description="keys of the pipeline's config")
    train: Overrides = Field({}, description="keys of the recipe")
    budget: int | None = Field(None, ge=1, description="tokens, of whole corpora")


class Ablation(Section):
    """A study. Cells are all combinations of one setting from each axis; the first is the base."""

    title: str
    corpus: StudyCorpus
    model: Folder
    pipeline: Overrides = Field({}, description="keys of the pipeline's config, for all cells")
    train: Overrides = Field({}, description="the recipe, as `vid2book train` reads it")
    held_out: HeldOut = HeldOut()
    seeds: tuple[int, ...] = Field((0, 1, 2), min_length=1)
    design: Design = Field(
        "matched ids",
        description="matched ids: all cells train on the samples that all of them have, and what "
        "the text or the images of a sample are is compared; whole corpora: each trains on all "
        "that its pipeline kept, for `budget` tokens, and what a filter drops is compared too",
    )
    budget: int | None = Field(
        None, ge=1, description="tokens with a loss that each cell learns from, in whole corpora"
    )
    axes: dict[str, dict[str, Settings]] = Field(min_length=1)
    short: Short = Short()

    @model_validator(mode="after")
    def _budget(self) -> Self:
        if self.short.budget and not self.budget:
            raise ValueError("short.budget stands for a budget, and there is none")
        if (self.design == "whole corpora") != (self.budget is not None):
            raise ValueError("design 'whole corpora' and a budget of tokens go together")
        recipes = [self.train, *(s.train for axis in self.axes.values() for s in axis.values())]
        if self.budget is not None and any({"steps", "tokens"} & set(recipe) for recipe in recipes):
            raise ValueError("with a budget, the recipe can have no steps or tokens of its own")
        return self

    @model_validator(mode="after")
    def _settings(self) -> Self:
        _check(Config, self.pipeline, "pipeline")
        _check(TrainConfig, self.train, "train")
        _check(Config, merged(self.pipeline, self.short.pipeline), "short.pipeline")
        _check(TrainConfig, merged(self.train, self.short.train), "short.train")
        for place, settings in _places(self.axes):
            _check(TrainConfig, merged(self.train, settings.train), f"{place}.train")
            pipeline = merged(self.pipeline, settings.pipeline)
            _check(Config, pipeline, f"{place}.pipeline")
            if pipeline and not (settings.corpus or self.corpus).videos:
                raise ValueError("keys of the pipeline matter only where corpus.videos is given")
        return self

    def instead(self, videos: str | None, model: str | None) -> Ablation:
        """The ablation with other videos or another model than the file says."""
        values: Overrides = {}
        if videos:
            values["corpus"] = StudyCorpus(videos=videos, config=self.corpus.config)
        if model:
            values["model"] = Folder(path=model)
        return self.model_copy(update=values)

    def shortened(self) -> Ablation:
        """The ablation with one seed and less of everything."""
        values = {
            "title": f"{self.title} (short: it tries the mechanics, and measures nothing)",
            "seeds": self.seeds[:1],
            "pipeline": merged(self.pipeline, self.short.pipeline),
            "train": merged(self.train, self.short.train),
            "budget": self.short.budget or self.budget,
            "corpus": self.short.corpus or self.corpus,
            "model": self.short.model or self.model,
            "held_out": self.short.held_out or self.held_out,
        }
        return self.model_copy(update=values)


def load(config: str | Path) -> Ablation:
    """An ablation from a file, or by the name of one that ships with the package.

    Raises:
        ConfigError: the file is missing, is not YAML, or holds a key or value that is not allowed.
    """
    return read(Ablation, config, FOLDER)


def names() -> list[str]:
    """The ablations that ship with the package."""
    return shipped(FOLDER)


def _places(axes: dict[str, dict[str, Settings]]) -> Iterator[tuple[str, Settings]]:
    """All settings, with their keys."""
    for axis, settings in axes.items():
        for name, one in settings.items():
            yield f"axes.{axis}.{name}", one


def _check(kind: type[BaseModel], values: Overrides, place: str) -> None:
    """Raises ValueError: with the problems, in terms of the keys of this file."""
    try:
        kind.model_validate(values)
    except ValidationError as error:
        raise ValueError("\n".join(problems(kind, error, place))) from None


def merged(base: Overrides, over: Overrides) -> Overrides:
    """`base` with the keys of `over`, section by section."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        out[key] = (
            merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return out
