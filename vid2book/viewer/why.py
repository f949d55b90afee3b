"""Why something is in the corpus, or is not: the decisions at one moment of one video."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from ..errors import UserError
from ..folder.reader import CorpusFolder, Row
from ..names import did_you_mean, plain
from ..quantities import names_of
from ..records import Decision
from .scores import reason_of, score_of, with_clock_times
from .times import clock
from .verdicts import Verdict, notes_on, stands_from, verdict_on

LEVELS = {  # in the order in which they are printed
    "keyframe": "Screen",
    "line": "On-screen text",
    "sentence": "Speech",
    "clip": "Paragraph",
}

_MERGED = 3  # lines that were left out for one reason, from which on they share a row
_MOST_NEAR = 3  # decisions before the moment that are printed, and after it
_STYLES: dict[Verdict, str] = {"kept": "green", "dropped": "red"}  # others are dim
_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


class WhyError(UserError):
    """A question that cannot be answered; the message says what to ask instead."""


@dataclass(frozen=True)
class Piece:
    """A position of a sample: what the corpus has from this stretch of the video."""

    sample: str
    position: int  # from 0, in the sample's lists
    kind: str  # "image" or "text"
    start: float
    end: float
    text: str  # speech, or what is written on the image
    drop: str = ""  # why it is marked


@dataclass(frozen=True)
class Why:
    """What was decided about `at`, a moment of a video in seconds. Can be printed with `rich`.

    `here` and `near` have a key for each of the levels keyframe, line, sentence and clip: the
    decisions about that moment and, if there are none, the nearest ones before and after it.
    """

    video_id: str
    at: float
    title: str
    status: str
    reason: str
    video: tuple[Decision, ...]  # about the video as a whole
    here: dict[str, tuple[Decision, ...]]
    near: dict[str, tuple[Decision, ...]]
    corpus: tuple[Piece, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield title_of(self.title, f"{self.video_id} at {clock(self.at)}")
        yield verdict_of(self.status, self.reason, self.video)
        yield Text()
        yield self._decisions()
        yield Text()
        if not self.corpus:
            yield Text("The corpus has nothing from this moment.")
        for piece in self.corpus:
            yield Text.assemble(
                ("In the corpus ", "green"),
                f"{plain(piece.sample)}, {piece.kind} at position {piece.position}, "
                f"{span(piece.start, piece.end)}  ",
                (f"marked by {with_clock_times(piece.drop)}  " if piece.drop else "", "yellow"),
                (plain(piece.text), "italic"),
            )

    def _decisions(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("", "", "Time", "Stage and reason"):
            table.add_column(column, no_wrap=column == "Time")
        for decision in notes_on(self.video):
            table.add_row("Video", *_cells(decision))
        for level, name in LEVELS.items():
            for place, alike in enumerate(_merged(self.here[level])):
                table.add_row("" if place else name, *_row_of(alike))
            if self.here[level]:
                continue
            if as_it_was := self._as_it_was(level):
                table.add_row(name, styled("kept"), "", as_it_was)
                continue
            table.add_row(name, Text("nothing here", style="dim"))
            for side, near in groupby(self.near[level], self._side):
                decisions = list(near)
                for decision in decisions[:_MOST_NEAR]:
                    table.add_row(Text(f"  {side}", style="dim"), *_cells(decision))
                if len(decisions) > _MOST_NEAR:
                    more = f"and {len(decisions) - _MOST_NEAR:,} more"
                    table.add_row("", "", "", Text(more, style="dim"))
        return table

    def _side(self, decision: Decision) -> str:
        return "before" if decision.end <= self.at else "after"

    def _as_it_was(self, level: str) -> str:
        """How the speech or the on-screen text of this moment was kept if no decision is about it,
        since only changes have one. Empty if nothing is said or written, or none of it was kept.
        """
        if level == "sentence":
            clips = self.here["clip"]
            unheard = any(d.stage == "recognise" and not d.kept for d in clips)
            said = any(d.kept and d.text for d in clips) and not unheard
            return "unchanged (see the paragraph)" if said else ""
        if level == "line":
            screens = self.here["keyframe"]
            dropped = {(d.start, d.end) for d in screens if not d.kept}
            kept = [d for d in screens if (d.start, d.end) not in dropped]
            return "as read" if any(d.stage == "align" and d.text for d in kept) else ""
        return ""


def parse_time(text: str) -> float:
    """Seconds from "12:34", "1:02:03", "75" or "75.5".

    Raises:
        WhyError: it is not a time.
    """
    match = _TIME.fullmatch(text.strip())
    if match:
        hours, minutes, seconds = match.groups()
        valid = (minutes is None or float(seconds) < 60) and (hours is None or int(minutes) < 60)
        if valid:
            return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
    raise WhyError(f"'{text}' is not a time; write 12:34, 1:02:03, or seconds as 75 or 75.5")


def why(corpus: Path, video_id: str, at: float) -> Why:
    """What was kept or dropped at a moment of a video, by which score against which threshold.

    Args:
        corpus: the corpus folder.
        video_id: of a video in the manifest, kept or not.
        at: seconds from the start of the video; see `parse_time`.

    Raises:
        FolderError: the folder is not a corpus.
        WhyError: the corpus does not have this video, or the video is shorter.
    """
    source, row = open_video(corpus, video_id)
    length = row.get("duration_s") or 0.0
    if at < 0 or 0 < length < at:
        raise WhyError(f"{video_id} is {clock(length)} long and has no {clock(at)}")
    decisions = source.decisions(video_id)
    by_level = {level: [d for d in decisions if d.level == level] for level in LEVELS}
    here = {level: tuple(_standing(on_level, at)) for level, on_level in by_level.items()}
    return Why(
        video_id,
        at,
        title=row.get("title") or "",
        status=row.get("status") or "kept",
        reason=row.get("reason") or "",
        video=tuple(d for d in decisions if d.level == "video"),
        here=here,
        near={x: () if here[x] else tuple(_nearest(found, at)) for x, found in by_level.items()},
        corpus=tuple(_pieces(source.words(video_id), at, stands_from(decisions))),
    )


def _standing(decisions: Iterable[Decision], at: float) -> Iterator[Decision]:
    """The decisions whose stretch includes the moment; an end counts only if start and end are
    equal."""
    return (d for d in decisions if _holds(d.start, d.end, at) or d.start == at == d.end)


def _holds(start: float, end: float, at: float) -> bool:
    """Whether a stretch includes a moment. Times are printed in whole seconds, so a whole second
    also matches what begins within it."""
    return start <= at < end or (at % 1 == 0 and at <= start < at + 1)


def _nearest(decisions: list[Decision], at: float) -> Iterator[Decision]:
    """All decisions about the nearest thing before the moment, and about the nearest after."""
    before = max((d.end for d in decisions if d.end <= at), default=None)
    after = min((d.start for d in decisions if d.start > at), default=None)
    yield from (d for d in decisions if d.end == before)
    yield from (d for d in decisions if d.start == after)


def _pieces(samples: Iterable[Row], at: float, begins: Mapping[float, float]) -> Iterator[Piece]:
    """What the corpus has from this moment.

    Args:
        begins: from `stands_from`: an image stands from there, and its element says only where its
            frame is and where it ends.
    """
    for sample in samples:
        columns = [sample.get(name) or [] for name in ("texts", "ocr_texts")]
        for position, element in enumerate(sample.get("elements") or []):
            start = element["start"]
            if element["kind"] == "image":
                start = min(start, begins.get(element["end"], start))
            if _holds(start, element["end"], at):
                texts = [column[position] for column in columns if position < len(column)]
                text = next((text for text in texts if text), "")
                yield Piece(
                    str(sample.get("id")), position, element["kind"], start, element["end"], text,
                    element.get("drop") or "",
                )  # fmt: skip


def _merged(decisions: Iterable[Decision]) -> list[list[Decision]]:
    """The decisions of each row: lines of text that one stage left out for one reason are together,
    if there are many, where the first of them was."""
    rows: dict[object, list[Decision]] = {}
    for place, decision in enumerate(decisions):
        is_left_out = decision.level == "line" and verdict_on(decision) == "dropped"
        alike = (decision.stage, decision.reason) if is_left_out else place
        rows.setdefault(alike, []).append(decision)
    merged: list[list[Decision]] = []
    for row in rows.values():
        merged += [row] if len(row) >= _MERGED else [[decision] for decision in row]
    return merged


def _row_of(alike: Sequence[Decision]) -> tuple[Text, Text, Text]:
    """One row for decisions of one reason."""
    first = alike[0]
    if len(alike) == 1:
        return _cells(first)
    details = Text.assemble((plain(first.stage), "cyan"), ": ", reason_of(first))
    details.append(f" ({len(alike):,} lines)", style="dim")
    if scores := [decision.score for decision in alike if decision.score is not None]:
        details.append(f"\nscores {min(scores):.3f} to {max(scores):.3f}", style="dim")
    if texts := [plain(decision.text) for decision in alike if decision.text]:
        details.append("\n").append(" | ".join(texts), style="italic")
    stretch = span(min(d.start for d in alike), max(d.end for d in alike))
    return styled(verdict_on(first)), Text(stretch), details


def _cells(decision: Decision) -> tuple[Text, Text, Text]:
    # One column for all details, since a terminal may have only 80 columns.
    details = Text.assemble((plain(decision.stage), "cyan"), ": ", reason_of(decision))
    if decision.provisional:
        details.append(" (the next build tries again)", style="yellow")
    if score := score_of(decision):
        details.append(f"\n{score}", style="dim")
    if decision.text:
        details.append("\n").append(plain(decision.text), style="italic")
    if decision.raw not in ("", decision.text):
        details.append("\nas spoken: ", style="dim").append(plain(decision.raw), style="italic")
    return styled(verdict_on(decision)), Text(span(decision.start, decision.end)), details


def title_of(title: str, about: str) -> Text:
    """The first line of an answer."""
    return Text(f"{plain(title)}  {about}".strip(), style="bold")


def verdict_of(status: str, reason: str, decisions: Sequence[Decision]) -> Text:
    """What became of a video, and why, by the decisions on it as a whole."""
    judged = (d.reason for d in decisions if d.stage == "judge" and d.kept)
    why = reason or next(judged, "").removeprefix("teaches: ")
    return Text(f"{status.capitalize()}: {plain(why)}" if why else status.capitalize())


def styled(verdict: Verdict) -> Text:
    """A verdict in its colour."""
    return Text(verdict, style=_STYLES.get(verdict, "dim"))


def span(start: float, end: float) -> str:
    """A stretch of time."""
    return clock(start) if clock(start) == clock(end) else f"{clock(start)}–{clock(end)}"


def open_video(corpus: Path, video_id: str) -> tuple[CorpusFolder, Row]:
    """A corpus, and the row of one of its videos.

    Raises:
        FolderError: the folder is not a corpus.
        WhyError: the corpus does not have this video, or has no decisions.
    """
    source = CorpusFolder(Path(corpus))
    if video_id not in source.videos:
        raise WhyError(_unknown(video_id, source.videos))
    if not source.has_decisions:
        raise WhyError(
            f"{source.folder}: this copy of the corpus has no decisions/*.parquet, which are only "
            "pushed on request; ask the corpus that was built"
        )
    return source, source.videos[video_id]


def _unknown(video_id: str, known: Iterable[str]) -> str:
    known = list(known)
    hint = did_you_mean(video_id, known) or f"it has {names_of(known)}"
    return f"the corpus has no video '{video_id}'; {hint}"
