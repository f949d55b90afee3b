"""Cut: the video of each clip that stays, in a small encoding, if the config asks for it.

A corpus may have a table `clips` for those who train on video. It must not bring back what was kept
out of the samples. So only speech that stays is audible: a clip without text has no sound. If
addresses and phone numbers are masked in the text, no clip has sound, because what was misheard is
not masked and would still be audible. The screen is shown as it is, so a corpus with clips cannot
hide faces (`Config`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import config
from ..errors import machine_fault
from ..media.container import MediaError
from ..media.footage import LIBRARIES, encode
from ..records import Clip, Decision, Footage
from ..stage import Stage, StageInput
from ..teaching.judge import JUDGE
from .align import ALIGN
from .marks import span, staying


def cut(
    video_id: str,
    clips: Sequence[Clip],
    duration: float,
    has_sound: bool,
    make: Callable[[Footage], object],
    settings: config.Clips,
) -> tuple[list[Footage], list[Decision]]:
    """The footage of each clip, and decisions on the clips of which no picture can be decoded.

    Args:
        video_id: for the decisions.
        clips: those that stay, in order of time.
        duration: of the video, seconds.
        has_sound: whether speech that stays is to be audible.
        make: encodes one clip.
        settings: section `clips` of the config.
    """
    by_name: dict[str, Footage] = {}  # clips with the same name share their footage
    decisions: list[Decision] = []
    for clip in clips:
        end = min(clip.end, duration, clip.start + settings.max_duration)
        footage = Footage(clip.start, clip.end, clip.start, end, has_sound and bool(clip.text))
        before = by_name.get(span(clip))
        if before is not None and before.has_sound >= footage.has_sound:
            continue
        try:
            make(footage)
        except MediaError as error:
            if machine_fault(error):
                raise
            reason = f"not in the table `clips`: {error}"
            decisions.append(Decision(video_id, "clip", "cut", clip.start, clip.end, False, reason))
            continue
        by_name[span(clip)] = footage
    return list(by_name.values()), decisions


def encoded(given: StageInput, footage: Footage) -> bytes:
    """The MP4 file of a clip, which is encoded once, whatever else changes in the video.

    Raises:
        MediaError: no picture of it can be decoded.
    """
    settings = given.config.clips

    def make() -> bytes:
        given.tell(CUT.name, footage.start)
        return encode(
            given.at_hand.path,
            footage.start,
            footage.end,
            info=given.info,
            sound=footage.has_sound,
            max_height=settings.max_height,
            rate=settings.rate,
            max_kbps=settings.max_kbps,
        )

    what = (footage.start, footage.end, footage.has_sound)
    how = (settings.max_height, settings.rate, settings.max_kbps)
    return given.piece(CUT, [*what, *how, LIBRARIES], make)


def _compute(given: StageInput) -> tuple[list[Footage], list[Decision]]:
    settings = given.config.clips
    aligned = given.get(ALIGN)
    needed = settings.enabled and given.get(JUDGE).judgement.kept
    return cut(
        given.video.video_id,
        list(staying(aligned.clips, aligned.pictures)) if needed else [],
        given.info.duration if needed else 0.0,
        needed and given.info.sound is not None and not given.config.privacy.mask,
        lambda footage: encoded(given, footage),
        settings,
    )


CUT = Stage(
    name="cut",
    result=list[Footage],
    compute=_compute,
    needs=(JUDGE, ALIGN),
    settings=("clips", "privacy.mask"),
)
