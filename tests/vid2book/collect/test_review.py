"""What is taken and what is not, with reasons: rights, rules, relevance, a model, quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vid2book.collect import taxonomy
from vid2book.collect.balance import Counts, chosen, spread
from vid2book.collect.candidate import Candidate
from vid2book.collect.ledger import Ledger
from vid2book.collect.plan import Deny, Quotas, Review, load
from vid2book.collect.review import Relevance, ReviewedCandidate, grade_candidates, rule, same_video
from vid2book.collect.rights import denial, licence_of, licence_refusal
from vid2book.collect.taxonomy import KnowledgePoint
from vid2book.config import ConfigError
from vid2book.licences import OPEN
from vid2book.models.chat import Chat, ChatError, Messages
from vid2book.models.embed import WordLlama

ENERGY = KnowledgePoint("Physics", "Mechanics", "Energy", "kinetic energy")
WORK = KnowledgePoint("Physics", "Mechanics", "Energy", "work")
CELL = KnowledgePoint("Biology", "Cells", "Parts", "cell nucleus")
VIDEO = Candidate(
    "https://example.org/c/1",
    "a source",
    title="Kinetic energy, lecture 3",
    license="CC BY 4.0",
    channel="Physics for all",
    uploader="Ada",
    duration=600,
)


def test_youtubes_licence_has_a_date() -> None:
    stated = replace(VIDEO, license="Creative Commons Attribution license (reuse allowed)")
    assert licence_of(replace(stated, upload_date="20250731")) == "cc-by-3.0"
    assert licence_of(replace(stated, upload_date="20250801")) == "cc-by-4.0"
    assert licence_refusal(replace(stated, upload_date="20250801"), OPEN) == ""


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("", "no licence is stated"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "its licence is cc-by-nc-sa-4.0"),
        ("All rights reserved", "its licence is all rights reserved"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", ""),
        ("http://creativecommons.org/licenses/by/3.0/us/", ""),
    ],
)
def test_licences_that_are_taken(licence: str, reason: str) -> None:
    assert licence_refusal(replace(VIDEO, license=licence), OPEN).startswith(reason)
    assert bool(licence_refusal(replace(VIDEO, license=licence), OPEN)) == bool(reason)


def test_a_user_may_take_more() -> None:
    other = replace(VIDEO, license="CC BY-NC-SA 4.0")
    assert licence_refusal(other, (*OPEN, "cc-by-nc-sa-4.0")) == ""


@pytest.mark.parametrize(
    ("deny", "is_denied"),
    [
        ({"urls": ["https://example.org/c/1/"]}, True),
        ({"urls": ["https://EXAMPLE.org/c"]}, True),
        ({"urls": ["https://example.org/c/10"]}, False),
        ({"urls": ["https://example.org/c/"]}, True),
        ({"channels": ["physics  FOR all"]}, True),
        ({"channels": ["https://example.org/@physics"]}, True),
        ({"uploaders": ["Ada"]}, True),
        ({"uploaders": ["Ad"]}, False),
    ],
)
def test_the_deny_list(deny: dict[str, Any], is_denied: bool) -> None:
    video = replace(VIDEO, channel_url="https://example.org/@physics")
    assert bool(denial(video, Deny(**deny))) == is_denied


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": "Kinetic energy (official TRAILER)"}, "trailer"),
        ({"title": "Trailers: what they weigh"}, ""),
        ({"duration": 60}, "1.0 minutes, shorter than 2"),
        ({"duration": 4 * 3600}, "240 minutes, longer than 180"),
        ({"duration": None}, ""),
        ({"language": "de-AT"}, "its language is de"),
        ({"language": "English"}, ""),
        ({"language": ""}, ""),
        ({"captions_known": True}, "no captions"),
        ({"captions_known": False}, ""),
    ],
)
def test_rules(change: dict[str, Any], says: str) -> None:
    reason = rule(replace(VIDEO, **change), Review(languages=("en",), captions=True))
    assert (says in reason) if says else not reason


def test_copies_have_one_title_and_one_length() -> None:
    copy = replace(
        VIDEO, url="https://example.net/x", title="KINETIC energy - Lecture 3", duration=601
    )
    longer = replace(copy, url="https://example.net/y", duration=700)
    unknown = replace(copy, url="https://example.net/z", duration=None)
    assert same_video([VIDEO, copy, longer, unknown]) == {copy.key: VIDEO.key}


def test_relevance_finds_the_point_and_tells_what_is_far() -> None:
    relevance = Relevance([ENERGY, CELL], WordLlama())
    cake = replace(VIDEO, url="u", title="How to bake a chocolate cake", description="Yummy.")
    cell = replace(VIDEO, url="v", title="Inside the nucleus of a cell")
    found = relevance.of([VIDEO, cake, cell, VIDEO], [[], [], [], ["cell nucleus"]])
    assert found[0].point == ENERGY and found[0].relevance > 0.5
    assert found[1].relevance < Review().min_relevance
    assert found[2].point == CELL
    assert found[3].point == CELL and found[3].relevance < 0.25  # of those that were asked for


class Model(Chat):
    """Answers what it was given, and counts."""

    identity = "a model"

    def __init__(self, *replies: str | ChatError) -> None:
        self.replies, self.asked = list(replies), 0

    def check(self) -> None: ...

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        self.asked += len(chats)
        return [self.replies.pop(0) for _ in chats]


@pytest.fixture(scope="module")
def shipped() -> Relevance:
    return Relevance(taxonomy.load(), WordLlama())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The simple pendulum", "pendulum"),
        ("How volcanoes form at plate boundaries", "plate boundary"),
        ("Solving quadratic equations by completing the square", "completing the square"),
        ("The process of photosynthesis", "photosynthesis"),  # and `process` is a point, too
    ],
)
def test_a_point_that_a_title_names_is_its_point(shipped: Relevance, title: str, name: str) -> None:
    (found,) = shipped.of([replace(VIDEO, title=title, description="")], [[]])
    assert found.point is not None and found.point.name == name and found.is_named


def test_a_word_that_means_another_thing_names_no_point(shipped: Relevance) -> None:
    title = "The process of weathering and soil formation"
    (found,) = shipped.of([replace(VIDEO, title=title, description="")], [[]])
    assert found.point is not None and found.point.subject == "Earth science"
    assert not found.is_named


def test_a_model_is_asked_once_and_its_silence_is_no_refusal(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.sqlite")
    others = [replace(VIDEO, url=f"https://example.org/{n}") for n in "ab"]
    reviewed = [ReviewedCandidate(c, ENERGY, 0.5) for c in (VIDEO, *others)]
    model = Model(
        '{"reason": "It teaches it.", "grade": 5}',
        '{"reason": "An advert.", "grade": 1}',
        ChatError("busy"),
    )
    first = grade_candidates(reviewed, model, Review(), ledger)
    assert [v.kept for v in first] == [True, False, True]
    assert first[1].reason == "a model: An advert." and first[1].score == 1
    again = grade_candidates(reviewed[:2], Model(), Review(), ledger)
    assert again == first[:2]


def reviewed(n: int, point: KnowledgePoint, relevance: float = 0.5) -> ReviewedCandidate:
    return ReviewedCandidate(replace(VIDEO, url=f"https://example.org/{n}"), point, relevance)


def test_poor_points_come_first_and_quotas_hold() -> None:
    waiting = [reviewed(i, ENERGY, 0.9 - i / 10) for i in range(3)]
    waiting += [reviewed(i, CELL, 0.3) for i in (3, 4)]
    counts = Counts(Quotas(point=2), [ENERGY, WORK])
    taken, left = chosen(waiting, counts)
    assert [one.candidate.url[-1] for one in taken] == ["3", "0", "4"]
    assert left["https://example.org/1"] == "the quota of its point is full: kinetic energy (2)"
    assert len(left) == 2 and counts.total == 5


def test_a_total_is_a_bound_too() -> None:
    taken, left = chosen([reviewed(i, CELL) for i in range(5)], Counts(Quotas(total=2)))
    assert len(taken) == 2 and all("as many as the plan wants" in r for r in left.values())


def test_subjects_take_turns() -> None:
    points = [KnowledgePoint("A", "a", "x", f"a{i}") for i in range(3)]
    points += [KnowledgePoint("B", "b", "y", "b0"), KnowledgePoint("A", "c", "z", "c0")]
    assert [p.name for p in spread(points)] == ["a0", "b0", "c0", "a1", "a2"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources: []", "sources"),
        ("sources: [{kind: feed}]", "url"),
        ("sources: [{kind: feed, url: u, license: CC0}]", "license_evidence"),
        ("sources: [{kind: peertube, query: '{points}'}]", "are known"),
        ("sources: [{kind: peertube}, {kind: peertube}]", "give each a 'name'"),
        ("sources: [{kind: peertube}]\npermissions: {youtube.com: ''}", "with a reason"),
    ],
)
def test_a_faulty_plan_is_told(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says):
        load(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources: [{kind: feed, urll: x}]", "'sources.0.urll' (did you mean 'url'?); allowed"),
        (
            "sources: [{kind: feed, url: x, licence: y}]",
            "'sources.0.licence' (did you mean",
        ),
        ("sources: [{kind: feeds, url: x}]", "sources.0: no kind 'feeds'; there are 'internet"),
        ("sources: [{knd: feed}]", "sources.0: the key 'kind' is missing"),
        ("sorces: [{kind: peertube}]", "unknown key 'sorces' (did you mean 'sources'?)"),
        ("sources: [{kind: feed}]", "sources.0.url: is missing"),
    ],
)
def test_a_misspelt_key_is_one_error(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as told:
        load(path)
    (line,) = str(told.value).splitlines()
    assert says in line and "allowed here: \n" not in line


def test_the_shipped_plan_is_open_and_asks_nobody_who_forbids_it() -> None:
    plan = load("open")
    assert set(plan.licences) == set(OPEN)
    assert {source.kind for source in plan.sources} == {"internet_archive", "peertube", "commons"}
    assert list(plan.permissions) == ["commons.wikimedia.org"]
