"""What is shown: the stages that find pictures, read them and compare them with the speech."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .base import Seconds, Section, Share, Switchable
from .llm import Llm


class Keyframes(Switchable):
    """The states of the screen, with a picture for each."""

    algorithm: Literal["writing", "ssim", "pixel", "clip"] = Field(
        "writing",
        description="writing: the fewest pictures that show everything that stayed on the screen; "
        "ssim, pixel, clip: a new picture whenever a frame differs enough from the first one of "
        "its state, by SSIM, by the mean of the pixels, or by CLIP (extra 'clip')",
    )
    threshold: Share | None = Field(
        None,
        description="for ssim, pixel and clip: the difference, from 0 to 1, that ends a state; "
        "null: the algorithm's own default",
    )
    shown: Literal["last", "first"] = Field(
        "last",
        description="for ssim, pixel and clip: which sample of a state is its picture. The last is "
        "the more complete one; the first is the paper's",
    )
    clip_model: str = Field("ViT-B-32", description="architecture, by its name in open_clip")
    clip_weights: str = Field(
        "laion2b_s34b_b79k", description="its weights: a tag of open_clip, or a file"
    )
    sample_rate: float = Field(5.0, gt=0, le=30, description="frames per second that are looked at")
    min_stable: Seconds = Field(
        0.6,
        description="shorter states count as transitions",
    )
    full_stable: float = Field(
        4.0,
        gt=0,
        description="for writing: seconds; content that stays for less counts for less",
    )
    min_change: float = Field(
        2.0,
        gt=0,
        description="for writing: how much new content a picture must show, in characters as tall "
        "as a slide's body text (1/36 of the height) that stay for `full_stable`",
    )
    max_side: int = Field(1280, ge=64, description="longer side of a stored image, pixels")
    jpeg_quality: int = Field(90, ge=30, le=100)


class Read(Switchable):
    """On-screen text by OCR."""

    backend: Literal["rapidocr", "tesseract", "surya", "vlm"] = Field(
        "rapidocr",
        description="rapidocr: PP-OCR, whose weights are in its package; tesseract (extra "
        "'tesseract'); surya: its model behind a server; vlm: any vision-language model behind a "
        "server. The last two write formulas as LaTeX",
    )
    llm: Llm | None = Field(
        None,
        description="the model that surya or vlm asks; by default, surya asks surya-ocr-2 at "
        "$SURYA_INFERENCE_URL",
    )
    tesseract_language: str = Field(
        "eng", min_length=1, description="Tesseract's names of the languages, such as deu+eng"
    )
    min_score: Share = Field(
        0.6, description="lines that the recogniser is less sure of are dropped"
    )
    min_sign_score: Share = Field(
        0.8,
        description="the same for lines of one or two signs, or of few letters, as which icons are "
        "misread",
    )
    small_line: int = Field(
        16,
        ge=0,
        description="height in pixels, margins included, below which the recogniser must be surer, "
        "by 0.05 for each pixel (measured: of words 8 to 10 pixels high, read with a score of 0.8, "
        "two in five are right; at 14 pixels nearly all are)",
    )
    min_spoken: Share = Field(
        0.7,
        description="share of the words of a line low in the middle that are said while it stands, "
        "from which on it may be a burned-in caption",
    )
    min_watermark_share: Share = Field(
        0.8,
        description="share of the keyframes that must show a line in a corner for a watermark, and "
        "at least four",
    )
    reuse: bool = Field(
        True,
        description="rapidocr and tesseract read only what changed since the previous keyframe",
    )

    @model_validator(mode="after")
    def _has_model(self) -> Read:
        if self.backend == "vlm" and self.llm is None:
            raise ValueError("backend vlm needs to know its model: set read.llm.model and base_url")
        return self


class Embeddings(Section):
    """Texts as vectors, to see whether two of them are about the same thing."""

    backend: Literal["wordllama", "sentence-transformers", "server"] = Field(
        "wordllama",
        description="wordllama: vectors that come with its package; sentence-transformers (extra "
        "'embed'); server: any that offers /v1/embeddings",
    )
    model: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2",
        description="for sentence-transformers: a name on the Hub, or a folder",
    )
    llm: Llm | None = Field(None, description="for server: the model and its address")

    @model_validator(mode="after")
    def _has_model(self) -> Embeddings:
        if self.backend == "server" and (self.llm is None or self.llm.backend != "server"):
            raise ValueError(
                "embeddings by a server need to know it: set llm.model and llm.base_url here"
            )
        return self


class Align(Switchable):
    """Drops pictures that have nothing to do with what is taught."""

    captions: Llm | None = Field(
        None,
        description="a vision-language model that says what each picture shows; null: pictures are "
        "judged by what is written on them",
    )
    min_caption_similarity: float = Field(
        0.15,
        ge=-1,
        le=1,
        description="a picture is dropped if the cosine of its caption and of what is said "
        "meanwhile is lower (0.15 tells captions written by hand from those of other pictures, "
        "with both packaged embeddings)",
    )
    embeddings: Embeddings = Embeddings()

    max_face: Share = Field(
        0.02,
        description="a picture with little text and a face larger than this share of the screen "
        "is a talking head",
    )
    min_text_words: int = Field(
        4, ge=0, description="a picture with this many words is never a talking head"
    )
    min_teaching: Share = Field(
        0.5,
        description="share of the speech during a picture that must teach; a picture that shows "
        "the topic itself is kept anyway",
    )
    min_related: float = Field(
        0.35,
        ge=-1,
        le=1,
        description="a picture whose text has at least this cosine with the lesson shows the topic",
    )
    max_card_words: int = Field(
        12,
        ge=0,
        description="words on an end card or a channel's card at most; a picture with more is "
        "a slide",
    )
    max_intro: Seconds = Field(
        8.0,
        description="a channel's card stands at most this long before the first word",
    )
    max_unrelated: float = Field(
        0.1,
        ge=-1,
        le=1,
        description="a channel's card is dropped if the cosine of its text and the lesson is lower",
    )
    min_shown: Share = Field(
        0.85,
        description="a picture is dropped if another one shows all of its words and this share of "
        "what is drawn on it; the rest is the codec's noise",
    )
