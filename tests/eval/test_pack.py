"""What is learned of a sample, and that samples in one sequence do not see each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from PIL import Image

from vid2book.eval.corpora import Interleaved
from vid2book.eval.train.config import Data
from vid2book.eval.train.pack import IGNORED, Piece, blank, collate, fill, pieces_of
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


def pieces(
    vlm: Vlm, samples: Sequence[Interleaved], dropped: Counter[str] | None = None, **data: object
) -> list[Piece]:
    """All samples in pieces; what is left out is counted in `dropped`, or nothing is left out."""
    counted = Counter[str]() if dropped is None else dropped
    settings = Data(**data)  # type: ignore[arg-type]
    found = [pieces_of(vlm, one, settings, row, counted) for row, one in enumerate(samples)]
    assert dropped is not None or not counted
    return [piece for some in found for piece in some]


def test_the_labels_are_the_text_and_nothing_else(vlm: Vlm) -> None:
    (piece,) = pieces(vlm, SAMPLES[:1])
    ids, labels = piece.tokens["input_ids"], piece.tokens["labels"]
    learned = labels[labels != IGNORED]
    # White space beside an image belongs to it where the tokenizer makes one token of both.
    told = vlm.tokenizer.decode(learned)
    assert " ".join(told.split()) in TOLD
    assert torch.equal(learned, ids[labels != IGNORED])
    assert not {int(i) for i in learned} & vlm.mark_ids
    assert labels[0] == IGNORED
    padded = collate(vlm_that_pads(vlm), [piece, *pieces(vlm, SAMPLES[1:2])])
    assert (padded["labels"][padded["attention_mask"] == 0] == IGNORED).all()
    assert (padded["attention_mask"] == 0).any()


def test_packed_samples_do_not_see_each_other(vlm: Vlm) -> None:
    together = pieces(vlm, SAMPLES)
    assert [piece.row for piece in together] == [0, 1, 2]
    with torch.no_grad():
        packed = vlm.model(**collate(vlm, together), use_cache=False).logits[0]
        alone = [
            vlm.model(**collate(vlm, [piece]), use_cache=False).logits[0] for piece in together
        ]
    torch.testing.assert_close(packed, torch.cat(alone), atol=1e-5, rtol=1e-4)


def test_padded_rows_give_the_same_as_packed(vlm: Vlm) -> None:
    together = pieces(vlm, SAMPLES)
    inputs = collate(vlm_that_pads(vlm), together)
    with torch.no_grad():
        packed = vlm.model(**collate(vlm, together), use_cache=False).logits[0]
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

    with torch.no_grad():
        ours = vlm.model(**collate(vlm, pieces(vlm, SAMPLES[:1])), use_cache=False).logits
        own = vlm.model(**encode(vlm, sequence(SAMPLES[0], "speech"))).logits
    torch.testing.assert_close(ours, own, atol=1e-5, rtol=1e-4)


def test_a_long_sample_is_cut_before_images_and_keeps_all_its_text(vlm: Vlm) -> None:
    parts: list[bytes | str] = []
    for k in range(10):
        parts += [png(k), f"{k} is the number of this slide"]
    cut = pieces(vlm, [sample("long", parts)], max_tokens=150, max_images=4)
    assert sum(piece.images for piece in cut) == 10
    assert all(piece.images <= 4 and len(piece) <= 150 for piece in cut)
    assert [piece.last for piece in cut] == [False] * (len(cut) - 1) + [True]
    said = "".join(
        vlm.tokenizer.decode(p.tokens["labels"][p.tokens["labels"] != IGNORED]) for p in cut
    )
    assert [line for line in said.replace("</s>", "").split("\n") if line] == parts[1::2]


def test_sequences_are_few_within_the_budget_and_lose_nothing(vlm: Vlm) -> None:
    some = pieces(vlm, SAMPLES * 3)
    sequences = fill(some, 300)
    assert sorted(id(piece) for one in sequences for piece in one) == sorted(map(id, some))
    lengths = [sum(map(len, one)) for one in sequences]
    assert all(length <= 300 for length in lengths)
    # First fit: no two of them would go into one.
    assert all(a + b > 300 for i, a in enumerate(lengths) for b in lengths[i + 1 :])


def test_a_row_with_a_broken_image_is_dropped_and_counted(vlm: Vlm) -> None:
    broken = sample("broken", [png(1)[:60], "a slide"])
    silent = sample("silent", [png(1)])
    dropped = Counter[str]()
    some = pieces(vlm, [SAMPLES[0], broken, silent, SAMPLES[1]], dropped)
    assert [piece.row for piece in some] == [0, 3]
    assert dropped == {"a row with an image that cannot be read": 1, "a row without texts": 1}


def test_a_paragraph_beyond_the_budget_is_cut_and_counted(vlm: Vlm) -> None:
    spoken = sample("spoken", ["the square of the sum " * 30])
    dropped = Counter[str]()
    (one,) = pieces(vlm, [spoken], dropped, max_tokens=40)
    assert len(one) == 40
    assert dropped["tokens of a paragraph longer than data.max_tokens"] > 40


def test_an_image_larger_than_the_budget_drops_its_row(vlm: Vlm) -> None:
    shown = sample("shown", [png(1, (60, 60)), "the slide shows the square"])
    dropped = Counter[str]()
    assert not pieces_of(vlm, shown, Data.model_construct(max_tokens=6), 0, dropped)
    assert dropped == {"a row with an image of more tokens than data.max_tokens": 1}


def test_a_blank_teaches_nothing(vlm: Vlm) -> None:
    piece = blank(vlm)
    assert piece.images == 1 and piece.learned == 0
    inputs = collate(vlm, [*pieces(vlm, SAMPLES[1:2]), piece])
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
