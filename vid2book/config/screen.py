"""The screen: the stages that find pictures, read them and compare them with the speech."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Confidence, Cosine, Seconds, Section, Share, Switchable, Unit, Words
from .llm import Llm


class Keyframes(Switchable):
    """Finds the states of the screen, and a picture for each."""

    algorithm: Literal["writing", "ssim", "pixel", "clip"] = Field(
        "writing",
        description="How states are found. writing: the fewest pictures that show everything that "
        "stayed on the screen. ssim, pixel and clip: a new picture whenever a frame differs enough "
        "from the first one of its state, by SSIM, by the mean of the pixels, or by CLIP (extra "
        "'clip').",
    )
    threshold: Share | None = Field(
        None,
        description="For ssim, pixel and clip: the difference that ends a state, from 0 (the same) "
        "to 1. null: the algorithm's own, which is 0.15 for ssim and 0.05 for pixel (the best of "
        "six tried on examples/lectures) and 0.1 for clip (never measured).",
    )
    shown: Literal["last", "first"] = Field(
        "last",
        description="For ssim, pixel and clip: which frame of a state becomes its picture. The "
        "last one is the most complete; the paper takes the first.",
    )
    clip_model: str = Field(
        "ViT-B-32", description="For clip: the architecture, by its name in open_clip."
    )
    clip_weights: str = Field(
        "laion2b_s34b_b79k", description="For clip: the weights, a tag of open_clip or a file."
    )
    sample_rate: Annotated[float, Unit("frames per second")] = Field(
        5.0, gt=0, le=30, description="How many frames of the video are examined."
    )
    min_stable: Seconds = Field(0.6, description="Shorter states count as transitions.")
    full_stable: Annotated[float, Unit("seconds")] = Field(
        4.0,
        gt=0,
        description="For writing: how long content must stay to count in full. What stays for less "
        "counts for less.",
    )
    min_change: Annotated[float, Unit("characters of body text")] = Field(
        2.0,
        gt=0,
        description="For writing: how much new content a picture must show, in characters as tall "
        "as a slide's body text (1/36 of the height) that stay for `full_stable`.",
    )
    min_shot: Seconds = Field(
        3.0,
        description="For writing: a stretch in which nothing stands still, such as a film or an "
        "animation, gets pictures if it is at least this long.",
    )
    shot_interval: Annotated[float, Unit("seconds")] = Field(
        10.0,
        gt=0,
        description="For writing: time between two pictures of such a stretch if nothing on it "
        "lasts.",
    )
    max_side: Annotated[int, Unit("pixels")] = Field(
        1280, ge=64, description="Longer side of a stored picture. Larger frames are scaled down."
    )
    jpeg_quality: Annotated[int, Unit("JPEG quality")] = Field(
        90, ge=30, le=100, description="Quality of the stored pictures."
    )


class Read(Switchable):
    """Reads the text on the screen (OCR), and drops lines that are not part of the lecture."""

    backend: Literal["rapidocr", "tesseract", "surya", "vlm"] = Field(
        "rapidocr",
        description="What reads. rapidocr: PP-OCR, whose weights are in its package. tesseract: "
        "extra 'tesseract'. surya: its model behind a server. vlm: any vision-language model "
        "behind a server. The last two write formulas as LaTeX.",
    )
    llm: Llm | None = Field(
        None,
        description="The model that surya or vlm asks. null: surya asks surya-ocr-2 at "
        "$SURYA_INFERENCE_URL.",
    )
    tesseract_language: str = Field(
        "eng",
        min_length=1,
        description="For tesseract: its names of the languages, such as deu+eng.",
    )
    min_score: Confidence = Field(0.6, description="Lines read with less confidence are dropped.")
    min_sign_score: Confidence = Field(
        0.8,
        description="The same for lines of one or two characters, and for lines with few letters. "
        "Icons are often misread as such lines.",
    )
    small_line: Annotated[int, Unit("pixels")] = Field(
        16,
        ge=0,
        description="Lines of less height, margins included, need more confidence. Of words 8 to "
        "10 pixels high that are read with a confidence of 0.8, two in five are right; at 14 "
        "pixels nearly all are.",
    )
    small_line_penalty: Annotated[float, Unit("confidence per pixel")] = Field(
        0.05,
        ge=0,
        description="How much more confidence a small line needs for each pixel that it is lower "
        "than `small_line`. Chosen from how many words were right at each height "
        "(benchmarks/README.md).",
    )
    neighbour_bonus: Confidence = Field(
        0.15,
        description="A line may have this much less confidence if two lines of its size close by "
        "were read well. Handwriting is read with less confidence than type, all of it; a texture "
        "that is misread as text has no such neighbours.",
    )
    min_spoken: Share = Field(
        0.7,
        description="A place low in the middle of the picture is that of burned-in captions if "
        "at least three different lines there, on half of the keyframes or more, each have at "
        "least this share of their words said around that time. All lines of this place and size "
        "are then captions, whatever their own share. Captions that are seen to come and go while "
        "the rest of the screen stands still are found without this key.",
    )
    min_watermark_share: Share = Field(
        0.8,
        description="A line in a corner is a watermark if at least this share of the keyframes "
        "shows it, and at least `min_watermark_screens` do.",
    )
    min_watermark_screens: Annotated[int, Unit("screens")] = Field(
        4,
        ge=1,
        description="How many screens that differ otherwise must show a line for it to be a "
        "watermark.",
    )
    reuse: bool = Field(
        True,
        description="For rapidocr and tesseract: read only what changed since the keyframe before.",
    )

    @model_validator(mode="after")
    def _has_model(self) -> Read:
        if self.backend == "vlm" and self.llm is None:
            raise ValueError("backend vlm needs to know its model: set read.llm.model and base_url")
        return self


class Embeddings(Section):
    """Turns texts into vectors, to tell whether two of them are about the same thing."""

    backend: Literal["wordllama", "sentence-transformers", "server"] = Field(
        "wordllama",
        description="Where the vectors come from. wordllama: from its package. "
        "sentence-transformers: extra 'embed'. server: any that offers /v1/embeddings.",
    )
    model: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2",
        description="For sentence-transformers: a name on the Hub, or a folder.",
    )
    llm: Llm | None = Field(None, description="For server: the model and its address.")

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
        description="A vision-language model that describes each picture. null: pictures are "
        "judged by the text on them.",
    )
    min_caption_similarity: Cosine = Field(
        0.15,
        description="A picture is dropped if its caption is less similar to what is said while it "
        "is shown. 0.15 tells captions written by hand from those of other pictures, with both "
        "packaged embeddings.",
    )
    embeddings: Embeddings = Embeddings()

    max_face: Annotated[float, Field(ge=0, le=1), Unit("share of the picture")] = Field(
        0.02,
        description="A picture with a larger face and fewer than `min_text_words` is a talking "
        "head.",
    )
    min_text_words: Words = Field(
        4, description="A picture with this many words is never a talking head."
    )
    min_teaching: Annotated[float, Field(ge=0, le=1), Unit("share of the speech")] = Field(
        0.5,
        description="How much of what is said while a picture is shown must teach. A picture that "
        "shows the topic itself is kept anyway.",
    )
    min_related: Cosine = Field(
        0.35,
        description="A picture shows the topic if its text is at least this similar to the lesson.",
    )
    max_card_words: Words = Field(
        12,
        description="A picture with more words is a slide, and no end card or channel card.",
    )
    max_intro: Seconds = Field(
        8.0,
        description="A channel's card is shown for no longer than this, before the first word.",
    )
    max_unrelated: Cosine = Field(
        0.1,
        description="A channel's card is dropped if its text is less similar to the lesson.",
    )
    max_title_share: Share = Field(
        0.5,
        description="A card is the lesson's title, and no channel's card, if more than this share "
        "of its words is said in the lesson.",
    )
    min_shown: Annotated[float, Field(ge=0, le=1), Unit("share of the drawing")] = Field(
        0.85,
        description="A picture is dropped if another one shows all of its words and at least this "
        "much of what is drawn on it. The rest is compression noise.",
    )
    max_repeat_gap: Seconds = Field(
        5.0,
        description="The next picture may replace one only if it begins at most this long after "
        "the first one ends.",
    )
