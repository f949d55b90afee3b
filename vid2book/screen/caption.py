"""Caption: what each keyframe shows, in the words of a vision-language model.

`align` holds the captions against the speech. They are a stage of their own, so that another
threshold there needs no model.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..models.chat import BackendError, Chat, ChatError, Prompt
from ..records import Decision, Keyframe

VERSION = 1

_SYSTEM = (
    "You say what is to be seen on a picture of a video, for someone who cannot see it. One or two "
    "plain sentences: what is shown, and what it is about. Name the topic of a slide, a diagram or "
    "a board rather than copying its text. If it is only a person who talks, say just that. Say "
    "nothing of the picture's quality, and guess at nothing that it does not show."
)
_USER = "What does this picture show?"
PROMPT = _SYSTEM + _USER


def caption(
    video_id: str, keyframes: Sequence[Keyframe], chat: Chat | None
) -> tuple[list[str], list[Decision]]:
    """A caption for each keyframe, '' where the model gave none, and a `Decision` for each.

    Without a model no keyframe has one.
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
