"""A language model that a stage may ask."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from .base import Section


class Llm(Section):
    """A language model, behind a server or in this process.

    Where the model is and how fast it is asked change no result, so these fields are in no key of
    the store and on no published card.
    """

    backend: Literal["server", "transformers"] = Field(
        "server",
        description="server: anything that speaks OpenAI's API (vLLM, llama.cpp, a hosted one); "
        "transformers: loaded in this process (extra 'llm')",
    )
    model: str = Field(
        min_length=1, description="its name on the server; for transformers, a Hub name or a folder"
    )
    max_tokens: int = Field(2048, ge=1, description="length of an answer at most")
    temperature: float = Field(0.0, ge=0, le=2, description="0: always the likeliest answer")
    base_url: str = Field(
        "http://localhost:8000/v1", exclude=True, description="address of the server, including /v1"
    )
    api_key_env: str = Field(
        "", exclude=True, description="name of the environment variable that holds the key, if any"
    )
    concurrency: int = Field(
        8,
        ge=1,
        le=1024,
        exclude=True,
        description="requests at a time, or the batch size; per process",
    )
    timeout: float = Field(
        120.0, gt=0, exclude=True, description="seconds to wait for each response of a server"
    )
    retries: int = Field(
        5,
        ge=0,
        le=20,
        exclude=True,
        description="how often to try again when a server is busy, silent or fails",
    )

    @field_validator("base_url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("this must be a URL such as http://localhost:8000/v1")
        return url.rstrip("/")
