"""Align: pictures that have nothing to do with what is taught should go; their speech stays.

It marks talking heads; pictures that are shown only while nothing is taught (a sponsor's card, the
end card); pictures that another one shows completely; and, if a model captions the pictures, those
whose caption is far from what is said while they are on screen. A picture without text or caption
(a diagram, an experiment) stays unless one of these rules says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..models.chat import BackendError, ChatError
from ..records import Clip, Decision, Keyframe, Mark, Sentence, Video
from ..screen.caption import CAPTION
from ..screen.keyframes import KEYFRAMES
from ..screen.legible import LEGIBLE
from ..screen.same_picture import shown_too
from ..stage import TOPIC, Stage, StageInput
from ..teaching.classify import content_words
from ..teaching.judge import JUDGE, NOT_UNDERSTOOD
from ..teaching.wording import takes_leave
from ..words import words_and_identifiers
from .clip import CLIP
from .marks import staying

# Set by eye, not swept: see "Numbers" in docs/architecture.md.
_NAME_WORDS = 2  # words of letters; with fewer, a cosine means nothing: a formula, a label
_SHORT = 2  # letters of a name in a formula
_FADE = 1.0  # seconds by which speech may extend beyond a change of the screen

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


class KeyframeText(NamedTuple):
    """A keyframe with the text on it and its caption; '' if there is none."""

    keyframe: Keyframe
    text: str
    caption: str = ""


@dataclass(frozen=True)
class Verdict:
    """Why a picture goes, with the number that decided it."""

    reason: str
    score: float | None = None
    threshold: float | None = None


@dataclass(frozen=True)
class Aligned:
    """The result of `align`.

    Attributes:
        clips: all clips, each with how well its pictures and its speech agree.
        pictures: a mark for each keyframe of the video. Its score is the cosine between the caption
            (without one, the on-screen text) and what is taught while the picture is on screen.
    """

    clips: tuple[Clip, ...]
    pictures: tuple[Mark, ...]


def align(
    video: Video,
    screen: Sequence[KeyframeText],
    sentences: Sequence[Sentence],
    clips: Sequence[Clip],
    embed: Embed,
    embedded: Embed,
    settings: config.Align,
) -> tuple[Aligned, list[Decision]]:
    """Mark the pictures that do not belong, and measure how well pictures and speech agree.

    Args:
        screen: the keyframes of the video, in order of time.
        sentences: all of the speech, judged, including off-topic sentences.
        clips: with positions of keyframes.
        embed: maps texts to unit vectors.
        embedded: the same without a server, as a fallback.
    """
    run = partial(_align, video, screen, sentences, clips, settings)
    try:
        return run(embed)
    except ChatError as error:
        aligned, decisions = run(embedded)
        reason = f"speech and pictures were compared by the packaged embeddings: {error}"
        fallback = Decision(
            video.video_id, "video", "align", 0.0, 0.0, True, reason,
            provisional=isinstance(error, BackendError),
        )  # fmt: skip
        return aligned, [fallback, *decisions]


def _align(
    video: Video,
    screen: Sequence[KeyframeText],
    sentences: Sequence[Sentence],
    clips: Sequence[Clip],
    settings: config.Align,
    embed: Embed,
) -> tuple[Aligned, list[Decision]]:
    speech = [c.text for c in clips if not c.mark.drop]
    lesson = " ".join([video.title, video.knowledge_point, *speech])
    taught = [s for s in sentences if not s.drop]
    lesson_words = content_words(" ".join([video.title, *(s.text for s in taught)]).lower())
    written = [picture.text for picture in screen]
    related = _cosines(embed, written, [lesson] * len(screen))
    speech_during = [" ".join(s.text for s in taught if _overlap(s, k) > 0) for k, _, _ in screen]
    caption_fit = _cosines(embed, [picture.caption for picture in screen], speech_during)
    text_fit = _cosines(embed, written, speech_during)
    dropped: dict[int, Verdict] = {}
    if settings.enabled:
        for i, picture in enumerate(screen):
            verdict = (
                _talking_head(picture, settings)
                or _nothing_taught(picture.keyframe, related[i], sentences, settings)
                or _end_card(i, screen, sentences, settings)
                or _before_the_lesson(i, screen, sentences, related[i], lesson_words, settings)
                or _off_the_speech(caption_fit[i], settings)
            )
            if verdict:
                dropped[i] = verdict
        # Last, so that no picture relies on one that another rule drops.
        for i in range(len(screen)):
            if i not in dropped and (repeats := _repeated(i, screen, dropped, settings)):
                dropped[i] = repeats
    # Without a topic or speech, there is no lesson that a score could be about.
    has_lesson = video.title or video.knowledge_point or any(text.strip() for text in speech)
    decisions = []
    for i, picture in enumerate(screen):
        likeness = related[i] if has_lesson else None
        verdict = dropped.get(i) or _stays(picture, likeness, caption_fit[i], sentences, settings)
        decisions.append(_decision(video.video_id, picture, verdict, i not in dropped))
    pictures = tuple(
        _mark(dropped.get(i), text_fit[i] if caption_fit[i] is None else caption_fit[i])
        for i in range(len(screen))
    )
    compared = _with_similarities(clips, pictures, screen, embed)
    on_clips = [_on_clip(video.video_id, clip) for clip in staying(compared, pictures)]
    return Aligned(tuple(compared), pictures), decisions + on_clips


def _mark(verdict: Verdict | None, agrees: float | None) -> Mark:
    score = None if agrees is None else min(1.0, max(0.0, agrees))
    return Mark(score, f"align: {verdict.reason}" if verdict else "")


def _talking_head(picture: KeyframeText, settings: config.Align) -> Verdict | None:
    faces = picture.keyframe.faces
    if len(_words(picture.text)) < settings.min_text_words and faces > settings.max_face:
        return Verdict("a talking head", faces, settings.max_face)
    return None


def _nothing_taught(
    keyframe: Keyframe,
    related: float | None,
    sentences: Sequence[Sentence],
    settings: config.Align,
) -> Verdict | None:
    """Drops a picture that is shown only while nothing is taught, and is not about the topic."""
    share = _teaching_share(keyframe, sentences)
    if share is None:
        return None
    if share >= settings.min_teaching or (related is not None and related >= settings.min_related):
        return None
    return Verdict("on screen while nothing is being taught", share, settings.min_teaching)


def _teaching_share(keyframe: Keyframe, sentences: Sequence[Sentence]) -> float | None:
    """The share of the speech over a picture that teaches, by time; None if there is no speech.

    Speech that was hardly understood counts neither way.
    """
    spoken = [
        (_overlap(s, keyframe), not s.drop)
        for s in sentences
        if _overlap(s, keyframe) > 0 and s.drop != NOT_UNDERSTOOD
    ]
    total = sum(seconds for seconds, _ in spoken)
    return sum(seconds for seconds, teaches in spoken if teaches) / total if total > 0 else None


def _end_card(
    i: int, screen: Sequence[KeyframeText], sentences: Sequence[Sentence], settings: config.Align
) -> Verdict | None:
    """Drops the last picture if it has no more than a title, and all that is said is a goodbye.

    This needs a rule because the picture may name the topic, and the last sentences may be mistaken
    for a part of the lesson.
    """
    keyframe, text, _ = screen[i]
    last_words = [s for s in sentences if s.end > keyframe.start + _FADE]
    if i + 1 < len(screen) or not last_words or len(_words(text)) > settings.max_card_words:
        return None
    if last_words[0].start < keyframe.start - _FADE or not all(
        takes_leave(s.text) for s in last_words
    ):
        return None
    return Verdict("the end card: everything said over it is a goodbye")


def _before_the_lesson(
    i: int,
    screen: Sequence[KeyframeText],
    sentences: Sequence[Sentence],
    related: float | None,
    lesson: Collection[str],
    settings: config.Align,
) -> Verdict | None:
    """Drops a picture that is gone before the first word: one without text, or a channel's card.

    Args:
        lesson: words of what is taught; a card that mostly consists of them is its title.
    """
    keyframe, text, caption = screen[i]
    if caption or not sentences or sentences[0].start < keyframe.end:
        return None
    if not text and any(shown.text for shown in screen):
        return Verdict("nothing is written on it, and nobody is speaking yet")
    words = [word for word in _words(text) if word.isalpha() and len(word) > _SHORT]
    is_card = len(words) >= _NAME_WORDS and len(_words(text)) <= settings.max_card_words
    names = content_words(text.lower())
    is_card &= len(names & set(lesson)) <= settings.max_title_share * len(names)
    brief = keyframe.end - keyframe.start <= settings.max_intro and i + 1 < len(screen)
    most = settings.max_unrelated
    if is_card and brief and related is not None and related < most:
        reason = "a card before the first word that shows nothing of the lesson"
        return Verdict(reason, related, most)
    return None


def _overlap(sentence: Sentence, keyframe: Keyframe) -> float:
    """Seconds of a sentence that are said while a picture is on screen; negative if none."""
    return min(sentence.end, keyframe.end) - max(sentence.start, keyframe.start)


def _off_the_speech(similarity: float | None, settings: config.Align) -> Verdict | None:
    least = settings.min_caption_similarity
    if similarity is None or similarity >= least:
        return None
    return Verdict("its caption has nothing to do with what is said", similarity, least)


def _repeated(
    i: int, screen: Sequence[KeyframeText], dropped: Collection[int], settings: config.Align
) -> Verdict | None:
    """Drops a picture that the next one, or an earlier one that stays, shows completely."""
    this = screen[i]
    near = [k for k in (i + 1,) if k < len(screen) and k not in dropped]
    if near and screen[i + 1].keyframe.start - this.keyframe.end > settings.max_repeat_gap:
        near = []
    for k in (*near, *(k for k in range(i) if k not in dropped)):
        other = screen[k]
        share = shown_too(this.keyframe, _words(this.text), other.keyframe, _words(other.text))
        if share is not None and share >= settings.min_shown:
            at = other.keyframe.time
            reason = f"everything on it is also on the picture of {at:.1f} s"
            return Verdict(reason, share, settings.min_shown)
    return None


def _with_similarities(
    clips: Sequence[Clip], pictures: Sequence[Mark], screen: Sequence[KeyframeText], embed: Embed
) -> list[Clip]:
    """Clips with the similarity of their speech to the pictures that stay."""
    groups = [[screen[k] for k in c.keyframes if not pictures[k].drop] for c in clips]
    speech = [c.text for c in clips]
    written = ["\n".join(picture.text for picture in group) for group in groups]
    captions = ["\n".join(filter(None, (p.caption for p in group))) for group in groups]
    similarities = _cosines(embed, written, speech)
    caption_cosines = _cosines(embed, captions, speech)
    return [
        replace(c, similarity=s, caption=caption, caption_similarity=d)
        for c, s, caption, d in zip(clips, similarities, captions, caption_cosines, strict=True)
    ]


def _cosines(embed: Embed, left: Sequence[str], right: Sequence[str]) -> list[float | None]:
    """The cosine of each pair; None if one of the two is empty."""
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a.strip() and b.strip()]
    if not pairs:
        return [None] * len(left)
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    vectors = dict(zip(texts, embed(texts), strict=True))
    cosines = iter(float((vectors[a] * vectors[b]).sum()) for a, b in pairs)
    return [
        round(next(cosines), 4) if a.strip() and b.strip() else None
        for a, b in zip(left, right, strict=True)
    ]


def _words(text: str) -> list[str]:
    return words_and_identifiers(text.lower())


def _decision(video_id: str, picture: KeyframeText, verdict: Verdict, kept: bool) -> Decision:
    keyframe, text, _ = picture
    return Decision(
        video_id, "keyframe", "align", keyframe.start, keyframe.end, kept, verdict.reason,
        verdict.score, verdict.threshold, text,
    )  # fmt: skip


def _stays(
    picture: KeyframeText,
    related: float | None,
    caption_fit: float | None,
    sentences: Sequence[Sentence],
    settings: config.Align,
) -> Verdict:
    """Why a picture stays."""
    keyframe, text, caption = picture
    if caption_fit is not None:
        return Verdict("kept; the score says how close its caption is to what is said", caption_fit)
    if related is None:
        there = "its text" if text.strip() else "its caption" if caption.strip() else ""
        why = f"there is nothing to compare {there} with" if there else "it has no text to compare"
        return Verdict(f"kept: no rule drops it, and {why}")
    since = ""
    if related < settings.min_related:
        if not settings.enabled:
            since = ", since align.enabled is false"
        elif _teaching_share(keyframe, sentences) is not None:
            since = ", since enough is taught while it is shown"
        elif any(_overlap(s, keyframe) > 0 for s in sentences):
            since = ", since what is said while it is shown was hardly understood"
        else:
            since = ", since nothing is said while it is shown"
    reason = f"kept{since}; the score says how close its text is to the lesson"
    return Verdict(reason, related)


def _on_clip(video_id: str, clip: Clip) -> Decision:
    score = clip.similarity if clip.caption_similarity is None else clip.caption_similarity
    if not clip.text:
        reason = "pictures over which no speech is kept"
    elif not clip.keyframes:
        reason = "a paragraph without a picture of its own"
    elif score is None:
        reason = "a paragraph whose pictures have no text to compare"
    else:
        what = "text" if clip.caption_similarity is None else "caption"
        reason = f"a paragraph; the score says how close the {what} of its pictures is to it"
    return Decision(
        video_id, "clip", "align", clip.start, clip.end, True, reason, score, None, clip.text,
        raw=clip.raw if clip.raw != clip.text else "",
    )  # fmt: skip


def _compute(given: StageInput) -> tuple[Aligned, list[Decision]]:
    screen = map(KeyframeText, given.get(KEYFRAMES), given.get(LEGIBLE), given.get(CAPTION))
    return align(
        given.video,
        list(screen),
        given.get(JUDGE).sentences,
        given.get(CLIP),
        given.models.align_embed,
        given.models.embed,
        given.config.align,
    )


ALIGN = Stage(
    name="align",
    result=Aligned,
    compute=_compute,
    needs=(CLIP, JUDGE, KEYFRAMES, LEGIBLE, CAPTION),
    settings=("align",),
    facts=TOPIC,
    models=("align_embed", "embed"),
)
