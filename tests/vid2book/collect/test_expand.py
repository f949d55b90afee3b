"""Checking a taxonomy, and a language model that adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from vid2book.cli import app
from vid2book.collect.expand import add_points, faults
from vid2book.collect.taxonomy import KnowledgePoint, dump, load
from vid2book.models.chat import Chat, ChatError, Messages
from vid2book.models.embed import WordLlama

from ...support.llm import Reply, Stub

ENERGY = [KnowledgePoint("Physics", "Mechanics", "Energy", n) for n in ("kinetic energy", "work")]
WAVES = [KnowledgePoint("Physics", "Optics", "Waves", "diffraction")]


class Model(Chat):
    identity = "a model"

    def __init__(self, *replies: str | ChatError) -> None:
        self.replies = list(replies)

    def check(self) -> None: ...

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        return [self.replies.pop(0) for _ in chats]


def test_what_a_model_proposes_is_new_and_a_term() -> None:
    names = [
        "Potential energy",
        "energies, kinetic",
        "Works",
        "What is energy?",
        "  power ",
        "power",
    ]
    model = Model(str({"points": names}).replace("'", '"'), ChatError("busy"))
    grown, failures = add_points([*ENERGY, *WAVES], model, WordLlama(), each=10)
    assert [p.name for p in grown] == [
        "kinetic energy", "work", "Potential energy", "power", "diffraction",
    ]  # fmt: skip
    assert failures == ["Physics / Optics / Waves: busy"]


def test_a_model_gives_no_more_than_was_asked_for() -> None:
    model = Model('{"points": ["torque", "impulse", "friction"]}')
    assert len(add_points(ENERGY, model, WordLlama(), each=2)[0]) == 4


def test_alike_points_are_told_once() -> None:
    points = [
        KnowledgePoint("S", "C", "D", name)
        for name in ("law of Hooke", "Hooke's law", "binary search", "binary search algorithm",
                     "impulse", "specific impulse", "Is it so?")
    ]  # fmt: skip
    found = faults(points, WordLlama())
    assert len(found) == 3
    assert "Is it so?" in found[0] and "Hooke" in found[1] and "binary search" in found[2]


def test_a_grown_taxonomy_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "physics.yaml"
    path.write_text(dump([*ENERGY, *WAVES]))
    assert load(path) == [*ENERGY, *WAVES]


def test_the_commands(tmp_path: Path) -> None:
    path, out = tmp_path / "physics.yaml", tmp_path / "more.yaml"
    path.write_text(dump(ENERGY))
    run = CliRunner().invoke
    assert "2 points, 0 to look at" in run(app, ["taxonomy", "check", str(path)]).stdout
    assert "kinetic energy" in run(app, ["taxonomy", "show", str(path), "--of", "energy"]).stdout
    missing = run(app, ["taxonomy", "show", str(path), "--of", "cookery"])
    assert missing.exit_code == 2 and "no subject, course or sub-course" in missing.stderr
    with Stub(lambda _body, _n: Reply({"points": ["torque"]})) as server:
        asked = ["taxonomy", "expand", str(path), "-o", str(out), "--model", "stub"]
        result = run(app, [*asked, "--base-url", server.url])
    assert result.exit_code == 0, result.stderr
    assert [p.name for p in load(out)] == ["kinetic energy", "work", "torque"]


def test_a_model_that_cannot_be_asked_writes_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "physics.yaml", tmp_path / "new" / "more.yaml"
    path.write_text(dump(ENERGY))
    asked = ["taxonomy", "expand", str(path), "-o", str(out), "--model", "stub"]
    done = CliRunner().invoke(app, [*asked, "--base-url", "http://127.0.0.1:9/v1"])
    assert done.exit_code == 2 and "the language model cannot be asked" in done.stderr
    assert not out.parent.exists()


def test_a_grown_taxonomy_may_stand_in_a_new_folder(tmp_path: Path) -> None:
    path, out = tmp_path / "physics.yaml", tmp_path / "new" / "more.yaml"
    path.write_text(dump(ENERGY))
    with Stub(lambda _body, _n: Reply({"points": ["torque"]})) as server:
        asked = ["taxonomy", "expand", str(path), "-o", str(out), "--model", "stub"]
        done = CliRunner().invoke(app, [*asked, "--base-url", server.url])
        assert done.exit_code == 0 and len(load(out)) == 3
        wrong = CliRunner().invoke(app, [*asked[:4], str(tmp_path), *asked[5:], "--base-url",
                                         server.url])  # fmt: skip
    assert wrong.exit_code == 2 and "cannot be written: Is a directory" in wrong.stderr


def test_the_shipped_taxonomy_has_no_faults() -> None:
    assert faults(load(), WordLlama()) == []
