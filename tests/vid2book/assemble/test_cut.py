"""Which stretches are cut, how long they are, and which of them may be heard."""

from __future__ import annotations

import errno

import pytest

from vid2book.assemble.cut import cut
from vid2book.config import Clips, Config, ConfigError, load
from vid2book.media.container import MediaError
from vid2book.records import Clip, Decision, Footage

SPOKEN = Clip(10.0, 24.0, "so light", "Light.", (0,))
SILENT = Clip(30.0, 39.0, "", "", (1,))


def made(
    *clips: Clip, duration: float = 100.0, sound: bool = True, make=lambda _: None, **settings
) -> tuple[list[Footage], list[Decision]]:
    return cut("v", clips, duration, sound, make, Clips(enabled=True, **settings))


def test_only_speech_that_stays_is_heard() -> None:
    found, _ = made(SPOKEN, SILENT)
    assert [footage.has_sound for footage in found] == [True, False]
    assert not any(footage.has_sound for footage in made(SPOKEN, SILENT, sound=False)[0])


def test_a_long_one_is_cut_and_none_goes_beyond_the_video() -> None:
    found, _ = made(SPOKEN, SILENT, duration=36.0, max_duration=10.0)
    assert [(f.clip_start, f.clip_end, f.start, f.end) for f in found] == [
        (10.0, 24.0, 10.0, 20.0),
        (30.0, 39.0, 30.0, 36.0),
    ]


def test_what_has_one_name_is_one_and_is_heard_if_it_speaks() -> None:
    beside = Clip(10.02, 24.01, "", "", (2,))
    for clips in ([SPOKEN, beside], [beside, SPOKEN]):
        (footage,), _ = made(*clips)
        assert footage.has_sound


def test_a_clip_that_cannot_be_decoded_is_told_and_the_rest_goes_on() -> None:
    def make(footage: Footage) -> None:
        if footage.start == 10.0:
            raise MediaError("v.mp4: its picture cannot be decoded")

    found, (told,) = made(SPOKEN, SILENT, make=make)
    assert [footage.start for footage in found] == [30.0]
    assert (told.level, told.stage, told.start, told.kept) == ("clip", "cut", 10.0, False)
    assert told.reason == "not in the table `clips`: v.mp4: its picture cannot be decoded"


def test_a_fault_of_the_machine_is_none_of_the_clip() -> None:
    def make(footage: Footage) -> None:
        raise MediaError("cannot be read") from OSError(errno.ENOMEM, "no memory")

    with pytest.raises(MediaError):
        made(SPOKEN, make=make)


@pytest.mark.parametrize("faces", ["blur", "drop"])
def test_faces_cannot_be_hidden_in_clips(faces: str, tmp_path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"clips: {{enabled: true}}\nprivacy: {{faces: {faces}}}\n")
    with pytest.raises(ConfigError) as error:
        load(mine)
    assert str(error.value).startswith(f"{mine}: clips.enabled and privacy.faces: {faces} exclude")
    with pytest.raises(ConfigError, match="leave the clips out"):
        Config(privacy={"faces": faces}).with_clips()  # type: ignore[arg-type]
