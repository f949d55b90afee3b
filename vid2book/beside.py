"""The captions that stand beside a video: which of them are its own.

yt-dlp, Whisper and players name them after the video, with the language behind it: `a.en.vtt`,
`a.zh-Hans.srt`, `a.en-orig.vtt` (the language that YouTube heard), `a.English.sdh.srt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .languages import distance, language_code, language_tag

CAPTIONS = (".vtt", ".srt")  # of two that differ in this alone, the first may tell times of words
_ORIGINAL = "-orig"
# Parts of a name that say what captions are like, not whose they are.
_FORCED = frozenset(("forced", "foreign", "signs"))

_LONG_CODES = frozenset(("yue", "haw", "ceb", "ckb"))  # common ones without a code of two letters


class Choice(NamedTuple):
    """Captions that were chosen, what was learnt on the way, and why none were, if so."""

    path: Path | None
    language: str  # of the captions, as `language_tag`; empty: their name does not tell
    note: str  # for a person to read; empty if nothing is to be told


class _Offer(NamedTuple):
    path: Path
    tag: str
    original: bool
    forced: bool


def captions_beside(video: Path, language: str, others: Sequence[Path]) -> Choice:
    """The captions of a video, out of the files that stand in its folder.

    Args:
        video: the video file.
        language: of the video, in any form; empty: not known.
        others: the files of its folder.
    """
    offers = [_offer(path, video) for path in sorted(others) if _is_for(path, video, others)]
    if not offers:
        return Choice(None, "", "")
    wanted = language_tag(language)
    if not wanted:
        wanted = next((offer.tag for offer in offers if offer.original), "")
    plain = [offer for offer in offers if not offer.tag]
    if wanted:
        same = [o for o in offers if o.tag and language_code(o.tag) == language_code(wanted)]
        if same or plain:
            return _chosen(same or plain, wanted)
        return Choice(None, "", f"the captions beside the video are not in '{wanted}': "
                      f"{_languages(offers)}")  # fmt: skip
    if plain or len({language_code(offer.tag) for offer in offers}) == 1:
        return _chosen(plain or offers, "")
    return Choice(None, "", f"captions in several languages stand beside the video "
                  f"({_languages(offers)}), and nothing tells which is its own: name its "
                  "language in the manifest")  # fmt: skip


def spoken_language(info: Mapping[str, Any]) -> str:
    """The language of a video by yt-dlp's info file, as it stands there; empty: not known.

    Where the uploader named none, YouTube's own captions tell what it heard (`en-orig`).
    """
    told = info.get("language")
    if isinstance(told, str) and language_tag(told):
        return told
    heard = info.get("automatic_captions")
    if not isinstance(heard, Mapping):
        return ""
    return next((language_tag(str(name)) for name in heard if str(name).endswith(_ORIGINAL)), "")


def language_of_name(captions: Path, video: Path | None = None) -> str:
    """The language that the name of a caption file tells, as `language_tag`; empty: none.

    Args:
        captions: the caption file.
        video: its video, whose own name tells nothing of the captions.
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


def _chosen(offers: Sequence[_Offer], wanted: str) -> Choice:
    def rank(offer: _Offer) -> tuple[bool, int, bool, int, str]:
        far = distance(wanted, offer.tag) if wanted and offer.tag else 0
        form = CAPTIONS.index(offer.path.suffix.lower())
        return offer.forced, far, offer.original, form, offer.path.name

    best = min(offers, key=rank)
    return Choice(best.path, best.tag, "")


def _is_for(captions: Path, video: Path, others: Sequence[Path]) -> bool:
    """lecture.vtt and lecture.en.vtt are captions of lecture.mp4; lecture-2.vtt is not.

    Nor is lecture.b.en.vtt, where lecture.b.mp4 stands there too.
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
    """The parts of a caption file's name behind that of its video."""
    stem = captions.stem
    if video and (stem == video.stem or stem.startswith(f"{video.stem}.")):
        return stem[len(video.stem) :].split(".")[1:]
    return stem.split(".")[1:]


def _tag_of_part(part: str) -> str:
    """Names and codes of rare languages are words too (`even`, `new`, `raw`): not read here."""
    tag = language_tag(part)
    return tag if len(language_code(tag)) == 2 or language_code(tag) in _LONG_CODES else ""


def _languages(offers: Sequence[_Offer]) -> str:
    return ", ".join(sorted({offer.tag for offer in offers}))
