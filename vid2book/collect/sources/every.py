"""Makes the source for each section of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .. import plan
from ..taxonomy import KnowledgePoint
from ..web import Web
from .base import Source
from .commons import Commons
from .feed import Feed
from .folder import Folder
from .internet_archive import Archive
from .oai_pmh import OaiPmh
from .peertube import PeerTube
from .table import Table
from .yt import Listing


def source_of(settings: plan.AnySource, web: Web, cookies: Path | None = None) -> Source:
    """The source that a section of the plan describes."""
    match settings:
        case plan.InternetArchive():
            return Archive(settings, web)
        case plan.PeerTube():
            return PeerTube(settings, web)
        case plan.Commons():
            return Commons(settings, web)
        case plan.YtDlp() | plan.YtDlpSearch():
            return Listing(settings, web, cookies)
        case plan.Feed():
            return Feed(settings, web, cookies)
        case plan.OaiPmh():
            return OaiPmh(settings, web, cookies)
        case plan.Table():
            return Table(settings, web, cookies)
        case plan.Folder():
            return Folder(settings)


def queries(
    settings: plan.AnySource, points: Iterable[KnowledgePoint]
) -> dict[str, KnowledgePoint | None]:
    """The queries for a source, with the point of each: one per point, or one for everything.

    A query that several points share (`{course}`) is for none of them.
    """
    points_by_query: dict[str, KnowledgePoint | None] = {}
    if not isinstance(settings, plan.Searched):
        return {"": None}
    for point in points:
        query = query_for(settings, point)
        points_by_query[query] = None if query in points_by_query else point
    return points_by_query


def query_for(settings: plan.AnySource, point: KnowledgePoint) -> str:
    """The query for a point; empty if the source lists everything it has."""
    if not isinstance(settings, plan.Searched):
        return ""
    return settings.query.format(**point._asdict(), point=point.name)
