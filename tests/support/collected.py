"""What sources answer, in the shape of their documentation, with made-up content."""

from __future__ import annotations

import json
from typing import Any

from vid2book.collect.places import Places

from .site import Site

CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def archive_item(
    site: Site, name: str, title: str, media: bytes, licence: str = CC_BY, **told: Any
) -> dict[str, Any]:
    """An item of the Internet Archive under /ia; what the search tells of it."""
    files = [
        {"name": f"{name}.mp4", "source": "original", "size": str(len(media)), "height": "360",
         "length": "151.2", "format": "MPEG4", **told.pop("file", {})},
        {"name": f"{name}.thumbs/1.jpg", "source": "derivative", "original": f"{name}.mp4"},
        {"name": f"{name}_meta.xml", "source": "original", "format": "Metadata"},
    ]  # fmt: skip
    metadata = {
        "identifier": name,
        "title": title,
        "licenseurl": licence,
        "creator": "Open Physics Project",
        "date": "2019-03-04",
        "language": "eng",
        "description": f"<p>A lecture. {title}.</p>",
        "mediatype": "movies",
        **told,
    }
    site.put(f"/ia/metadata/{name}", {"metadata": metadata, "files": files, "server": "ia1"})
    site.put(f"/ia/details/{name}", "<html><body>An item</body></html>", "text/html")
    site.put(f"/ia/download/{name}/{name}.mp4", media)
    return metadata


def archive_answer(*items: dict[str, Any]) -> dict[str, Any]:
    return {"response": {"numFound": len(items), "start": 0, "docs": list(items)}}


def peertube_video(site: Site, uuid: str, name: str, licence: int | None) -> dict[str, Any]:
    """A video of an instance; what the search tells of it."""
    labels = {1: "Attribution", 4: "Attribution - Non Commercial"}
    return {
        "uuid": uuid,
        "name": name,
        "url": f"{site.url}/w/{uuid}",
        "truncatedDescription": f"{name}.",
        "description": f"{name}.",
        "duration": 200,
        "isLive": False,
        "licence": {"id": licence, "label": labels.get(licence or 0, "Unknown")},
        "language": {"id": "en", "label": "English"},
        "account": {"displayName": "Ada", "name": "ada", "host": "127.0.0.1"},
        "channel": {"displayName": "Ada teaches", "url": f"{site.url}/video-channels/ada"},
        "publishedAt": "2023-05-06T07:08:09.000Z",
    }


def rss(site: Site, *entries: str, licence: str = CC_BY) -> str:
    rights = f"<creativeCommons:license>{licence}</creativeCommons:license>" if licence else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:creativeCommons="http://backend.userland.com/creativeCommonsRssModule"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
<title>Lectures</title><link>{site.url}/series</link><language>en</language>{rights}
{"".join(entries)}</channel></rss>"""


def item(title: str, page: str, enclosure: str = "", more: str = "") -> str:
    media = f'<enclosure url="{enclosure}" type="video/mp4" length="1000"/>' if enclosure else ""
    return (
        f"<item><title>{title}</title><link>{page}</link><guid>{page}</guid>"
        f"<description>{title}, a lecture.</description><author>grace@example.org (Grace)</author>"
        f"<pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate>{media}{more}</item>"
    )


def manifest(at: Places) -> list[str]:
    """The titles of its rows."""
    return [json.loads(line)["title"] for line in at.manifest.read_text().splitlines()]


def decisions(at: Places) -> dict[str, dict[str, Any]]:
    """The last on each candidate, by the end of its address."""
    rows = [json.loads(line) for line in at.decisions.read_text().splitlines()]
    return {row["url"].rsplit("/", 1)[1]: row for row in rows}


def stages(at: Places, stage: str) -> dict[str, dict[str, Any]]:
    """The decisions of one stage, by the end of the candidate's address."""
    rows = [json.loads(line) for line in at.decisions.read_text().splitlines()]
    return {row["url"].rsplit("/", 1)[1]: row for row in rows if row["stage"] == stage}
