"""Coverage: how much of its videos a corpus contains.

The other measures see only what is in the corpus. Keyframes that miss half of the screen's states
look as good to them as those that miss none. What is missing can be found in the tables beside the
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
from .base import Absent, Figure, Measure, Measurement, PerVideo

_HIGHER: Literal["higher"] = "higher"
_OWN = "own definition, from the corpus's tables"
_AT_ONCE = 64  # rows, read without images
_FRAME = 0.5  # seconds that a picture may lie outside its state
_SEE = re.compile(r"see the picture of (\d+(?:\.\d+)?) s")


@dataclass
class _VideoParts:
    """The parts of one video that are in the corpus."""

    speech: list[Span] = field(default_factory=list)
    pictures: list[Span] = field(default_factory=list)  # each from the time of its frame


class Coverage(Measure):
    """Shares of spoken words and of screen states, and of seconds covered by either."""

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
        self._results: dict[str, Measurement] = {}

    def of_corpus(self, corpus: InterleavedCorpus) -> None:
        """Read the tables beside the samples."""
        folder = corpus.images
        if folder is None:
            return
        try:
            parts = _parts(folder, corpus.marked)
            transcripts = shards(folder, "transcripts")
            dropped = _of_videos(folder) if shards(folder, "videos") else {}
            if transcripts:
                rows = (row for file in transcripts for row in read_rows(file, _AT_ONCE))
                self._results["speech_coverage"] = _speech(rows, parts, dropped, corpus.marked)
            if any(decisions for _, decisions in dropped.values()):
                self._results |= _screens(parts, dropped)
        except FolderError as error:
            self._results = {figure.name: Absent(str(error)) for figure in self.figures}

    def see(self, sample: SampleWithImages) -> None:
        """Do nothing: drawn samples say nothing about what is missing."""

    def finish(self) -> Mapping[str, Measurement]:
        need = {"speech_coverage": "transcripts"}
        return {
            figure.name: self._results.get(figure.name)
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


def _parts(folder: Path, marked: bool) -> Mapping[str, _VideoParts]:
    """What the samples contain of each video; marked positions only if `marked`."""
    parts: dict[str, _VideoParts] = defaultdict(_VideoParts)
    for file in shards(folder, "default"):
        for row in read_rows(file, _AT_ONCE, {"id", "video_ids", "elements"}):
            for element in row.get("elements") or []:
                if element is None or (is_marked(element) and not marked):
                    continue
                video = str(element.get("video_id") or video_of(row))
                span = (float(element.get("start") or 0), float(element.get("end") or 0))
                video_parts = parts[video]
                (
                    video_parts.pictures if element.get("kind") == "image" else video_parts.speech
                ).append(span)
    return parts


def _speech(
    transcripts: Iterator[dict[str, Any]],
    parts: Mapping[str, _VideoParts],
    videos: Videos,
    marked: bool,
) -> PerVideo:
    """Words within a paragraph of the corpus and not in a dropped sentence."""
    result = PerVideo("words of the transcript within the corpus's paragraphs, all splits")
    for row in transcripts:
        video = str(row.get("video_id"))
        speech = union(parts[video].speech) if video in parts else []
        decisions = [] if marked or video not in videos else videos[video][1]
        dropped = union((d.start, d.end) for d in decisions if d.level == "sentence" and not d.kept)
        times = list(_words(row.get("segments") or []))
        kept = sum(holds(speech, time) and not holds(dropped, time) for time in times)
        result.add(video, kept, len(times))
    return result


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


def _screens(parts: Mapping[str, _VideoParts], videos: Videos) -> dict[str, Measurement]:
    screens = PerVideo("states found by the keyframe stage, all splits")
    seconds = PerVideo("states and paragraphs against the length of the video, all splits")
    density = PerVideo("counted, all splits")
    for video, (duration, decisions) in videos.items():
        video_parts = parts.get(video, _VideoParts())
        states, elsewhere = _states(decisions, video_parts.pictures)
        screens.add(video, sum(is_present for _, is_present in states), len(states))
        present = [state for state, is_present in states if is_present]
        covered = length(union([*video_parts.speech, *video_parts.pictures, *present, *elsewhere]))
        seconds.add(video, min(covered, duration), duration)
        density.add(video, len(video_parts.pictures), duration / 60)
    return {
        "screen_coverage": screens,
        "time_coverage": seconds,
        "screens_per_minute": density,
    }


def _states(
    decisions: Sequence[Decision], pictures: Sequence[Span]
) -> tuple[list[tuple[Span, bool]], list[Span]]:
    """The states, each with whether the corpus has its picture; and spans shown by other pictures.

    A picture belongs to one state, so two overlapping states each need their own. States dropped
    because another video shows them are not missing.
    """
    frames = sorted(start for start, _ in pictures)
    decided = [d for d in decisions if d.level == "keyframe" and d.stage == "keyframes"]
    elsewhere = {
        (d.start, d.end) for d in decisions if d.level == "keyframe" and d.stage == "reduce"
    }
    states: list[tuple[Span, bool]] = []
    unused = list(frames)
    for state in sorted((d for d in decided if d.kept), key=lambda d: (d.end, d.start)):
        span = (state.start, state.end)
        if span in elsewhere:
            continue
        own = [t for t in unused if state.start - _FRAME <= t <= state.end + _FRAME]
        if own:
            unused.remove(own[0])
        states.append((span, bool(own)))
    named = ((d, _SEE.search(d.reason)) for d in decided if not d.kept)
    spans = [
        (d.start, d.end)
        for d, see in named
        if see and any(abs(t - float(see[1])) <= _FRAME for t in frames)
    ]
    return states, spans
