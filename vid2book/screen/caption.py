"""Caption: what each keyframe shows, in the words of a vision-language model.

`align` compares the captions with the speech. They are a stage of their own, so changing a
threshold there needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..models.chat import BackendError, Chat, ChatError, Prompt
from ..privacy import mask_decisions, mask_text
from ..records import Decision, Keyframe
from ..stage import Stage, StageInput
from .keyframes import KEYFRAMES

_SYSTEM = (
    "You say what is to be seen on a picture of a video, for someone who cannot see it. One or two "
    "plain sentences: what is shown, and what it is about. Name the topic of a slide, a diagram or "
    "a board rather than copying its text. If it is only a person who talks, say just that. Say "
    "nothing of the picture's quality, and guess at nothing that it does not show."
)
_USER = "What does this picture show?"


def caption(
    video_id: str, keyframes: Sequence[Keyframe], chat: Chat | None
) -> tuple[list[str], list[Decision]]:
    """A caption for each keyframe, '' if the model gave none, and a `Decision` for each.

    Without a model, no keyframe has either.
    """
    if chat is None:
        return ["" for _ in keyframes], []
    answers = chat.write([Prompt(_SYSTEM, _USER, (k.image,)) for k in keyframes])
    captions = []
    decisions = []
    for keyframe, answer in zip(keyframes, answers, strict=True):
        failed = isinstance(answer, ChatError)
        text = "" if isinstance(answer, ChatError) else " ".join(answer.split())
        reason = f"no caption: {answer}" if failed else "what the picture shows, by a model"
        captions.append(text)
        decisions.append(
            Decision(
                video_id, "keyframe", "caption", keyframe.start, keyframe.end, True, reason,
                text=text, provisional=isinstance(answer, BackendError),
            )
        )  # fmt: skip
    return captions, decisions


def _compute(given: StageInput) -> tuple[list[str], list[Decision]]:
    settings = given.config.align
    chat = given.models.chat(settings.captions) if settings.enabled and settings.captions else None
    captions, decisions = caption(given.video.video_id, given.get(KEYFRAMES), chat)
    if given.config.privacy.mask:
        return [mask_text(c) for c in captions], mask_decisions(decisions)
    return captions, decisions


CAPTION = Stage(
    name="caption",
    result=list[str],
    compute=_compute,
    needs=(KEYFRAMES,),
    settings=("align.enabled", "align.captions", "privacy.mask"),
)
