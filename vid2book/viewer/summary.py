"""The decisions about a whole video: what was kept, what was dropped, where and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from ..folder.removed import removals, undoing
from ..quantities import number_of
from ..records import Decision
from .scores import grades_of, reason_of
from .times import clock
from .verdicts import Verdict, notes_on, verdict_on
from .why import LEVELS, open_video, span, styled, title_of, verdict_of

_MOST_TIMES = 8  # printed for one reason


@dataclass(frozen=True)
class Summary:
    """What was decided about a video. Can be printed with `rich`.

    `decisions` are all of them, in order of time; `samples`, `images` and `texts` count what the
    corpus has from it.
    """

    video_id: str
    title: str
    duration: float  # seconds
    status: str
    reason: str
    samples: int
    images: int
    texts: int
    decisions: tuple[Decision, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        on_video = [d for d in self.decisions if d.level == "video"]
        length = f", {clock(self.duration)}" if self.duration else ""
        yield title_of(self.title, f"{self.video_id}{length}")
        yield verdict_of(self.status, self.reason, on_video)
        for grader, grades in grades_of(on_video).items():
            yield Text(f"Grades by {grader} (1 to 5): {', '.join(grades)}")
        if self.samples:
            yield Text(
                f"In the corpus: {number_of(self.samples, 'sample')} with "
                f"{number_of(self.images, 'picture')} and {number_of(self.texts, 'paragraph')}."
            )
        if not any(d.level in LEVELS for d in self.decisions) and not notes_on(on_video):
            return
        yield Text()
        yield self._table(on_video)
        yield Text()
        yield Text("For the scores at one moment, add a time, such as 0:10.", style="dim")

    def _table(self, on_video: Sequence[Decision]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("", "", "Times", "Reason"):
            table.add_column(column)
        for decision in notes_on(on_video):
            table.add_row("Video", styled("note"), "", reason_of(decision))
        for level, name in LEVELS.items():
            for verdict, reason, spans in _group(self.decisions, level):
                table.add_row(name, styled(verdict), _list_times(spans), reason)
                name = ""
        return table


@dataclass(frozen=True)
class Removed:
    """A video that `vid2book remove` took out of a corpus. Can be printed with `rich`."""

    video_id: str
    status: str  # "removed"
    removed_on: str  # a date
    undo: str  # the command that brings it back

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(f"{self.video_id} was removed with `vid2book remove` on {self.removed_on}.")
        yield Text(f"To bring it back: {self.undo}")


def removed(corpus: Path, video_id: str) -> Removed | None:
    """The removal of a video from a corpus; None if it was not removed."""
    date = removals(corpus).get(video_id)
    return Removed(video_id, "removed", date, undoing(corpus, video_id)) if date else None


def summary(corpus: Path, video_id: str) -> Summary:
    """What was decided about a whole video.

    Args:
        corpus: the corpus folder.
        video_id: of a video in the manifest, kept or not.

    Raises:
        FolderError: the folder is not a corpus.
        WhyError: the corpus does not have this video, or has no decisions.
    """
    source, row = open_video(corpus, video_id)
    samples = list(source.words(video_id))
    kinds = [e["kind"] for sample in samples for e in sample.get("elements") or []]
    return Summary(
        video_id,
        row.get("title") or "",
        row.get("duration_s") or 0.0,
        row.get("status") or "kept",
        row.get("reason") or "",
        len(samples),
        kinds.count("image"),
        kinds.count("text"),
        tuple(source.decisions(video_id)),
    )


def _group(
    decisions: Sequence[Decision], level: str
) -> Iterator[tuple[Verdict, str, list[tuple[float, float]]]]:
    """Verdicts with their reasons and stretches; what any stage drops counts as dropped."""
    on_level = [d for d in decisions if d.level == level]
    # Lines of one picture share their stretch.
    dropped = {_what(decision) for decision in on_level if verdict_on(decision) == "dropped"}
    groups: dict[tuple[Verdict, str], list[Decision]] = {}
    for decision in on_level:
        if decision.kept and _what(decision) in dropped:
            continue
        verdict = verdict_on(decision)
        # What is simply kept needs no reason, except for sentences, which may have been changed.
        reason = "" if verdict == "kept" and level != "sentence" else reason_of(decision)
        groups.setdefault((verdict, reason), []).append(decision)
    for (verdict, reason), group in sorted(groups.items(), key=lambda item: not item[1][0].kept):
        stretches = dict.fromkeys((d.start, d.end) for d in group)
        yield verdict, reason, list(stretches)


def _what(decision: Decision) -> tuple[float, float, str]:
    """What a decision is about."""
    return decision.start, decision.end, decision.text if decision.level == "line" else ""


def _list_times(stretches: Sequence[tuple[float, float]]) -> str:
    times = [span(*stretch) for stretch in sorted(stretches)]
    more = len(times) - _MOST_TIMES
    return ", ".join(times[:_MOST_TIMES]) + (f" and {more:,} more" if more > 0 else "")
