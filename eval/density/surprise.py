"""How surprising a text is to a language model: mean negative log-likelihood per token, in nats.

Two back ends: a causal model in transformers, and a GGUF file through xllamacpp. llama.cpp's server
does not give the likelihood of a prompt, so each token is forced in turn and its likelihood read
off; this takes 1.6 s for a passage on one core with a model of 135 million parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from vid2book.models.error import ModelError

TOKENS = 48  # of each passage; enough for a verdict, and GGUF's cost grows with it
_FORCED = 1e4  # added to a logit; the likelihood is read before that
_TIMEOUT = 120.0  # seconds for a token


class LanguageModel(Protocol):
    @property
    def name(self) -> str:
        """The model and the version of its library."""

    def surprise(self, texts: Sequence[str]) -> list[float]:
        """Mean nats per token over the first `TOKENS` tokens, without the first one.

        Raises:
            ModelError: the model or its library is missing or fails.
        """


def open_language_model(model: str) -> LanguageModel:
    """A GGUF file, or a folder or Hub name for transformers. Loads nothing yet."""
    return GgufModel(Path(model)) if model.endswith(".gguf") else TransformersModel(model)


class GgufModel:
    """A GGUF file, run by llama.cpp in this process."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def name(self) -> str:
        return f"{self._file.name}, xllamacpp {_version('xllamacpp', 'gguf')}"

    def surprise(self, texts: Sequence[str]) -> list[float]:
        return [self._surprise(text) for text in texts]

    def _surprise(self, text: str) -> float:
        request = {"content": text, "add_special": True}
        tokens = self._post("/tokenize", request)["tokens"][:TOKENS]
        likelihoods = [self._likelihood(tokens[:i], tokens[i]) for i in range(1, len(tokens))]
        return -sum(likelihoods) / max(1, len(likelihoods))

    def _likelihood(self, before: Sequence[int], token: int) -> float:
        """The logarithm of the probability of `token` after the tokens before it."""
        answer = self._post(
            "/completion",
            {
                "prompt": before,
                "n_predict": 1,
                "n_probs": 1,
                "logit_bias": [[token, _FORCED]],
                "temperature": 0,
                "cache_prompt": True,
            },
        )
        (choice,) = answer["completion_probabilities"]
        if choice["id"] != token:
            raise ModelError(f"{self._file}: llama.cpp took another token than the one forced")
        return float(choice["logprob"])

    def _post(self, path: str, content: dict[str, Any]) -> Any:
        import httpx

        try:
            return self._client.post(path, json=content).raise_for_status().json()
        except httpx.HTTPError as error:
            raise ModelError(f"{self._file}: llama.cpp failed: {error}") from error

    @cached_property
    def _client(self) -> Any:
        import httpx

        return httpx.Client(base_url=self._server.listening_address, timeout=_TIMEOUT)

    @cached_property
    def _server(self) -> Any:
        if not self._file.is_file():
            raise ModelError(f"{self._file}: there is no such model file")
        try:
            import xllamacpp
        except ModuleNotFoundError:
            raise ModelError("GGUF files need xllamacpp: pip install 'vid2book[gguf]'") from None
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self._file)
        parameters.port = 0
        parameters.n_ctx = 512
        parameters.n_parallel = 1
        # A small model makes one token at a time; a second thread would mostly wait for the first.
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
        parameters.warmup = False
        parameters.verbosity = 0  # it logs every token
        try:
            return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise ModelError(f"{self._file}: llama.cpp cannot load it: {error}") from error


class TransformersModel:
    """A causal model in transformers, on a GPU if there is one."""

    def __init__(self, model: str) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return f"{self._model}, transformers {_version('transformers', 'llm')}"

    def surprise(self, texts: Sequence[str]) -> list[float]:
        import torch

        model, tokenizer = self._loaded
        values = []
        for text in texts:
            tokens = tokenizer(text, return_tensors="pt").input_ids[:, :TOKENS].to(model.device)
            with torch.inference_mode():
                likely = torch.log_softmax(model(tokens).logits[0, :-1].float(), dim=-1)
            likelihoods = likely.gather(1, tokens[0, 1:, None])
            values.append(-float(likelihoods.mean()) if len(likelihoods) else 0.0)
        return values

    @cached_property
    def _loaded(self) -> Any:
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ModuleNotFoundError as error:
            raise ModelError(f"needs {error.name}: pip install 'vid2book[llm]'") from None
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._model)
            model = AutoModelForCausalLM.from_pretrained(self._model)
        except (OSError, ValueError) as error:
            raise ModelError(f"{self._model}: transformers cannot load it: {error}") from error
        return model.eval().to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def _version(package: str, extra: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return f"missing (pip install 'vid2book[{extra}]')"
