"""Cut: the video of each clip that stays, encoded small, where the config asks for it.

A corpus may have a table `clips` for those who train on video. What was kept out of the samples is
not to come back by it. Only speech that stays is heard: a clip without text has no sound. Where
addresses and phone numbers are masked in the text none has any, since what was misheard is masked
nowhere and would be heard all the same. What is on the screen is shown as it is, so a corpus with
clips cannot hide faces (`Config`).
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
    """What is shown of each clip, and the clips of which no picture can be decoded.

    Args:
        video_id: for the decisions.
        clips: that stay, in order of time.
        duration: of the video, seconds.
        has_sound: whether speech that stays is to be heard.
        make: encodes one.
        settings: section `clips` of the config.
    """
    made: dict[str, Footage] = {}  # what has one name is one
    decisions: list[Decision] = []
    for clip in clips:
        end = min(clip.end, duration, clip.start + settings.max_duration)
        footage = Footage(clip.start, clip.end, clip.start, end, has_sound and bool(clip.text))
        before = made.get(span(clip))
        if before is not None and before.has_sound >= footage.has_sound:
            continue
        try:
            make(footage)
        except MediaError as error:
            if machine_fault(error):
                raise
            told = f"not in the table `clips`: {error}"
            decisions.append(Decision(video_id, "clip", "cut", clip.start, clip.end, False, told))
            continue
        made[span(clip)] = footage
    return list(made.values()), decisions


def encoded(given: StageInput, footage: Footage) -> bytes:
    """The MP4 file of a clip; each is encoded once, whatever else of the video changes.

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

    shown = (footage.start, footage.end, footage.has_sound)
    how = (settings.max_height, settings.rate, settings.max_kbps)
    return given.piece(CUT, [*shown, *how, LIBRARIES], make)


def _compute(given: StageInput) -> tuple[list[Footage], list[Decision]]:
    settings = given.config.clips
    aligned = given.get(ALIGN)
    wanted = settings.enabled and given.get(JUDGE).judgement.kept
    return cut(
        given.video.video_id,
        list(staying(aligned.clips, aligned.pictures)) if wanted else [],
        given.info.duration if wanted else 0.0,
        wanted and given.info.sound is not None and not given.config.privacy.mask,
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
