"""The plan of a collection: where to look, what may be taken, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from .. import licences
from ..config import files
from ..config.base import Section, Share
from ..config.llm import Llm

Positive = Annotated[int, Field(ge=1)]


class _Source(Section):
    """Settings that all sources have."""

    name: str = Field(
        "", description="name in the ledger and the report; the kind and address if empty"
    )
    license: str = Field(
        "",
        description="licence that the owner of this source grants for videos that state none; you "
        "answer for it",
    )
    license_evidence: str = Field("", description="where the owner grants it: an address, a letter")
    language: str = Field("", description="language of its videos, if they do not state one")

    @model_validator(mode="after")
    def _says_where(self) -> _Source:
        if self.license and not self.license_evidence:
            raise ValueError("a 'license' for a whole source needs 'license_evidence'")
        return self

    def on_disk(self) -> Path | None:
        """The file or folder that it reads on this machine; None: it asks a site."""
        return None

    def identity(self) -> str:
        """Everything that its answers depend on; its queries have this name in the ledger."""
        settings = self.model_dump(exclude={"name", "license", "license_evidence", "language"})
        return " ".join(
            f"{key}={value}" for key, value in settings.items() if value not in ("", None)
        )

    def title(self) -> str:
        return self.name or " ".join(
            str(v) for v in (getattr(self, k, "") for k in ("kind", "url", "path")) if v
        )


class Searched(_Source):
    """A source that is queried once for each knowledge point."""

    query: str = Field(
        "{point} {subject}",
        description="search terms; {point}, {sub_course}, {course} and {subject} are filled in",
    )
    results: Positive = Field(10, description="most results of each query")

    @field_validator("query")
    @classmethod
    def _has_places(cls, query: str) -> str:
        try:
            query.format(point="", sub_course="", course="", subject="")
        except (KeyError, IndexError, ValueError):
            raise ValueError("{point}, {sub_course}, {course} and {subject} are known") from None
        return query


class InternetArchive(Searched):
    kind: Literal["internet_archive"]
    url: str = Field("https://archive.org", description="address of the site")


class PeerTube(Searched):
    kind: Literal["peertube"]
    url: str = Field(
        "https://sepiasearch.org",
        description="address of an instance, or of a search index of many",
    )


class Commons(Searched):
    kind: Literal["commons"]
    url: str = Field(
        "https://commons.wikimedia.org/w/api.php", description="address of a MediaWiki API"
    )


class YtDlpSearch(Searched):
    kind: Literal["yt_dlp_search"]
    prefix: str = Field(
        "ytsearch", description="prefix of a search that yt-dlp supports, without the number"
    )


class YtDlp(_Source):
    kind: Literal["yt_dlp"]
    url: str = Field(description="a channel, a playlist or a page that yt-dlp can list")


class Feed(_Source):
    kind: Literal["feed"]
    url: str = Field(description="RSS or Atom, of a podcast or of Opencast")


class OaiPmh(_Source):
    kind: Literal["oai_pmh"]
    url: str = Field(description="the base URL of a repository")
    set: str = Field("", description="its setSpec; all records if empty")


class Table(_Source):
    kind: Literal["table"]
    path: Path = Field(description="CSV, JSON Lines or Parquet with a column url")

    def on_disk(self) -> Path | None:
        return self.path


class Folder(_Source):
    kind: Literal["folder"]
    url: str = Field(description="a folder, or a bucket as fsspec names it (s3://bucket/lectures)")

    def on_disk(self) -> Path | None:
        return None if "://" in self.url else Path(self.url)


AnySource = Annotated[
    InternetArchive | PeerTube | Commons | YtDlpSearch | YtDlp | Feed | OaiPmh | Table | Folder,
    Field(discriminator="kind"),
]


class Deny(Section):
    """What is never downloaded, whatever a source says."""

    urls: tuple[str, ...] = Field((), description="addresses of pages, or how they begin")
    channels: tuple[str, ...] = Field((), description="names or addresses of channels")
    uploaders: tuple[str, ...] = Field((), description="names of uploaders")


class Review(Section):
    """What a candidate's metadata must be like."""

    min_minutes: float = Field(2.0, ge=0, description="shortest video, in minutes")
    max_minutes: float = Field(180.0, gt=0, description="longest video, in minutes")
    languages: tuple[str, ...] = Field((), description="languages that are accepted; all if empty")
    unknown_language: bool = Field(True, description="accept videos whose language is not stated")
    captions: bool = Field(
        False, description="accept only videos with captions in their own language"
    )
    title_without: tuple[str, ...] = Field(
        (
            "trailer", "teaser", "livestream", "live stream", "full album", "music video",
            "official video", "lyrics", "unboxing", "reaction", "gameplay", "asmr", "podcast",
            "#shorts", "commercial", "advert",
        ),
        description="words that exclude a video if they are in its title",
    )  # fmt: skip
    min_relevance: Share = Field(
        0.25,
        description="least similarity of title or description to the point that was searched for, "
        "by embeddings",
    )
    min_relevance_listed: Share = Field(
        0.38, description="the same for videos from a list, compared with the nearest of all points"
    )
    llm: Llm | None = Field(None, description="language model that grades what passes the rules")
    min_grade: int = Field(
        3, ge=1, le=5, description="lowest grade of the language model that passes"
    )


class Quotas(Section):
    """The most videos of each kind; None: no limit."""

    point: Positive | None = Field(3, description="most videos for each knowledge point")
    course: Positive | None = Field(None, description="most videos for each course")
    subject: Positive | None = Field(None, description="most videos for each subject")
    total: Positive | None = Field(None, description="most videos in total")


class Download(Section):
    """How media are downloaded."""

    height: Positive = Field(
        720, description="pixels; the highest resolution up to this, in the smallest file"
    )
    at_once: int = Field(2, ge=1, le=32, description="parallel downloads")
    megabytes_per_second: float | None = Field(
        None, gt=0, description="limit for all downloads together"
    )
    keep_free_gb: float = Field(5.0, ge=0, description="disk space to keep free")
    max_gb: float = Field(4.0, gt=0, description="size of the largest video")
    cookies: Path | None = Field(
        None, exclude=True, description="your cookies, in Netscape's format; read, never written"
    )


class Manners(Section):
    """How requests to sites are made."""

    contact: str = Field("", description="address at which a site's owner can reach you")
    seconds_between: float = Field(1.0, ge=0, description="least time between requests to a host")
    tries: int = Field(
        4, ge=1, le=20, description="attempts for a request that is put off or fails"
    )
    patience: float = Field(
        300.0, ge=0, description="longest pause, in seconds, that a site may ask for"
    )
    timeout: float = Field(30.0, gt=0, description="seconds to wait for an answer")


class Plan(Section):
    """The whole plan."""

    sources: tuple[AnySource, ...] = Field(min_length=1)
    licences: tuple[str, ...] = Field(
        licences.OPEN,
        description="licences that are accepted; by default none of Creative Commons with NC or ND",
    )
    permissions: dict[str, str] = Field(
        default_factory=dict,
        description="hosts whose terms or robots.txt forbid automated access, each with the reason "
        "why you may access them anyway; the ledger keeps the reason",
    )
    deny: Deny = Deny()
    review: Review = Review()
    quotas: Quotas = Quotas()
    download: Download = Download()
    manners: Manners = Manners()

    @field_validator("permissions")
    @classmethod
    def _have_reasons(cls, permissions: dict[str, str]) -> dict[str, str]:
        for host, reason in permissions.items():
            if "/" in host or not reason.strip():
                raise ValueError(f"'{host}' must be a host such as example.org, with a reason")
        return {host.lower(): reason for host, reason in permissions.items()}

    @model_validator(mode="after")
    def _names_differ(self) -> Plan:
        names = [source.title() for source in self.sources]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two sources are called '{min(twice)}': give each a 'name'")
        return self


def load(plan: str | Path) -> Plan:
    """Read a plan from a file, or by the name of one that ships with the package.

    Raises:
        ConfigError: it is missing, or has a key or value that is not allowed.
    """
    return files.read(Plan, plan, "collect", "plan")
