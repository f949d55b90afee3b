"""The taxonomy: what ships, and what a user's own file may say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from vid2book import config
from vid2book.collect import taxonomy
from vid2book.collect.taxonomy import KnowledgePoint, TaxonomyError


def test_six_subjects_ship_with_at_least_2500_points() -> None:
    points = taxonomy.load()
    by_subject = Counter(p.subject for p in points)
    assert set(by_subject) == {
        "Mathematics",
        "Physics",
        "Chemistry",
        "Earth science",
        "Engineering",
        "Computer science",
    }
    assert len(points) >= 2500
    assert min(by_subject.values()) >= 400


def test_every_shipped_point_is_a_short_term() -> None:
    points = taxonomy.load()
    odd = [p.name for p in points if not re.fullmatch(r"[A-Za-z][\w' -]*", p.name)]
    assert odd == []
    assert max(len(p.name.split()) for p in points) <= 5
    groups = Counter((p.subject, p.course, p.sub_course) for p in points)
    assert min(groups.values()) >= 5


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("orifice plate", ("Mechanical engineering", "Fluid mechanics")),
        ("Miller indices", ("Materials engineering", "Crystals and defects")),
        ("geoid", ("Geographic methods", "Mapping")),
        ("memory leak", ("Programming", "Basics")),
    ],
)
def test_a_point_stands_where_a_teacher_looks(name: str, place: tuple[str, str]) -> None:
    (point,) = (point for point in taxonomy.load() if point.name == name)
    assert (point.course, point.sub_course) == place


def test_a_taxonomy_is_no_pipeline_config() -> None:
    assert "offline" in config.names()
    assert not {"taxonomy", "physics"} & set(config.names())


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "music.yaml"
    own.write_text("subject: Music\ncourses:\n  Harmony:\n    Chords: [triad, seventh chord]\n")
    expected = [
        KnowledgePoint("Music", "Harmony", "Chords", "triad"),
        KnowledgePoint("Music", "Harmony", "Chords", "seventh chord"),
    ]
    assert taxonomy.load(own) == expected
    assert taxonomy.load(tmp_path) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("subject: [", "not YAML"),
        ("[{name: Physics}]", "expected the keys 'subject:' and 'courses:', found a list"),
        ("", "expected the keys 'subject:' and 'courses:', found nothing"),
        ("subject: S\ncourse: {}", "unknown key 'course' (did you mean 'courses'?)"),
        ("courses: {A: {B: [c]}}", "subject: is missing"),
        ("subject: S\ncourses: {A: {B: c}}", "courses.A.B: must be a list"),
        ("subject: S\ncourses: {A: {B: [torque]}, C: {D: [Torque]}}", "S / A / B and in S / C / D"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, text: str, says: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text)
    with pytest.raises(TaxonomyError, match=re.escape(says)):
        taxonomy.load(own)


def test_a_missing_taxonomy_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match="nowhere: there is no taxonomy here"):
        taxonomy.load(tmp_path / "nowhere")
