"""What is shown: the stages that find pictures, read them and hold them against the speech."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .base import Seconds, Section, Share, Switchable
from .llm import Llm


class Keyframes(Switchable):
    """The states of the screen, with a picture for each."""

    algorithm: Literal["writing", "ssim", "pixel", "clip"] = Field(
        "writing",
        description="how states are found. writing: the fewest pictures that show all that stood; "
        "the others: a state ends with a sample that differs from its first by SSIM, by the mean "
        "of the pixels, or by CLIP (extra 'clip')",
    )
    threshold: Share | None = Field(
        None,
        description="the difference that ends a state, 0 to 1, for ssim, pixel and clip; null: the "
        "algorithm's own",
    )
    shown: Literal["last", "first"] = Field(
        "last",
        description="the sample of a state that shows it, for ssim, pixel and clip; the last is "
        "the more complete one, the first is the paper's",
    )
    clip_model: str = Field("ViT-B-32", description="architecture, a name that open_clip knows")
    clip_weights: str = Field(
        "laion2b_s34b_b79k", description="of that architecture: a tag of open_clip, or a file"
    )
    sample_rate: float = Field(5.0, gt=0, le=30, description="frames looked at per second of video")
    min_stable: Seconds = Field(
        0.6,
        description="what stands for less is a transition. For writing, content weighs the more "
        "the longer it stands, up to 4 s",
    )
    min_change: float = Field(
        2.0,
        gt=0,
        description="for writing: how much a picture must show that no other does, in characters "
        "of the size of a slide's body text (a 36th of the height) that stand for 4 s",
    )
    max_side: int = Field(1280, ge=64, description="longer side of a stored image, pixels")
    jpeg_quality: int = Field(90, ge=30, le=100)


class Read(Switchable):
    """On-screen text by OCR."""

    backend: Literal["rapidocr", "tesseract", "surya", "vlm"] = Field(
        "rapidocr",
        description="rapidocr: PP-OCR, its weights come along; tesseract (extra 'tesseract'); "
        "surya: its model behind a server; vlm: any vision-language model behind one. The last two "
        "write formulas as LaTeX",
    )
    llm: Llm | None = Field(
        None,
        description="the model of surya or vlm; surya without it: surya-ocr-2 at "
        "$SURYA_INFERENCE_URL",
    )
    tesseract_language: str = Field(
        "eng", min_length=1, description="names of Tesseract's language data, such as deu+eng"
    )
    min_score: Share = Field(0.6, description="lines the recogniser is less sure of are dropped")
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
    """Texts as vectors, by which it is seen whether two are about the same."""

    backend: Literal["wordllama", "sentence-transformers", "server"] = Field(
        "wordllama",
        description="wordllama: its vectors come along; sentence-transformers (extra 'embed'); "
        "server: one that has /v1/embeddings",
    )
    model: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2",
        description="of sentence-transformers: a name on the Hub, or a folder",
    )
    llm: Llm | None = Field(None, description="the model of server")

    @model_validator(mode="after")
    def _has_model(self) -> Embeddings:
        if self.backend == "server" and (self.llm is None or self.llm.backend != "server"):
            raise ValueError(
                "embeddings by a server need to know it: set llm.model and llm.base_url here"
            )
        return self


class Align(Switchable):
    """Pictures that have nothing to do with what is taught are dropped."""

    captions: Llm | None = Field(
        None,
        description="a vision-language model that says what each picture shows; null: pictures are "
        "judged by what is written on them",
    )
    min_caption_similarity: float = Field(
        0.15,
        ge=-1,
        le=1,
        description="cosine of a picture's caption and what is said while it stands, below which "
        "it is dropped (0.15 parts captions written by hand from strange ones, by both embeddings "
        "that come as packages)",
    )
    embeddings: Embeddings = Embeddings()

    max_face: Share = Field(
        0.02,
        description="a larger face, as a share of the screen, makes a picture with little "
        "text a talking head",
    )
    min_text_words: int = Field(4, ge=0, description="words that make a picture no talking head")
    min_teaching: Share = Field(
        0.5,
        description="share of the speech during a picture that must teach, unless the picture "
        "itself speaks of the topic",
    )
