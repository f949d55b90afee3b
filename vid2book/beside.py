"""Finds the captions that belong to a video among the files beside it.

yt-dlp, Whisper and players name them after the video, followed by the language: `a.en.vtt`,
`a.zh-Hans.srt`, `a.en-orig.vtt` (the language that YouTube recognised), `a.English.sdh.srt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .languages import distance, language_code, language_tag

CAPTIONS = (".vtt", ".srt")  # .vtt is preferred, since it may have the times of words
_ORIGINAL = "-orig"
# Parts of a name that mark captions of foreign speech or signs only.
_FORCED = frozenset(("forced", "foreign", "signs"))

_LONG_CODES = frozenset(("yue", "haw", "ceb", "ckb"))  # common ones without a code of two letters


class Choice(NamedTuple):
    """The captions of a video, or why none were chosen."""

    path: Path | None
    language: str  # of the captions, as `language_tag`; empty if their name does not say
    note: str  # for a person to read; empty if there is nothing to say


class _Offer(NamedTuple):
    path: Path
    tag: str
    original: bool
    forced: bool


def captions_beside(video: Path, language: str, others: Sequence[Path]) -> Choice:
    """Choose the captions of a video from the files in its folder.

    Args:
        video: the video file.
        language: of the video, in any form; empty: unknown.
        others: the files of its folder.
    """
    offers = [_offer(path, video) for path in sorted(others) if _is_for(path, video, others)]
    if not offers:
        return Choice(None, "", "")
    target = language_tag(language)
    if not target:
        target = next((offer.tag for offer in offers if offer.original), "")
    plain = [offer for offer in offers if not offer.tag]
    if target:
        same = [o for o in offers if o.tag and language_code(o.tag) == language_code(target)]
        if same or plain:
            return _best(same or plain, target)
        return Choice(None, "", f"the captions beside the video are not in '{target}': "
                      f"{_languages(offers)}")  # fmt: skip
    if plain or len({language_code(offer.tag) for offer in offers}) == 1:
        return _best(plain or offers, "")
    return Choice(None, "", f"captions in several languages stand beside the video "
                  f"({_languages(offers)}), and nothing tells which is its own: name its "
                  "language in the manifest")  # fmt: skip


def spoken_language(info: Mapping[str, Any]) -> str:
    """The language of a video in yt-dlp's info file, as it is written there; empty: unknown.

    If the uploader named none, YouTube's automatic captions show what it recognised (`en-orig`).
    """
    language = info.get("language")
    if isinstance(language, str) and language_tag(language):
        return language
    automatic = info.get("automatic_captions")
    if not isinstance(automatic, Mapping):
        return ""
    names = map(str, automatic)
    return next((language_tag(name) for name in names if name.endswith(_ORIGINAL)), "")


def language_of_name(captions: Path, video: Path | None = None) -> str:
    """The language in the name of a caption file, as `language_tag`; empty if it has none.

    Args:
        captions: the caption file.
        video: its video, whose name is not searched.
    """
    parts = _parts(captions, video)
    return next((tag for part in reversed(parts) if (tag := _tag_of_part(part))), "")


def _offer(path: Path, video: Path) -> _Offer:
    parts = [part.lower() for part in _parts(path, video)]
    return _Offer(
        path,
        language_of_name(path, video),
        any(part.endswith(_ORIGINAL) for part in parts),
        bool(_FORCED.intersection(parts)),
    )


def _best(offers: Sequence[_Offer], target: str) -> Choice:
    def rank(offer: _Offer) -> tuple[bool, int, bool, int, str]:
        far = distance(target, offer.tag) if target and offer.tag else 0
        form = CAPTIONS.index(offer.path.suffix.lower())
        return offer.forced, far, offer.original, form, offer.path.name

    best = min(offers, key=rank)
    return Choice(best.path, best.tag, "")


def _is_for(captions: Path, video: Path, others: Sequence[Path]) -> bool:
    """lecture.vtt and lecture.en.vtt are captions of lecture.mp4; lecture-2.vtt is not.

    Nor is lecture.b.en.vtt, if there is a lecture.b.mp4 too.
    """
    if captions.suffix.lower() not in CAPTIONS:
        return False
    if captions.stem != video.stem and not captions.stem.startswith(f"{video.stem}."):
        return False
    nearer = (
        other.stem
        for other in others
        if other.suffix.lower() == video.suffix.lower() and len(other.stem) > len(video.stem)
    )
    return not any(captions.stem == s or captions.stem.startswith(f"{s}.") for s in nearer)


def _parts(captions: Path, video: Path | None) -> list[str]:
    """The parts of a caption file's name after the name of its video."""
    stem = captions.stem
    if video and (stem == video.stem or stem.startswith(f"{video.stem}.")):
        return stem[len(video.stem) :].split(".")[1:]
    return stem.split(".")[1:]


def _tag_of_part(part: str) -> str:
    """The language that a part of a name stands for; empty for rare languages, since their names
    and codes are words too (`even`, `new`, `raw`)."""
    tag = language_tag(part)
    return tag if len(language_code(tag)) == 2 or language_code(tag) in _LONG_CODES else ""


def _languages(offers: Sequence[_Offer]) -> str:
    return ", ".join(sorted({offer.tag for offer in offers}))
