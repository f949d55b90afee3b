"""An image-text model as an lm-eval model.

lm-eval's own `hf-multimodal` passes only the query's images, puts all shots into one turn, cuts
prompts in the middle of their image tokens and needs a batch size. Here a request carries its
turns, and their pictures are read when their batch is made.
"""

from __future__ import annotations

import gc
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vid2book.errors import UserError
from vid2book.store import Store

from ..vlm import Vlm, chat, complete
from . import released
from .answers import Answer, AnswerLog
from .generating import GeneratingLM, Keep, Prompt, Tell
from .turns import Turn, conversation, interleaved

FIRST_BATCH = 16


class BenchError(UserError):
    """The run cannot continue; the message says why."""


class VlmLM(GeneratingLM):
    """Answers requests whose third argument holds `turns`.

    Args:
        vlm: the model. Without a chat template, it continues plain interleaved text.
        log: where answers are saved and looked up.
        batch_size: prompts at a time, to begin with; halved whenever memory runs out.
        tell: called with the number of answers so far and the total.
        as_released: write prompts like the Multimodal Textbook's scripts, if they support this
            family.
    """

    def __init__(
        self,
        vlm: Vlm,
        log: AnswerLog | None = None,
        batch_size: int = FIRST_BATCH,
        tell: Tell | None = None,
        *,
        as_released: bool = False,
    ) -> None:
        self.released = released.form_of(vlm) if as_released else ""
        super().__init__(" ".join(filter(None, [identity_of(vlm), self.released])), log, tell)
        self.vlm = vlm
        self.batch_size = batch_size

    def _answer_all(self, pending: Mapping[str, Prompt], keep: Keep) -> None:
        # Longest first: if memory runs out, it does so early, and rows of a batch are similar.
        order = sorted(
            pending,
            key=lambda k: (json.dumps(pending[k].settings), -_size(pending[k].turns)),
        )
        while order:
            settings = pending[order[0]].settings
            batch = [k for k in order[: self.batch_size] if pending[k].settings == settings]
            answers = self._within_memory([pending[k].turns for k in batch], settings)
            if answers is None:
                self.batch_size //= 2
                continue
            keep(zip(batch, answers, strict=True))
            order = order[len(batch) :]

    def _within_memory(
        self, batch: Sequence[Sequence[Turn]], settings: dict[str, Any]
    ) -> list[Answer] | None:
        """The answers, or None if memory ran out and a smaller batch may fit."""
        import torch
        from accelerate.utils.memory import should_reduce_batch_size

        try:
            return self._answer(batch, settings)
        except RuntimeError as error:
            if not should_reduce_batch_size(error):
                raise
            if len(batch) == 1:
                raise BenchError(
                    f"one prompt of {len(batch[0]) - 1} shots does not fit into memory: "
                    "use fewer shots, a smaller dtype or a larger device"
                ) from None
        gc.collect()
        torch.cuda.empty_cache()
        return None

    def _answer(self, batch: Sequence[Sequence[Turn]], settings: dict[str, Any]) -> list[Answer]:
        failures = [_unreadable(turns) for turns in batch]
        room = self._context - settings["max_gen_toks"]
        kept = [list(turns) for turns in batch]
        while True:
            usable = [i for i, failure in enumerate(failures) if not failure]
            inputs = self._encode([kept[i] for i in usable]) if usable else {}
            lengths = inputs["attention_mask"].sum(1).tolist() if inputs else []
            too_long = [i for i, length in zip(usable, lengths, strict=True) if length > room]
            if not too_long:
                break
            for i in too_long:
                if len(kept[i]) > 1:
                    del kept[i][0]  # the shot farthest from the query
                else:
                    failures[i] = f"the query alone is longer than the context of {self._context}"
        responses = iter(self._generate(inputs, settings) if inputs else [])
        return [
            Answer(*(("", "") if failure else next(responses)), len(original) - len(turns), failure)
            for original, turns, failure in zip(batch, kept, failures, strict=True)
        ]

    def _encode(self, batch: Sequence[Sequence[Turn]]) -> dict[str, Any]:
        if self.released:
            return released.encode(self.vlm, batch)
        if self.vlm.has_chat_template:
            return chat(self.vlm, [conversation(turns) for turns in batch])
        return complete(self.vlm, [interleaved(turns) for turns in batch])

    def _generate(self, inputs: dict[str, Any], settings: dict[str, Any]) -> list[tuple[str, str]]:
        """Responses, cut at the first stop string, and the prompts that the model read."""
        import torch
        from lm_eval.models.utils_hf import stop_sequences_criteria

        tokenizer = self.vlm.tokenizer
        rows, length = inputs["input_ids"].shape
        until = settings["until"]
        with torch.inference_mode():
            tokens = self.vlm.model.generate(
                **inputs,
                max_new_tokens=settings["max_gen_toks"],
                do_sample=False,
                stopping_criteria=stop_sequences_criteria(tokenizer, until, length, rows),
                pad_token_id=tokenizer.pad_token_id,
            )
        responses = tokenizer.batch_decode(tokens[:, length:], skip_special_tokens=True)
        return [
            (_truncate(response, until), self._prompt_text(row[mask.bool()]))
            for response, row, mask in zip(
                responses, inputs["input_ids"], inputs["attention_mask"], strict=True
            )
        ]

    def _prompt_text(self, tokens: Any) -> str:
        images = self.vlm.tokenizer.convert_ids_to_tokens(sorted(self.vlm.writing.image_ids))
        text = self.vlm.tokenizer.decode(tokens, skip_special_tokens=False)
        return re.sub(f"({'|'.join(map(re.escape, images))})\\1*", r"\1", text)

    @property
    def _context(self) -> int:
        return int(self.vlm.model.config.get_text_config().max_position_embeddings)


def identity_of(vlm: Vlm) -> str:
    """Name and weights: by content for a local folder, by commit on the Hub, else by value."""
    folder = Path(vlm.name)
    dtype = str(vlm.model.dtype)
    if folder.is_dir():
        store = Store()
        names = sorted(
            p for p in folder.iterdir() if p.suffix in {".safetensors", ".json", ".jinja"}
        )
        files = [f"{path.name} {store.content(path)}" for path in names]
        return f"{_digest(*(f.encode() for f in files))} {dtype}"
    if commit := getattr(vlm.model.config, "_commit_hash", None):
        return f"{vlm.name}@{commit} {dtype}"
    weights = (t.detach().float().cpu().numpy().tobytes() for t in vlm.model.state_dict().values())
    return f"{_digest(*weights)} {dtype}"


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:32]


def _unreadable(turns: Sequence[Turn]) -> str:
    """A message about the first unreadable image of a prompt; empty if all can be read."""
    for number, turn in enumerate(turns):
        for picture in turn.pictures:
            try:
                picture.open()
            except OSError as error:
                return f"image {number + 1} of {len(turns)} cannot be read: {error}"
    return ""


def _size(turns: Sequence[Turn]) -> int:
    """A rough number of tokens; an image counts as several hundred."""
    return sum(576 * len(turn.pictures) + len(turn.question) // 4 for turn in turns)


def _truncate(text: str, until: Sequence[str]) -> str:
    for stop in until:
        text = text.split(stop)[0]
    return text.strip()
