"""Counts tokens with a tokenizer that comes in a package."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from .embed import tokenizer_file


class TokenCounter:
    """Llama 2's tokenizer (32,000 pieces), as `wordllama` ships it."""

    name = "Llama 2 tokenizer, as shipped in wordllama 0.4.0.post1"

    def __call__(self, text: str) -> int:
        """Tokens of `text`, without begin and end marks."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(tokenizer_file()))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer
