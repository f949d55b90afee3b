"""What is true of a lecture: its sentences, the states of its screen, what is uninformative."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .script import Lecture
from .shot import Shot, State, Stretch
from .timeline import Timeline


def manifest_row(lecture: Lecture) -> dict[str, str]:
    """The lecture's line in a manifest; the path is relative to the manifest's folder."""
    return {"video_id": lecture.id, "path": f"{lecture.id}.mp4", **lecture.meta}


def truth(lecture: Lecture, timeline: Timeline, shots: Iterable[Shot]) -> dict[str, Any]:
    """The record that a `.truth.json` file holds.

    A stretch begins with the time of its first frame and ends with that of its last one, so
    that both ends lie within it.
    """
    shots = list(shots)
    frame = 1 / lecture.fps

    def span(stretch: State | Stretch) -> dict[str, Any]:
        return {"start": round(stretch.start, 3), "end": round(stretch.end - frame, 3)}

    def clear(state: State) -> dict[str, Any]:
        return {} if state.clear is None else {"clear": [span(part) for part in state.clear]}

    return {
        "id": lecture.id,
        "meta": manifest_row(lecture),
        "duration": round(timeline.duration, 3),
        "sentences": [
            {
                "start": round(said.start, 3),
                "end": round(said.end, 3),
                "text": said.sentence.text,
                "off_topic": said.sentence.off_topic,
            }
            for said in timeline.spoken
        ],
        "states": [
            {**span(state), "text": list(state.text), "final": state.final, **clear(state)}
            for shot in shots
            for state in shot.states
        ],
        "uninformative": [span(dull) for shot in shots for dull in shot.uninformative],
    }
