"""A language model in this process, by transformers. Text only: pictures need a server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..bounds import loading, within
from ..config import Llm
from .chat import AnswerError, BackendError, Chat, ChatError, Messages, without_thoughts
from .weights import folder_hash


class LocalChat(Chat):
    """A causal model with a chat template, loaded at the first question and kept.

    Runs on the GPU if there is one. The prompt asks for the schema, but nothing enforces it.

    Args:
        settings: `model` is a folder or a name on the Hub; `concurrency` is the batch size.
    """

    def __init__(self, settings: Llm) -> None:
        self._settings = settings

    @cached_property
    def identity(self) -> str:  # type: ignore[override]
        """Weights by the Hub's commit or a hash, and the library's version.

        Raises:
            BackendError: the weights or the library are missing.
        """
        try:
            library = f"transformers {version('transformers')}"
        except PackageNotFoundError:
            raise BackendError(_MISSING) from None
        name, state = self._settings.model, self._folder.name
        if Path(name).is_dir():
            name, state = Path(name).name, folder_hash(self._folder)  # a path may be private
        # Otherwise it is a snapshot in the Hub's cache, in a folder named after its commit.
        # Padding to the longest chat of a batch can change the last bit of a score, hence a word.
        return f"{name} {state}, {library}, batch {self._settings.concurrency}"

    def check(self) -> None:
        """See `Chat`."""
        _ = self.identity

    def _complete(
        self, chats: Sequence[Messages], schema: dict[str, Any] | None
    ) -> list[str | ChatError]:
        size = self._settings.concurrency
        out: list[str | ChatError] = []
        for i in range(0, len(chats), size):
            out += self._batch(chats[i : i + size])
        return out

    def _batch(self, chats: Sequence[Messages]) -> list[str | ChatError]:
        try:
            model, tokenizer = self._loaded
        except BackendError as error:
            return [error] * len(chats)
        import torch

        if any(not isinstance(m["content"], str) for chat in chats for m in chat):
            return [AnswerError("pictures need llm.backend: server")] * len(chats)
        texts = [
            tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
            for chat in chats
        ]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = inputs.to(model.device)
        warm = self._settings.temperature > 0
        sampling = {"temperature": self._settings.temperature} if warm else {}
        patience = self._settings.max_tokens * _TOKEN
        with within("the language model", patience=patience), torch.inference_mode():
            tokens = model.generate(
                **inputs, max_new_tokens=self._settings.max_tokens, do_sample=warm,
                pad_token_id=tokenizer.pad_token_id, **sampling,
            )  # fmt: skip
        return [self._text(new) for new in tokens[:, inputs["input_ids"].shape[1] :]]

    def _text(self, tokens: Any) -> str | ChatError:
        model, tokenizer = self._loaded
        ends = model.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        if len(tokens) == self._settings.max_tokens and not ends & set(tokens.tolist()):
            return AnswerError("the answer is cut off: it is longer than llm.max_tokens")
        return without_thoughts(tokenizer.decode(tokens, skip_special_tokens=True))

    @cached_property
    @loading("the language model")
    def _loaded(self) -> tuple[Any, Any]:
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ModuleNotFoundError:
            raise BackendError(_MISSING) from None
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._folder, padding_side="left")
            model: Any = AutoModelForCausalLM.from_pretrained(self._folder, dtype="auto")
        except (OSError, ValueError) as error:
            raise BackendError(f"llm.model: {str(error).splitlines()[0]}") from None
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        return model.to(device).eval(), tokenizer

    @cached_property
    def _folder(self) -> Path:
        name = self._settings.model
        if Path(name).is_dir():
            return Path(name)
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(name, allow_patterns=_NEEDED))
        except Exception as error:
            cause = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BackendError(
                f"llm.model: '{name}' is not a folder, and could not be loaded from the Hub "
                f"({cause})"
            ) from None


_NEEDED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
_TOKEN = 0.1  # seconds that one more token of an answer may take
_MISSING = "llm.backend: transformers is not installed: pip install 'vid2book[llm]'"
