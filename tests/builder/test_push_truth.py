"""What a push says is so: of the files, of the repository, of how long it waits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import DatasetCard
from huggingface_hub.utils import close_session

from vid2book.builder.hub import session
from vid2book.builder.write import write_corpus
from vid2book.folder import layout

from ..support.hub.client import load
from ..support.hub.repo import Repo
from ..support.hub.server import Hub

# The client sends files in a way that its own HTTP library warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture(autouse=True)
def new_session() -> Iterator[None]:
    """The client's session keeps its timeouts."""
    close_session()
    yield
    close_session()


@pytest.fixture
def out(corpus, tmp_path: Path) -> Path:
    write_corpus(corpus, tmp_path / "out")
    return tmp_path / "out"


def card(hub: Hub, revision: str = "main") -> str:
    blob = hub.repos["org/name"].at(revision).files["README.md"]
    return hub.objects.path(blob.sha256).read_text()


def first_shard(out: Path) -> Path:
    return layout.shards(out, "default", "train")[0]


def flip(out: Path) -> None:
    """Another byte in a file, whose size stays."""
    file = first_shard(out)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def lengthen(out: Path) -> None:
    first_shard(out).write_bytes(first_shard(out).read_bytes() + b"x")


def lose(out: Path) -> None:
    layout.shards(out, "decisions")[0].unlink()


def leave_behind(out: Path) -> None:
    first_shard(out).with_name("train-00009.parquet").write_bytes(first_shard(out).read_bytes())


def change_header(out: Path) -> None:
    path = out / layout.CARD
    path.write_text(path.read_text().replace("num_examples: 2", "num_examples: 3", 1))


def change_attribution(out: Path) -> None:
    path = out / layout.ATTRIBUTION
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def lose_record(out: Path) -> None:
    (out / layout.RECORD).unlink()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flip, "are not those that were written"),
        (lengthen, "bytes"),
        (lose, "is missing"),
        (leave_behind, "was not written by vid2book"),
        (change_header, "is the card of another corpus"),
        (change_attribution, "does not name the videos of the corpus"),
        (lose_record, "its record is missing"),
    ],
)
def test_files_that_do_not_fit_are_not_sent(
    out: Path, hub: Hub, push, damage: Callable[[Path], None], words: str
) -> None:
    assert push(out, "0.9.0").exit_code == 0
    hub.requests.clear()
    damage(out)
    result = push(out, "1.0.0")
    assert result.exit_code == 2
    assert words in result.stderr
    assert hub.requests == []


def test_a_silent_hub_ends_with_a_message(out: Path, hub: Hub, push, monkeypatch) -> None:
    monkeypatch.setattr(session, "SILENT_S", 0.2)
    hub.fail("POST", "/commit/", times=9)
    hub.fail("GET", "/commits/", times=99)
    result = push(out, "1.0.0")
    assert result.exit_code == 2
    assert "the Hub does not answer" in result.stderr
    assert "whether the commit is there could not be seen" in result.stderr
    assert "push again" in result.stderr


def test_waits_are_told(out: Path, hub: Hub, push) -> None:
    hub.fail("POST", "/preupload/", 429, times=2, headers={"RateLimit": '"api";r=0;t=6'})
    hub.fail("PUT", "^/lfs/", 503)
    result = push(out, "1.0.0")
    assert result.exit_code == 0
    assert "The Hub asks for a pause: waiting 7 s (try 2 of 5)" in result.stderr
    assert "The Hub could not answer yet: waiting 1 s (try 1 of 5)" in result.stderr


@pytest.mark.parametrize("status", [502, 504])
def test_a_commit_that_landed_behind_an_error(out: Path, hub: Hub, push, status: int) -> None:
    hub.fail("POST", "/commit/", status, landed=True)
    result = push(out, "1.0.0")
    assert result.exit_code == 0
    assert f"The Hub answered {status}, but the commit is there" in result.stderr
    repo = hub.repos["org/name"]
    assert repo.tags == {"1.0.0": repo.at("main").sha}
    assert len(repo.commits) == 2


def test_a_commit_that_did_not_land(out: Path, hub: Hub, push) -> None:
    hub.fail("POST", "/commit/", 504)
    result = push(out, "1.0.0")
    assert result.exit_code == 2
    assert "main is unchanged" in result.stderr
    assert "looking in 20 s" in result.stderr
    assert set(hub.repos["org/name"].at("main").files) == set()


def test_private_is_seen_before_anything_is_sent(out: Path, hub: Hub, push) -> None:
    hub.fail("PUT", "/settings$", 200)  # it says yes and does nothing
    hub.repos["org/name"] = Repo("org/name")
    result = push(out, "1.0.0", "--private")
    assert result.exit_code == 2
    assert "org/name is not private" in result.stderr
    assert hub.sent("PUT", "^/lfs/") == hub.sent("POST", "/preupload/") == []


def test_a_hub_without_xet_names_the_switch(out: Path, hub: Hub, env) -> None:
    code = "from vid2book.cli import main; main()"
    line = [sys.executable, "-c", code, "push", str(out), "org/name", "--version", "1.0.0"]
    with_xet = {name: value for name, value in env.items() if name != "HF_HUB_DISABLE_XET"}
    done = subprocess.run(line, env=with_xet, capture_output=True, text=True)
    if done.returncode:  # clients up to 1 ask the Hub what it speaks
        assert "set HF_HUB_DISABLE_XET=1" in done.stderr
    else:
        assert "1.0.0" in hub.repos["org/name"].tags


def test_an_older_line_gets_a_patch_and_main_stays(make, hub: Hub, env, push, tmp_path) -> None:
    a, b, c = (make.video(name) for name in "abc")
    old, new = tmp_path / "old", tmp_path / "new"
    write_corpus(make.corpus(a, b), old)
    push(old, "1.0.0")
    write_corpus(make.corpus(a, b, c), new)
    push(new, "2.0.0")
    main = hub.repos["org/name"].at("main").sha
    write_corpus(make.corpus(a), old)
    result = push(old, "1.0.1")
    assert result.exit_code == 0, result.stderr
    assert "0 added, 1 removed, 0 changed" in result.stdout
    repo = hub.repos["org/name"]
    assert repo.at("main").sha == main
    assert repo.at("1.0.1").parent == repo.tags["1.0.0"]
    assert list(repo.branches) == ["main"]
    found = load(env, "1.0.1", "2.0.0")
    assert [found[version]["videos"] for version in found] == [["a"], ["a", "b", "c"]]
    push(new, "2.1.0")
    assert "### 1.0.1\n\n1 video," in card(hub)
    for version in ("0.9.0", "1.0.0", "1.0.0"):
        assert push(old, version).exit_code == 2
    assert "### 2.0.0" not in card(hub, "1.0.1")


def test_the_owners_words_stay(make, hub: Hub, push, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_corpus(make.corpus(make.video("a")), out)
    push(out, "1.0.0")
    text = card(hub)
    mine = text.replace("pretty_name: Multimodal textbook from lectures", "pretty_name: Optics")
    mine = mine.replace("tags:\n", "extra_gated_prompt: Be kind.\ntags:\n- mine\n")
    top = "---\n\n<!-- vid2book: each"
    assert top in mine
    mine = mine.replace(top, "---\n\n# Optics for all\n\nBy us.\n\n<!-- vid2book: each")
    mine += "\n## Thanks\n\nTo ---\n# everybody.\n"
    write_card(hub, mine)
    write_corpus(make.corpus(make.video("a"), make.video("b")), out)
    for version in ("1.1.0", "1.1.1"):
        push(out, version, "--force")
        found = DatasetCard(card(hub))
        assert found.data.pretty_name == "Optics"
        assert found.data["extra_gated_prompt"] == "Be kind."
        assert {"mine", "vid2book"} <= set(found.data.tags)
        assert found.data.dataset_info[0]["splits"][0]["num_examples"] == 4
        body = card(hub)
        assert body.index("# Optics for all\n\nBy us.") < body.index("# Multimodal textbook")
        assert body.index("### 1.0.0") < body.index("## Thanks\n\nTo ---\n# everybody.")
        assert body.count("## Thanks") == body.count("## Versions") == body.count("By us.") == 1


def test_a_card_that_was_there_first_stays_on_top(out: Path, hub: Hub, push) -> None:
    repo = hub.repos["org/name"] = Repo("org/name")
    words = "---\nlicense: mit\npretty_name: Mine\n---\nMy dataset.\n"
    repo.put("main", {"README.md": blob(hub, words)}, "mine", repo.at("main").sha)
    push(out, "1.0.0")
    found = DatasetCard(card(hub))
    assert found.text.strip().startswith("My dataset.\n\n<!-- vid2book")
    assert (found.data.pretty_name, found.data.license) == ("Mine", "cc-by-4.0")


def test_a_card_of_ours_without_marks_is_replaced(out: Path, hub: Hub, push) -> None:
    push(out, "1.0.0")
    unmarked = "\n".join(line for line in card(hub).splitlines() if "<!-- vid2book" not in line)
    write_card(hub, unmarked)
    push(out, "1.1.0")
    assert card(hub).count("# Multimodal textbook") == 1
    assert "### 1.0.0" in card(hub)


def write_card(hub: Hub, text: str) -> None:
    """As its owner does in the browser."""
    repo = hub.repos["org/name"]
    main = repo.at("main")
    repo.put("main", main.files | {"README.md": blob(hub, text)}, "Update README.md", main.sha)


def blob(hub: Hub, text: str):
    from ..support.hub.repo import Blob

    content = text.encode()
    return Blob(hub.objects.add(content), len(content), "0" * 40, lfs=False)
