"""A video's split follows from its id alone, unless the manifest names one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vid2book.builder import source
from vid2book.builder.splits import denying, splits
from vid2book.builder.write import write_corpus
from vid2book.config import Config, ConfigError, load
from vid2book.manifest.splits import assign

RATIOS = {"train": 0.8, "validation": 0.1, "test": 0.1}


def test_shares_are_about_as_asked(make) -> None:
    found = assign((make.video(f"v{n}") for n in range(2000)), RATIOS)
    shares = {name: sum(v.split == name for v in found) / 2000 for name in RATIOS}
    assert shares == pytest.approx(RATIOS, abs=0.03)


def test_other_videos_and_their_order_move_none(make) -> None:
    few = [make.video(f"v{n}") for n in range(50)]
    more = [make.video(f"w{n}") for n in range(50)] + few[::-1]
    before = {v.video_id: v.split for v in assign(few, RATIOS)}
    after = {v.video_id: v.split for v in assign(more, RATIOS)}
    assert before.items() <= after.items()
    # Of every version of this package, or a video would move from a corpus's test split.
    assert [before[f"v{n}"] for n in range(4)] == [
        "train", "train", "test", "validation",
    ]  # fmt: skip


def test_the_manifest_comes_first(make) -> None:
    videos = make.video("a", split="test"), *(make.video(f"v{n}") for n in range(50))
    assert assign(videos, RATIOS) == videos


def test_by_default_all_is_for_training(make) -> None:
    videos = tuple(make.video(f"v{n}") for n in range(50))
    assert assign(videos, Config().splits.ratios) == videos


def test_the_config_reaches_the_corpus(make, tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"v{n}.mp4").write_bytes(b"no video")
    (tmp_path / "c.yaml").write_text(json.dumps({"splits": {"ratios": {"train": 0.5, "dev": 0.5}}}))
    corpus = source.open_corpus(tmp_path, tmp_path / "c.yaml", tmp_path / "store")
    assert {v.split for v in corpus.videos} == {"train", "dev"}
    assert corpus.videos == source.open_corpus(tmp_path, tmp_path / "c.yaml").videos


def test_no_video_straddles_splits(make, tmp_path: Path) -> None:
    corpus = make.corpus(*assign((make.video(f"v{n}") for n in range(40)), RATIOS))
    write_corpus(corpus, tmp_path)
    by_split = {name: {v.video_id for v in videos} for name, videos in splits(corpus).items()}
    assert sum(map(len, by_split.values())) == 40
    assert set.intersection(*by_split.values()) == set()


@pytest.mark.parametrize("ratios", [{"train": 0.5}, {"train": 1.2}, {"train": 0.0, "a": 1.0}, {}])
def test_ratios_that_are_none(tmp_path: Path, ratios: dict[str, float]) -> None:
    (tmp_path / "c.yaml").write_text(json.dumps({"splits": {"ratios": ratios}}))
    with pytest.raises(ConfigError, match=r"splits\.ratios"):
        load(tmp_path / "c.yaml")


def test_denying_adds_and_changes_nothing_else() -> None:
    denied = denying(denying(Config(), ["b"]), ["a", "b"])
    assert denied.reduce.deny == ("b", "a")
    assert denied.model_copy(update={"reduce": Config().reduce}) == Config()
