"""The report of a collection: one page with a treemap of the taxonomy and a table of gaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .coverage import PointCoverage, coverage
from .database import LedgerError
from .facts import UNANSWERED
from .ledger import Ledger
from .places import Places
from .plan import Plan
from .stages import words
from .taxonomy import KnowledgePoint
from .treemap import Box, squarify

_STATES = {
    "refused": "forbidden to programs",
    "closed": "turned away by the site",
    "late": "no answer; the next run asks again",
    "gone": "no answer; the next run asks again",
}  # of queries
_MOST_QUERIES = 200  # unanswered queries listed on the page
_HEADING = 6.0  # height of a subject's name, in per cent of the map's
_ASPECT = 0.5  # of the map: height by width


@dataclass(frozen=True)
class Area:
    """A course in the treemap; `box` is in per cent of the map."""

    subject: str
    course: str
    box: Box
    points: int
    covered: int  # points that have a video
    videos: int

    @property
    def tone(self) -> int:
        """From 0 (nothing covered) to 5 (everything)."""
        return min(4, -(-5 * self.covered // self.points)) if self.covered < self.points else 5


def write_report(at: Places, points: Sequence[KnowledgePoint], plan: Plan) -> Path:
    """Write the report on the ledger's contents, possibly while a collection runs.

    Raises:
        LedgerError: nothing was collected there.
    """
    from ..viewer.templates import environment, packaged, source_hash

    if not at.ledger.is_file():
        raise LedgerError(f"{at.ledger}: there is no ledger; nothing was collected there yet")
    ledger = Ledger(at.ledger)
    try:
        lines, unplaced = coverage(points, ledger, plan)
        names = {source.identity(): source.title() for source in plan.sources}
        left_out = [
            (names.get(source, source), reasons) for source, _, reasons in ledger.left_out()
        ]
        refused = [q for q in ledger.queries() if q[2] in UNANSWERED]
        stages = Counter(
            words(v.stage) for v in {v.key: v for v in ledger.decisions()}.values() if not v.kept
        )
    finally:
        ledger.close()
    style, script = packaged(__package__, "report.css"), packaged(__package__, "report.js")
    page = (
        environment(__package__)
        .get_template("report.html")
        .render(
            style=style,
            script=script,
            # The areas are placed by style attributes, which no hash can allow.
            policy="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
            f"form-action 'none'; script-src {source_hash(script)}",
            name=at.manifest.name,
            lines=lines,
            wanted=plan.quotas.point,
            areas=areas(lines),
            subjects=subjects(lines),
            unplaced=unplaced.most_common(),
            covered=sum(line.videos > 0 for line in lines),
            videos=sum(line.videos for line in lines),
            stages=stages.most_common(),
            refused=[
                (names.get(source, source), query, _STATES.get(status, status), reason)
                for source, query, status, reason in refused[:_MOST_QUERIES]
            ],
            unanswered=len(refused),
            left_out=left_out,
        )
    )
    part = at.report.with_name(f".{at.report.name}.part")
    part.write_text(page, "utf-8")
    part.replace(at.report)
    return at.report


def subjects(lines: Sequence[PointCoverage]) -> list[tuple[str, Box]]:
    """Each subject with its box, in per cent of the map."""
    sizes = Counter(line.point.subject for line in lines)
    boxes = squarify(list(sizes.values()), Box(0, 0, 100, 100 * _ASPECT))
    return list(zip(sizes, boxes, strict=True))


def areas(lines: Sequence[PointCoverage]) -> list[Area]:
    """The courses, placed within their subjects, below the subjects' names."""
    courses: dict[str, dict[str, list[PointCoverage]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        courses[line.point.subject][line.point.course].append(line)
    result = []
    for subject, box in subjects(lines):
        head = min(_HEADING * _ASPECT, box.height / 3)
        inner = Box(box.left, box.top + head, box.width, box.height - head)
        groups = courses[subject]
        boxes = squarify([len(group) for group in groups.values()], inner)
        for (course, group), place in zip(groups.items(), boxes, strict=True):
            covered = sum(line.videos > 0 for line in group)
            videos = sum(line.videos for line in group)
            result.append(Area(subject, course, place, len(group), covered, videos))
    return result
