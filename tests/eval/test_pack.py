"""What is learned of a sample, and that samples in one sequence do not see each other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from vid2book.eval.corpora import Interleaved
from vid2book.eval.train.config import Data
from vid2book.eval.train.pack import IGNORED, Pack, blank, collate, packs
from vid2book.eval.vlm import Vlm, load

from ..support import vlms
from ..support.corpora import png, sample

torch = pytest.importorskip("torch")

SAMPLES = [
    sample("a", [png(1, (60, 40)), "the square of the sum", png(2, (90, 30)), "as we said"]),
    sample("b", ["only text"]),
    sample("c", [png(3, (40, 40)), png(4, (100, 70)), "the slide"]),
]


@pytest.fixture(scope="module", params=vlms.PACKED)
def vlm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Vlm:
    folder = tmp_path_factory.mktemp(request.param)
    loaded = load(vlms.save(request.param, folder))
    loaded.model.eval()
    return loaded


TOLD = ("the square of the sum as we said</s>", "the square of the sumas we said</s>")


def pack(vlm: Vlm, samples: Sequence[Interleaved], **data: int) -> list[Pack]:
    return list(packs(vlm, samples, Data(**data)))  # type: ignore[arg-type]


def test_the_labels_are_the_text_and_nothing_else(vlm: Vlm) -> None:
    (whole,) = pack(vlm, SAMPLES[:1])
    (piece,) = whole.pieces
    ids, labels = piece.tokens["input_ids"], piece.tokens["labels"]
    learned = labels[labels != IGNORED]
    # White space beside an image belongs to it where the tokenizer makes one token of both.
    told = vlm.tokenizer.decode(learned)
    assert " ".join(told.split()) in TOLD
    assert torch.equal(learned, ids[labels != IGNORED])
    assert not {int(i) for i in learned} & vlm.mark_ids
    assert labels[0] == IGNORED
    padded = collate(vlm_that_pads(vlm), [piece, *pack(vlm, SAMPLES[1:2])[0].pieces])
    assert (padded["labels"][padded["attention_mask"] == 0] == IGNORED).all()
    assert (padded["attention_mask"] == 0).any()


def test_packed_samples_do_not_see_each_other(vlm: Vlm) -> None:
    (together,) = pack(vlm, SAMPLES)
    assert [piece.row for piece in together.pieces] == [0, 1, 2]
    with torch.no_grad():
        packed = vlm.model(**collate(vlm, together.pieces), use_cache=False).logits[0]
        alone = [
            vlm.model(**collate(vlm, [piece]), use_cache=False).logits[0]
            for piece in together.pieces
        ]
    torch.testing.assert_close(packed, torch.cat(alone), atol=1e-5, rtol=1e-4)


def test_padded_rows_give_the_same_as_packed(vlm: Vlm) -> None:
    (together,) = pack(vlm, SAMPLES)
    inputs = collate(vlm_that_pads(vlm), together.pieces)
    with torch.no_grad():
        packed = vlm.model(**collate(vlm, together.pieces), use_cache=False).logits[0]
        padded = vlm.model(**inputs, use_cache=False).logits
    real = inputs["attention_mask"].bool()
    torch.testing.assert_close(padded[real], packed, atol=1e-5, rtol=1e-4)


def vlm_that_pads(vlm: Vlm) -> Vlm:
    from dataclasses import replace

    return replace(vlm, family=replace(vlm.family, packs=False))


def test_inputs_are_those_of_the_processor(vlm: Vlm) -> None:
    """A sample on its own computes what the processor's own inputs compute."""
    from vid2book.eval.train.samples import sequence
    from vid2book.eval.vlm import encode

    (whole,) = pack(vlm, SAMPLES[:1])
    with torch.no_grad():
        ours = vlm.model(**collate(vlm, whole.pieces), use_cache=False).logits
        own = vlm.model(**encode(vlm, sequence(SAMPLES[0], "speech"))).logits
    torch.testing.assert_close(ours, own, atol=1e-5, rtol=1e-4)


def test_a_long_sample_is_cut_before_images_and_keeps_all_its_text(vlm: Vlm) -> None:
    parts: list[bytes | str] = []
    for k in range(10):
        parts += [png(k), f"{k} is the number of this slide"]
    cut = pack(vlm, [sample("long", parts)], max_tokens=150, max_images=4)
    pieces = [piece for one in cut for piece in one.pieces]
    assert sum(piece.images for piece in pieces) == 10
    assert all(piece.images <= 4 and len(piece) <= 150 for piece in pieces)
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    said = "".join(
        vlm.tokenizer.decode(p.tokens["labels"][p.tokens["labels"] != IGNORED]) for p in pieces
    )
    assert [line for line in said.replace("</s>", "").split("\n") if line] == parts[1::2]
    assert sum(one.rows for one in cut) == 1 and not any(one.dropped for one in cut)


def test_packs_go_on_from_any_of_them(vlm: Vlm) -> None:
    parts: list[bytes | str] = []
    for k in range(4):
        parts += [png(k), f"slide {k} shows the square of the sum"]
    samples = [SAMPLES[0], sample("long", parts), *SAMPLES[1:], sample("d", parts[:4])] * 2
    whole = pack(vlm, samples, max_tokens=120)
    assert len(whole) >= 3
    for k, one in enumerate(whole[:-1]):
        row, _ = one.after
        rest = list(packs(vlm, samples[row:], Data(max_tokens=120), one.after))
        assert [[len(p) for p in r.pieces] for r in rest] == [
            [len(p) for p in r.pieces] for r in whole[k + 1 :]
        ]
        assert [r.after for r in rest] == [r.after for r in whole[k + 1 :]]
    assert sum(one.rows for one in whole) == len(samples)


def test_a_row_with_a_broken_image_is_dropped_and_counted(vlm: Vlm) -> None:
    broken = sample("broken", [png(1)[:60], "a slide"])
    silent = sample("silent", [png(1)])
    (one,) = pack(vlm, [SAMPLES[0], broken, silent, SAMPLES[1]])
    assert [piece.row for piece in one.pieces] == [0, 3]
    assert one.dropped == {
        "a row with an image that cannot be read": 1,
        "a row without texts": 1,
    }
    assert one.rows == 4


def test_a_paragraph_beyond_the_budget_is_cut_and_counted(vlm: Vlm) -> None:
    spoken = sample("spoken", ["the square of the sum " * 30])
    (one,) = pack(vlm, [spoken], max_tokens=40)
    assert len(one.pieces[0]) == 40
    assert one.dropped["tokens of a paragraph longer than data.max_tokens"] > 40


def test_an_image_larger_than_the_budget_drops_its_row(vlm: Vlm) -> None:
    shown = sample("shown", [png(1, (60, 60)), "the slide shows the square"])
    tight = Data.model_construct(max_tokens=6)
    (one,) = packs(vlm, [shown], tight)
    assert not one.pieces and one.rows == 1
    assert one.dropped == {"a row with an image of more tokens than data.max_tokens": 1}


def test_a_blank_teaches_nothing(vlm: Vlm) -> None:
    piece = blank(vlm)
    assert piece.images == 1 and piece.learned == 0
    inputs = collate(vlm, [*pack(vlm, SAMPLES[1:2])[0].pieces, piece])
    assert "pixel_values" in inputs


def test_on_screen_text_is_learned_when_asked() -> None:
    from dataclasses import replace

    from vid2book.eval.train.samples import Unusable, sequence

    plain = sample("a", [png(1), "said"])
    both = replace(plain, text_ocr_list=(None, "said and shown"))
    items = sequence(both, "speech+ocr")
    assert isinstance(items[0], Image.Image) and items[1] == "said and shown"
    with pytest.raises(Unusable, match="without text_ocr_list"):
        sequence(plain, "speech+ocr")
