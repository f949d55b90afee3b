"""The records that travel through the pipeline.

A `Video` becomes a `Transcript` and `Keyframe`s, these become `Clip`s, and clips become
`Sample`s. A `Decision` records whatever is left out on the way.

All times are seconds as float from the start of the video. All records are frozen: a stage
returns new ones (`dataclasses.replace`) and never changes what it was given.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, SerializationInfo, ValidationInfo

from . import notebook

_SEGMENTS = 200  # of a transcript in a notebook; about a quarter of an hour


def _apart(picture: bytes, info: SerializationInfo) -> int | str:
    """The number under which the store keeps the picture; without a store, its bytes in base64."""
    return info.context(picture) if callable(info.context) else b64encode(picture).decode()


def _join(value: Any, info: ValidationInfo) -> bytes:
    if isinstance(value, int) and callable(info.context):
        value = info.context(value)
    elif isinstance(value, str):
        value = b64decode(value)
    if not isinstance(value, bytes):
        raise ValueError("a picture is expected")
    return value


# A JPEG image. In JSON it is the number of a file; see `store/packs.py`.
Picture = Annotated[bytes, PlainSerializer(_apart, when_used="json"), PlainValidator(_join)]


@dataclass(frozen=True)
class Video:
    """One row of a manifest: a video and what is known about it.

    `path` is absolute by the time a stage sees it. `video_id` names files, so it is checked when
    the manifest is read: letters, digits, `.`, `_` and `-`, no leading dot, 1 to 128 characters.
    """

    video_id: str
    path: str
    title: str = ""
    description: str = ""
    subject: str = ""
    course: str = ""
    sub_course: str = ""
    knowledge_point: str = ""
    language: str = ""  # as `languages.language_tag`; empty: identified by the speech model
    license: str = ""
    source_url: str = ""
    captions: str = ""  # path of a .vtt or .srt file; empty: the speech is recognised
    captions_language: str = ""  # of their text; empty: unknown
    split: str = "train"
    author: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)  # unknown columns, kept as they are
    problem: str = ""  # why the row cannot be used; such a video fails at once
    captions_note: str = ""  # why the captions beside it are not used


@dataclass(frozen=True)
class Word:
    """A spoken word with its times."""

    start: float
    end: float
    text: str
    probability: float = 1.0


@dataclass(frozen=True)
class Segment:
    """A stretch of speech, as the speech model or the caption file divides it."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0
    voice: float = 1.0  # mean probability of voice activity while the words are said, 0 to 1
    captioned: bool = False  # comes from captions, not from a speech model


@dataclass(frozen=True)
class Transcript:
    """What is said in a video, in order of time. `text` is all of it; printing shows a summary."""

    segments: tuple[Segment, ...]
    language: str  # as `languages.language_code`; empty: unknown
    model: str  # the speech model, "captions", or both
    duration: float  # of the video, seconds
    language_score: float | None = None  # probability of the language; None: unknown
    unheard: str = ""  # why speech was not transcribed; empty: it was

    @property
    def text(self) -> str:
        """Everything that is said, on one line."""
        return " ".join(" ".join(segment.text.split()) for segment in self.segments)

    def __repr__(self) -> str:
        words = len(self.text.split())
        language = self.language or "language unknown"
        return f"<Transcript: {words} words, {language}, {self.duration:.1f} s, by {self.model}>"

    def _repr_html_(self) -> str:
        rows = [(f"{one.start:.1f} to {one.end:.1f} s", one.text.strip()) for one in self.segments]
        table = notebook.table_html(("time", "what is said"), rows, _SEGMENTS)
        return f"{notebook.title_html(repr(self)[1:-1])}\n{table}"


@dataclass(frozen=True)
class Sentence:
    """A refined sentence. The judge sets the last two."""

    start: float
    end: float
    text: str  # refined
    raw: str  # as spoken
    teaching: float | None = None  # 0 chat or sponsor, 1 teaching; None: not judged
    drop: str = ""  # why it should go; empty: it stays


@dataclass(frozen=True)
class OcrLine:
    """One line of text on a keyframe. `box` is x0, y0, x1, y1 in pixels of the keyframe image."""

    text: str
    box: tuple[float, float, float, float]
    score: float | None  # of the recogniser, 0 to 1; None: it gives none


@dataclass(frozen=True)
class Keyframe:
    """A state of the screen, and the frame that shows everything in it."""

    time: float  # of the frame
    start: float  # when the state begins, seconds
    end: float  # when it ends
    image: Picture = field(repr=False)  # JPEG, square pixels, upright
    width: int
    height: int
    change: float  # size of the change that ended the state, as the algorithm measures it, 0 to 1
    motion: float  # share of the screen that moves during this state (a presenter), 0 to 1
    faces: float  # area of the largest lasting face, as a share of the screen; 0 below 1%
    phash: int  # 64-bit perceptual hash of the image
    subtitle_top: float = 1.0  # burned-in captions lie below this share of the height; 1.0: none

    def __repr__(self) -> str:
        size, stands = f"{self.width}x{self.height}", f"{self.start:.1f} to {self.end:.1f} s"
        return f"<Keyframe: {size}, of {self.time:.1f} s, stands from {stands}>"

    def _repr_html_(self) -> str:
        return notebook.figure_html(self.image, repr(self)[1:-1])


@dataclass(frozen=True)
class Glimpse:
    """A small picture of a stretch without a keyframe; `start` and `end` are its decision's."""

    start: float
    end: float
    image: Picture = field(repr=False)  # JPEG


CRITERIA = ("relevance", "knowledge density", "transcription quality")


@dataclass(frozen=True)
class Grade:
    """A grade from 1 (poor) to 5 (excellent), and the reason for it, or for giving none."""

    score: float | None
    reason: str


@dataclass(frozen=True)
class Grades:
    """One grader's grades for a video, by the three criteria."""

    by: str  # "rules" or the language model
    relevance: Grade
    knowledge_density: Grade
    transcription_quality: Grade

    def marks(self) -> tuple[Grade, Grade, Grade]:
        """The grades in the order of `CRITERIA`."""
        return self.relevance, self.knowledge_density, self.transcription_quality


@dataclass(frozen=True)
class Judgement:
    """Whether a video teaches. The three grades run from 1 (poor) to 5 (excellent).

    They and the share are of the speech: None if there is not enough of it, and all but the quality
    of its transcription if nothing can judge it. Relevance is also None if the manifest names no
    topic.
    """

    relevance: float | None  # to the manifest's title, knowledge point and description
    knowledge_density: float | None
    transcription_quality: float | None
    teaching_share: float | None  # of the words, 0 to 1
    kept: bool
    reason: str  # for a person to read, also when kept
    language: str = ""  # of the speech, or else of the on-screen text; empty: unknown


@dataclass(frozen=True)
class Mark:
    """What the pipeline thinks of a paragraph or a picture.

    A stage that would drop something marks it instead, so that it stays in place with the reason.
    If the config says `decide: drop`, whatever is marked is left out when samples are made.
    """

    score: float | None = (
        None  # probability that a text teaches, or how well a picture fits, 0 to 1
    )
    drop: str = ""  # "STAGE: reason" why it should go; empty: it stays


@dataclass(frozen=True)
class Clip:
    """A paragraph of speech (10 to 20 s if the speech allows) and the keyframes shown in it.

    `keyframes` are positions in the video's list of keyframes. A clip may have no speech (a picture
    shown in silence) or no picture. Whatever should go is marked, not removed from the clip.
    """

    start: float
    end: float
    raw: str
    text: str  # refined
    keyframes: tuple[int, ...] = ()
    similarity: float | None = None  # on-screen text against speech; None: nothing to compare
    caption: str = ""  # what the pictures show, one line each, if a model captions them
    caption_similarity: float | None = None  # caption against speech
    mark: Mark = Mark()  # of its speech


@dataclass(frozen=True)
class Footage:
    """The video of a clip, re-encoded: which part of it is shown, and whether it has sound.

    The clip is identified by its times, as in `Element`. It is shown from its start to `end`, which
    is before the end of the clip if the clip is very long.
    """

    clip_start: float
    clip_end: float
    start: float
    end: float
    has_sound: bool


@dataclass(frozen=True)
class Element:
    """Where one position of a sample comes from. See the `elements` column."""

    kind: Literal["image", "text"]
    video_id: str
    start: float
    end: float
    clip_start: float
    clip_end: float
    name: str
    score: float | None = None  # as in `Mark`
    drop: str = ""


@dataclass(frozen=True)
class Sample:
    """One row of the corpus. The five lists are aligned; `docs/corpus.md` explains each."""

    id: str
    images: tuple[Picture | None, ...] = field(repr=False)  # JPEG
    texts: tuple[str | None, ...]
    ocr_texts: tuple[str | None, ...]
    text_ocr_list: tuple[str | None, ...]
    elements: tuple[Element, ...]
    image_num: int
    text_num: int
    token_num: int
    video_ids: tuple[str, ...]
    source_urls: tuple[str, ...]
    subject: str
    course: str
    knowledge_point: str
    language: str
    license: str

    def __repr__(self) -> str:
        texts = sum(text is not None for text in self.texts)
        size = f"{self.image_num} images, {texts} texts, {self.text_num} text tokens"
        return f"<Sample {self.id}: {size}>"

    def _repr_html_(self) -> str:
        pieces = zip(self.images, self.texts, self.ocr_texts, strict=True)
        return notebook.reading_html(repr(self)[1:-1], pieces)


@dataclass(frozen=True)
class Decision:
    """What one stage kept or dropped, and the number that decided it.

    `reason` is for a person to read. `text` is what was said or written there, if anything, and
    `raw` is what was actually said if `text` rewords it. Score and threshold may each be missing: a
    rule may have neither. If a back end failed and something else was used instead, the decision is
    `provisional`, and the next run tries again.
    """

    video_id: str
    level: Literal["video", "clip", "sentence", "keyframe", "line"]
    stage: str
    start: float
    end: float
    kept: bool
    reason: str
    score: float | None = None
    threshold: float | None = None
    text: str = ""
    raw: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a video: its row in the corpus config `videos`.

    Words, clips and keyframes count what is kept; what is marked is counted separately.
    """

    video: Video
    status: Literal["kept", "filtered", "failed"]
    reason: str  # of a kept video only if it has no picture or its speech was not transcribed
    duration: float  # seconds; 0 when the video could not be read
    judgement: Judgement | None = None
    words: int = 0  # of speech in the corpus
    clips: int = 0
    keyframes: int = 0
    samples: int = 0
    marked: int = 0  # positions of the samples with a reason in `drop`
    models: dict[str, str] = field(default_factory=dict)  # stage to model and version
