"""Reading and writing through fsspec, with errors that are safe to show and say what is wrong.

The exceptions of these libraries differ from one to the next, contain URLs with their keys, and
report a refused connection as a missing file. Here each becomes an OSError whose `strerror` says
what happened, and may be shown to anybody.
"""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from ..errors import UserError
from .urls import is_web, scheme_of

# Here a file appears only when it is complete, and nothing can be renamed.
_OBJECT_STORES = {
    "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "hf", "oss", "oci", "tos", "memory",
}  # fmt: skip
_PACKAGES = {
    "s3": "vid2book[s3]", "s3a": "vid2book[s3]", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs",
    "abfs": "adlfs", "abfss": "adlfs",
}  # fmt: skip
_WAIT = 60.0  # seconds without a byte before a connection is given up


class RemoteError(UserError):
    """A place that cannot be used from here; the message says what to do."""


def is_object_store(url: str) -> bool:
    """Whether a file written there appears in one step."""
    return scheme_of(url) in _OBJECT_STORES


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path in it.

    Credentials, endpoints and proxies come from where the libraries look for them: the environment,
    `~/.aws`, `~/.config/fsspec`, the login of the Hub.

    Raises:
        RemoteError: the scheme is unknown, or a package is missing.
    """
    from fsspec import get_filesystem_class

    scheme = scheme_of(url)
    try:
        kind = get_filesystem_class(scheme)
        options = kind._get_kwargs_from_urls(url)  # such as the host
        # One for all threads, since the one for S3 takes seconds to make.
        with _opening:
            key = (os.getpid(), scheme, repr(sorted(options.items())))
            if key not in _opened:
                _opened[key] = kind(**options, **_settings(url))
    except ImportError as error:
        raise RemoteError(
            f"{scheme}:// needs a package that is not installed ({error.name or error}): "
            f"pip install '{_PACKAGES.get(scheme, 'fsspec[' + scheme + ']')}'"
        ) from None
    except ValueError as error:
        raise RemoteError(f"nothing is known of {scheme}:// ({error})") from None
    return _opened[key], kind._strip_protocol(url)


_opening = threading.Lock()
_opened: dict[tuple[int, str, str], Any] = {}


def _settings(url: str) -> dict[str, Any]:
    # Other processes write there too, and a forked process needs an instance of its own.
    settings: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if is_web(url):
        import aiohttp

        # By default it gives up after five minutes, however much has arrived.
        limits = aiohttp.ClientTimeout(total=None, sock_connect=_WAIT, sock_read=_WAIT)
        settings["client_kwargs"] = {"timeout": limits}
    return settings


@contextmanager
def errors() -> Iterator[None]:
    """Raises every failure within as an OSError.

    FileNotFoundError always means that the file is not there.
    """
    try:
        yield
    except (UserError, MemoryError):
        raise
    except Exception as error:
        code, reason = _reason(error)
        kind = {errno.ENOENT: FileNotFoundError, errno.EACCES: PermissionError}.get(code, OSError)
        raise kind(code, reason) from error


def _reason(error: Exception) -> tuple[int, str]:
    """The `errno` code of an error, and what happened in words without an address."""
    chain = list(_chain(error))
    for one in chain:
        if status := _status(one):
            return _of_status(status)
    for one in chain:
        name = type(one).__name__
        if isinstance(one, asyncio.TimeoutError) or "Timeout" in name:
            return errno.ETIMEDOUT, "the server did not answer in time"
        if "Credential" in name or "Token" in name:
            return errno.EACCES, "access denied: there are no credentials"
    for one in reversed(chain):  # the root cause first
        # The numbers of DNS errors are negative, and are not in `errno`.
        if isinstance(one, OSError) and (one.errno or 0) < 0:
            return errno.EHOSTUNREACH, "the name of the server cannot be looked up"
        if isinstance(one, OSError) and one.errno:
            return one.errno, os.strerror(one.errno)
        if "Connect" in type(one).__name__:
            return errno.ECONNREFUSED, "the server cannot be reached"
    if isinstance(error, FileNotFoundError):
        return errno.ENOENT, "there is no such file"
    if isinstance(error, PermissionError):
        return errno.EACCES, "access denied"
    return errno.EIO, f"it failed ({type(error).__name__})"


def _of_status(status: int) -> tuple[int, str]:
    try:
        answer = f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        answer = f"HTTP {status}"
    if status in (404, 410):
        return errno.ENOENT, f"there is no such file ({answer})"
    if status in (401, 403):
        return errno.EACCES, f"access denied ({answer})"
    return errno.EIO, f"the server answered {answer}"


def _status(error: BaseException) -> int | None:
    """The HTTP status that led to an error; None if none did."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # of botocore
        response = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    else:
        response = getattr(response, "status_code", None)
    status = response or getattr(error, "status", None)
    return status if isinstance(status, int) and 400 <= status < 600 else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
