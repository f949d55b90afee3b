"""Coverage: how much of its videos a corpus holds.

The other measures see what is in the corpus. Keyframes that miss half of the states of the screen
look as good to them as those that miss none; what is missing stands in the tables beside the
samples: `transcripts`, `decisions`, `videos`. All splits are read, whatever is sampled.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vid2book.folder.layout import shards
from vid2book.folder.reader import CorpusFolder, is_marked, read_rows, video_of
from vid2book.folder.record import FolderError
from vid2book.records import Decision

from ..corpora import InterleavedCorpus
from ..seen import SampleWithImages
from ..spans import Span, holds, length, union
from ..tools import Tools
from .base import Absent, Figure, Found, Measure, PerVideo

_HIGHER: Literal["higher"] = "higher"
_OWN = "own definition, from the corpus's tables"
_AT_ONCE = 64  # rows without images
_FRAME = 0.5  # seconds that a picture may lie outside its state
_SEE = re.compile(r"see the picture of (\d+(?:\.\d+)?) s")


@dataclass
class _Holding:
    """What the corpus has of one video."""

    said: list[Span] = field(default_factory=list)
    shown: list[Span] = field(default_factory=list)  # from the time of the frame


class Coverage(Measure):
    """Words that are said, states of the screen that are shown, and seconds of either."""

    figures = (
        Figure("speech_coverage", "Speech that is in the corpus", _HIGHER, "share of words", _OWN,
               "whether what is left out was worth keeping; speech that was not recognised, and "
               "that of videos that are left out", counted="word"),
        Figure("screen_coverage", "States of the screen that are in the corpus", _HIGHER,
               "share of states", _OWN, "states that the keyframe stage did not find: see "
               "screens_per_minute, and compare corpora of the same videos", counted="state"),
        Figure("time_coverage", "Time whose speech or screen is in the corpus", _HIGHER,
               "share of seconds", _OWN, "whether both are there; pauses count as missing",
               counted="second"),
        Figure("screens_per_minute", "Pictures per minute of video", "neither", "pictures", _OWN,
               "whether they differ: see duplicate_image_share", counted="minute"),
    )  # fmt: skip

    def __init__(self, tools: Tools) -> None:
        self._found: dict[str, Found] = {}

    def of_corpus(self, corpus: InterleavedCorpus) -> None:
        """Read the tables beside the samples."""
        folder = corpus.images
        if folder is None:
            return
        try:
            held = _holdings(folder, corpus.marked)
            transcripts = shards(folder, "transcripts")
            dropped = _of_videos(folder) if shards(folder, "videos") else {}
            if transcripts:
                rows = (row for file in transcripts for row in read_rows(file, _AT_ONCE))
                self._found["speech_coverage"] = _speech(rows, held, dropped, corpus.marked)
            if any(decisions for _, decisions in dropped.values()):
                self._found |= _screens(held, dropped)
        except FolderError as error:
            self._found = {figure.name: Absent(str(error)) for figure in self.figures}

    def see(self, sample: SampleWithImages) -> None:
        """Nothing: a sample of the samples tells nothing of what is missing."""

    def finish(self) -> Mapping[str, Found]:
        need = {"speech_coverage": "transcripts"}
        return {
            figure.name: self._found.get(figure.name)
            or Absent(
                f"the corpus has no table `{need.get(figure.name, 'decisions')}`, which tells what "
                "its videos held; corpora that vid2book built have it, unless they were pushed "
                "without"
            )
            for figure in self.figures
        }


Videos = Mapping[str, tuple[float, list[Decision]]]  # duration and decisions of each


def _of_videos(folder: Path) -> Videos:
    opened = CorpusFolder(folder)
    return {
        video: (float(row.get("duration_s") or 0), opened.decisions(video))
        for video, row in opened.videos.items()
        if row.get("status") != "failed"
    }


def _holdings(folder: Path, marked: bool) -> Mapping[str, _Holding]:
    """What the samples hold of each video; what is marked as to be dropped only if asked for."""
    found: dict[str, _Holding] = defaultdict(_Holding)
    for file in shards(folder, "default"):
        for row in read_rows(file, _AT_ONCE, {"id", "video_ids", "elements"}):
            for element in row.get("elements") or []:
                if element is None or (is_marked(element) and not marked):
                    continue
                video = str(element.get("video_id") or video_of(row))
                span = (float(element.get("start") or 0), float(element.get("end") or 0))
                of = found[video]
                (of.shown if element.get("kind") == "image" else of.said).append(span)
    return found


def _speech(
    transcripts: Iterator[dict[str, Any]],
    held: Mapping[str, _Holding],
    videos: Videos,
    marked: bool,
) -> PerVideo:
    """Words said within a paragraph of the corpus, and not in a sentence that was dropped."""
    found = PerVideo("words of the transcript within the corpus's paragraphs, all splits")
    for row in transcripts:
        video = str(row.get("video_id"))
        said = union(held[video].said) if video in held else []
        decisions = [] if marked or video not in videos else videos[video][1]
        out = union((d.start, d.end) for d in decisions if d.level == "sentence" and not d.kept)
        times = list(_words(row.get("segments") or []))
        kept = sum(holds(said, time) and not holds(out, time) for time in times)
        found.add(video, kept, len(times))
    return found


def _words(segments: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """The middle of each word, by its own times or evenly over its segment."""
    for segment in segments:
        words = segment.get("words") or []
        if words:
            yield from ((word["start"] + word["end"]) / 2 for word in words)
            continue
        count = len((segment.get("text") or "").split())
        step = (segment["end"] - segment["start"]) / max(1, count)
        yield from (segment["start"] + (n + 0.5) * step for n in range(count))


def _screens(held: Mapping[str, _Holding], videos: Videos) -> dict[str, Found]:
    screens = PerVideo("states found by the keyframe stage, all splits")
    seconds = PerVideo("states and paragraphs against the length of the video, all splits")
    density = PerVideo("counted, all splits")
    for video, (duration, decisions) in videos.items():
        of = held.get(video, _Holding())
        states, seen = _states(decisions, of.shown)
        screens.add(video, sum(there for _, there in states), len(states))
        shown = [state for state, there in states if there]
        covered = length(union([*of.said, *of.shown, *shown, *seen]))
        seconds.add(video, min(covered, duration), duration)
        density.add(video, len(of.shown), duration / 60)
    return {
        "screen_coverage": screens,
        "time_coverage": seconds,
        "screens_per_minute": density,
    }


def _states(
    decisions: Sequence[Decision], shown: Sequence[Span]
) -> tuple[list[tuple[Span, bool]], list[Span]]:
    """The states with whether the corpus has their picture, and stretches that one shows too.

    A picture is of one state, so that of two that overlap each needs its own. What is dropped since
    another video shows it is not missing.
    """
    frames = sorted(start for start, _ in shown)
    found = [d for d in decisions if d.level == "keyframe" and d.stage == "keyframes"]
    elsewhere = {
        (d.start, d.end) for d in decisions if d.level == "keyframe" and d.stage == "reduce"
    }
    states: list[tuple[Span, bool]] = []
    left = list(frames)
    for state in sorted((d for d in found if d.kept), key=lambda d: (d.end, d.start)):
        span = (state.start, state.end)
        if span in elsewhere:
            continue
        own = [t for t in left if state.start - _FRAME <= t <= state.end + _FRAME]
        if own:
            left.remove(own[0])
        states.append((span, bool(own)))
    named = ((d, _SEE.search(d.reason)) for d in found if not d.kept)
    there = [
        (d.start, d.end)
        for d, see in named
        if see and any(abs(t - float(see[1])) <= _FRAME for t in frames)
    ]
    return states, there
