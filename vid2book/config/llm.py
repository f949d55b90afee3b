"""Language models that stages use, and the servers that some run behind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .base import Section, Unit


class Served(Section):
    """A server that speaks OpenAI's API.

    Where the model runs and how fast it is asked change no result, so changing them recomputes
    nothing, and they are on no published card.
    """

    base_url: str = Field(
        "http://localhost:8000/v1",
        exclude=True,
        description="Address of the server, including /v1.",
    )
    api_key_env: str = Field(
        "",
        exclude=True,
        description="Name of the environment variable that holds the API key, if the server needs "
        "one.",
    )
    concurrency: Annotated[int, Unit("requests")] = Field(
        8,
        ge=1,
        le=1024,
        exclude=True,
        description="Requests that a process sends at a time. For transformers, the batch size.",
    )
    timeout: Annotated[float, Unit("seconds")] = Field(
        120.0, gt=0, exclude=True, description="How long to wait for each answer of a server."
    )
    retries: Annotated[int, Unit("attempts")] = Field(
        5,
        ge=0,
        le=20,
        exclude=True,
        description="How often to try again when a server is busy, does not answer or fails.",
    )

    @field_validator("base_url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("this must be a URL such as http://localhost:8000/v1")
        return url.rstrip("/")


class Llm(Served):
    """A language model, behind a server or in this process."""

    backend: Literal["server", "transformers"] = Field(
        "server",
        description="Where the model runs. server: behind any server that speaks OpenAI's API "
        "(vLLM, llama.cpp, a hosted one). transformers: in this process (extra 'llm').",
    )
    model: str = Field(
        min_length=1,
        description="Name of the model on the server. For transformers, a name on the Hub or a "
        "folder.",
    )
    max_tokens: Annotated[int, Unit("tokens")] = Field(
        2048, ge=1, description="Length that an answer may have."
    )
    temperature: Annotated[float, Unit("temperature")] = Field(
        0.0, ge=0, le=2, description="0 takes the likeliest token every time."
    )
