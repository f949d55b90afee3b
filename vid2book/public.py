"""What may leave this machine: text without paths, and addresses without keys.

An address keeps the parts that identify the video. A parameter is removed if it is named or looks
like a key, and then so are all others that may belong to it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_SCHEMES = {
    "http", "https", "ftp", "ftps", "s3", "gs", "gcs", "az", "abfs", "abfss", "wasb", "wasbs",
    "hf", "ipfs", "doi", "urn", "magnet", "rtmp", "rtsp", "mms",
}  # fmt: skip
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?=//|[^\d\s])")
_IDENTIFIES = {
    "v", "id", "vid", "video", "video_id", "videoid", "clip", "list", "index", "t", "start", "end",
    "time", "lecture", "course", "course_id", "lang", "language", "page", "q", "episode", "key_id",
}  # fmt: skip
# Words in the name of a parameter or a column: `X-Amz-Signature`, `access_token`, `apiKey`.
_SECRET_WORDS = {
    "access", "acl", "apikey", "auth", "authorization", "bearer", "cookie", "cookies", "credential",
    "credentials", "exp", "expire", "expires", "expiry", "hash", "hdnea", "hdntl", "hdnts", "hmac",
    "jwt", "key", "keys", "ks", "lsig", "md5", "nonce", "oauth", "oauth2", "otp", "pass",
    "passphrase",
    "passwd", "password", "policy", "private", "pw", "pwd", "sas", "secret", "secrets", "secure",
    "session", "sessionid", "sid", "sig", "sign", "signature", "signed", "st", "ticket", "token",
    "tokens", "tkn", "usp", "user", "username", "login", "email", "ip", "accesskey", "secretkey",
    "accesstoken", "authtoken", "awsaccesskeyid", "googleaccessid", "sparams", "lsparams", "sks",
    "skoid", "sktid", "ske", "skt", "skv", "sv", "se", "sp", "sr", "ss", "srt", "spr", "sip",
}  # fmt: skip
_SECRET_COLUMNS = _SECRET_WORDS & {
    "apikey", "authorization", "bearer", "cookie", "cookies", "credential", "credentials",
    "passphrase", "passwd", "password", "pwd", "secret", "secrets", "token", "tokens", "accesskey",
    "secretkey", "accesstoken", "authtoken", "jwt", "oauth",
}  # fmt: skip
_LOOKS_LIKE_A_KEY = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.~%-]{40,}")
_BEFORE_A_KEY = {"ks", "sig", "signature", "token", "hmac", "jwt", "auth", "session"}  # in a path
_SHORT_KEY = re.compile(r"(?=.*\d)[\w+=.~%-]{8,}|[\w+=.~%-]{20,}")
_FILE_URL = re.compile(r"\bfile:/[^\s<>\"']*", re.IGNORECASE)
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,15}:/{1,3}[^\s<>\"'`|\\^{}]+")
_LOCAL = (
    "(?:home|Users|root|mnt|media|tmp|var|data|srv|opt|private|Volumes|scratch|work|workspace"
    "|gpfs|lustre|nfs|content|run)"
)
_PATH = re.compile(
    rf"(?<![\w:/.\\-])(?:/{_LOCAL}/(?:[^\s\"'<>|:;,()\[\]{{}}]*/)?"  # of Unix, up to the name
    r"|[A-Za-z]:[\\/](?:[^\"'<>|:*?\n\\/]*[\\/])*"  # of Windows
    r"|\\\\[\w.$-]+\\(?:[^\"'<>|:*?\n\\]*\\)*"  # of a server
    r"|~[\w-]*/(?:[^\s\"'<>|:;,()]*/)?)"
)
_ABSOLUTE = re.compile(r"\s*(?:/(?!/)|[A-Za-z]:[\\/]|\\\\|~[\w-]*/|file:)", re.IGNORECASE)
_LONGEST_QUERY = 4096  # characters; queries that identify a video are shorter
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def public_url(url: str) -> str:
    """An address without user, password, signature and token; empty for a local file.

    A text that is not an address (`MIT 18.06, lecture 3`) stays as it is.
    """
    url = url.strip()
    if not url or _ABSOLUTE.match(url):
        return ""
    if not (scheme := _SCHEME.match(url)):
        if "/" not in url and "\\" not in url:
            return url
        is_host = re.match(r"(?:[^/@]*@)?((?:[\w-]+\.)+[A-Za-z]{2,}(?::\d+)?)(?:/|$)", url)
        return public_url(f"https://{url}").removeprefix("https://") if is_host else ""
    if scheme[0][:-1].lower() not in _SCHEMES:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    if "\\" in unquote(host) or "@" in unquote(host):
        return ""
    if host.split(":")[0].endswith(".googlevideo.com"):  # keys in the path, good for hours
        return urlunsplit((parts.scheme, host, "/" + parts.path.lstrip("/").split("/")[0], "", ""))
    return urlunsplit(
        (parts.scheme, host, _path(parts.path), _query(parts.query), _query(parts.fragment))
    )


def without_folders(text: str, folders: Iterable[str]) -> str:
    """A text without the paths of these folders before names of files, and without `file:` URLs."""
    for folder in folders:
        if len(folder) > 1:
            text = text.replace(folder.rstrip(os.sep) + os.sep, "")
    return _FILE_URL.sub("", text)


def public_text(text: str) -> str:
    """A text in which addresses are public, and paths are reduced to the name of the file."""
    if "/" not in text and "\\" not in text:
        return text
    if ":/" in text:
        text = _URL.sub(lambda found: public_url(found[0]), text)
    return _PATH.sub("", text)


def public_value(value: Any) -> Any:
    """A value of the metadata with everything in it made public; None if nothing may be."""
    if isinstance(value, str):
        if _ABSOLUTE.match(value):
            return None
        return public_url(value) or None if _is_url(value) else public_text(value)
    if isinstance(value, os.PathLike):
        return None
    if isinstance(value, bytes):
        return None
    if isinstance(value, Mapping):
        told = {public_text(str(k)): public_value(v) for k, v in value.items() if not _secret(k)}
        return {k: v for k, v in told.items() if v is not None}
    if isinstance(value, list | tuple | set):
        return [part for part in map(public_value, value) if part is not None]
    return value


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet interprets as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _is_url(text: str) -> bool:
    return "://" in text and not re.search(r"\s", text.strip())


def _secret(column: object) -> bool:
    words = _words(str(column))
    return bool(_SECRET_COLUMNS & {*words, "".join(words)}) or words == ["http", "headers"]


def _words(name: str) -> list[str]:
    """The words of a name such as `X-Amz-Signature`, `apiKey` or `access_token`, in lower case."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unquote(name))
    return re.findall(r"[a-z0-9]+", name.lower())


def _query(query: str) -> str:
    """A query without its keys; a fragment that looks like a query is treated as one."""
    if len(query) > _LONGEST_QUERY:
        return ""
    if "=" not in query:
        return "" if _LOOKS_LIKE_A_KEY.fullmatch(query) else query
    pairs = parse_qsl(query.replace(";", "&"), keep_blank_values=True)
    is_signed = any(_is_key(name, value) for name, value in pairs)
    if not is_signed:
        return query
    kept = [
        (n, v) for n, v in pairs if n.lower() in _IDENTIFIES and not _LOOKS_LIKE_A_KEY.fullmatch(v)
    ]
    return urlencode(kept)


def _is_key(name: str, value: str) -> bool:
    if name.lower() in _IDENTIFIES:
        return False
    words = _words(name)
    known = bool(_SECRET_WORDS & {*words, "".join(words)})
    return known or bool(_LOOKS_LIKE_A_KEY.fullmatch(value))


def _path(path: str) -> str:
    """A path without the keys that some servers put into it: /ks/KEY/, /exp=1~hmac=KEY/."""
    kept: list[str] = []
    parts = iter(path.split("/"))
    for part in parts:
        plain = unquote(part)
        if "=" in plain and any(_is_key(*pair) for pair in parse_qsl(re.sub("[~;,]", "&", plain))):
            continue
        kept.append(part)
        if plain.lower() in _BEFORE_A_KEY and (value := next(parts, None)) is not None:
            if plain.lower() == "ks" or _SHORT_KEY.fullmatch(unquote(value)):
                kept.pop()
            else:
                kept.append(value)
    return "/".join(kept)
