"""Errors of the Hub, each in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from huggingface_hub import get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from vid2book.folder.record import CorpusError

# From httpx or httpx2, depending on the version of huggingface_hub.
TRANSPORT_ERROR: type[Exception] = HfHubHTTPError.__mro__[1]
FAILURES = (TRANSPORT_ERROR, OSError, RuntimeError, ValueError)

_ADVICE = {
    401: "the Hub does not accept the token; log in with `hf auth login`, or set HF_TOKEN to a "
    "token that is valid",
    403: "the token has no right to do this in {repo}; use one with write access to it",
    404: "there is no dataset {repo}, or no such version of it, that this token can see",
    409: "something else is being done to {repo} at this moment; push again",
    412: "someone else committed to {repo} meanwhile; look at it, then push again",
    413: "the Hub finds a file or the commit too large",
    429: "the Hub asks for a pause, there were too many requests; push again in {wait}",
}
_TOO_MANY = 429  # HTTP status: ask again later
_NO_XET = (
    "this Hub does not speak Xet, in which the client sends large files; set "
    "HF_HUB_DISABLE_XET=1 and push again"
)


class HubError(CorpusError):
    """The Hub refused something; the message says why and what to do.

    `status` is the status that it answered, if it did; `published` says whether the new version is
    there nevertheless. `unanswered` says that the Hub could not be asked, so that what it would
    have said is unknown.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        published: bool = False,
        unanswered: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.published = published
        self.unanswered = unanswered


@contextmanager
def hub_errors(repo: str, state: str = "", published: bool = False) -> Iterator[None]:
    """Turn any failure of the Hub into a `HubError`.

    Args:
        repo: "org/name".
        state: the state of the repository after a failure.
        published: whether the new version is there after a failure.
    """
    try:
        yield
    except CorpusError:
        raise
    except HFValidationError as error:
        raise HubError(f"'{repo}' is not the name of a dataset: {error}") from None
    except FAILURES as error:
        message = line(error, repo) + (f" ({state})" if state else "")
        status = status_of(error)
        silent = status == _TOO_MANY or (is_unclear(error) and not _is_missing(error))
        raise HubError(message, status, published, silent) from None


def status_of(error: BaseException) -> int | None:
    """The status that the Hub answered; None: there was no answer."""
    refusal = _refusal(error)
    return refusal.response.status_code if refusal else None


def is_unclear(error: BaseException) -> bool:
    """Whether the request may have been carried out nevertheless."""
    status = status_of(error)
    if status is None:
        return isinstance(error, TRANSPORT_ERROR | OSError)
    return status >= 500


def line(error: BaseException, repo: str) -> str:
    """What went wrong and what to do, without the token, which some messages contain."""
    refusal = _refusal(error)
    if _lacks_xet(error):
        text = _NO_XET
    elif _is_missing(error):
        text = f"404: {_ADVICE[404].format(repo=repo)}"
    elif isinstance(error, ValueError) and refusal is None:
        text = str(error)
    elif refusal is None:
        cause = error.__cause__ or error
        silent = "Timeout" in type(cause).__name__
        what = "the Hub does not answer" if silent else f"the Hub cannot be reached: {cause}"
        text = f"{what}; push again later"
    else:
        status = refusal.response.status_code
        after = refusal.response.headers.get("Retry-After", "")
        wait = f"{after} s" if after.isdigit() else "a few minutes"
        advice = _ADVICE.get(status, "").format(repo=repo, wait=wait)
        if status >= 500:
            advice = "the Hub cannot answer now; push again later"
        text = f"{status}: {advice or refusal.server_message or 'the Hub refused'}"
    text = " ".join(text.split())
    token = get_token()
    return text.replace(token, "[token]") if token else text


def _chain(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _refusal(error: BaseException) -> HfHubHTTPError | None:
    return next((part for part in _chain(error) if isinstance(part, HfHubHTTPError)), None)


def _is_missing(error: BaseException) -> bool:
    """Whether the Hub's file system did not find something, which it tells in its own way."""
    return isinstance(error, FileNotFoundError) and _refusal(error) is None


def _lacks_xet(error: BaseException) -> bool:
    """Whether the Hub has no address for the tokens that Xet needs."""
    return any("404" in str(part) and "xet-write-token" in str(part) for part in _chain(error))
