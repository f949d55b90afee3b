"""A corpus as e-books: OUT/VIDEO.epub for each video, EPUB 3.

https://www.w3.org/TR/epub-33/
"""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from ..changes import Videos
from ..features import Row
from .pages import Head, by_video
from .samples import suffix

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows, so that equal corpora give equal bytes
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_PAGE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang="{language}" xml:lang="{language}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""
_STYLE = """body { line-height: 1.4; }
h1 { line-height: 1.2; }
img { display: block; max-width: 100%; max-height: 95vh; height: auto; margin: 0 auto; }
nav ol { list-style: none; padding: 0; }
"""
_PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>{language}</dc:language>
{more}<meta property="dcterms:modified">2000-01-01T00:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def write(split: str, rows: Iterable[Row], out: Path, videos: Videos) -> int:
    """Write a book for each video of a split; the number of samples."""
    return sum(_write_book(head, samples, out) for head, samples in by_video(rows, videos))


def _write_book(head: Head, samples: Iterable[Row], out: Path) -> int:
    pages: list[str] = []
    items: list[str] = []
    with zipfile.ZipFile(out / f"{head.video_id}.epub", "w") as book:
        # Readers recognise an EPUB by its first file, which must not be compressed.
        _add(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _add(book, "META-INF/container.xml", _CONTAINER.encode())
        for number, row in enumerate(samples, 1):
            body = list(_title(head)) if number == 1 else []
            for place, (image, text) in enumerate(zip(row["images"], row["texts"], strict=True)):
                if image:
                    name = f"{number:04d}-{place:03d}{suffix(image['bytes'])}"
                    _add(book, name, image["bytes"], zipfile.ZIP_STORED)
                    kind = _TYPES[Path(name).suffix]
                    items.append(f'<item id="i{name}" href="{name}" media-type="{kind}"/>')
                    alt = _text(" ".join((row["ocr_texts"][place] or "").split()))
                    body.append(f'<p><img src="{name}" alt="{alt}"/></p>')
                elif text:
                    body.append(f"<p>{_text(text)}</p>")
            pages.append(f"{number:04d}.xhtml")
            page = "\n".join(body) or "<p></p>"
            _add(book, pages[-1], _page(head, page))
        _add(book, "style.css", _STYLE.encode())
        _add(book, "nav.xhtml", _page(head, _contents(head, pages)))
        _add(book, "book.opf", _package(head, pages, items))
    return len(pages)


def _title(head: Head) -> Iterator[str]:
    yield f"<h1>{_text(head.title)}</h1>"
    origin = [head.author, head.licence, head.source]
    if line := " · ".join(_text(part) for part in origin if part):
        yield f"<p>{line}</p>"


def _page(head: Head, body: str) -> bytes:
    title, language = _text(head.title), _text(head.language)
    return _PAGE.format(language=language, title=title, body=body).encode()


def _contents(head: Head, pages: list[str]) -> str:
    """Each part by the title of the video, in its language; of several, with its number."""
    lines = []
    for n, page in enumerate(pages, 1):
        part = f" ({n}/{len(pages)})" if len(pages) > 1 else ""
        lines.append(f'<li><a href="{page}">{_text(head.title)}{part}</a></li>')
    return f'<nav epub:type="toc"><ol>\n{chr(10).join(lines)}\n</ol></nav>'


def _package(head: Head, pages: list[str], items: list[str]) -> bytes:
    more = f"<dc:creator>{_text(head.author)}</dc:creator>\n" if head.author else ""
    more += f"<dc:rights>{_text(head.licence)}</dc:rights>\n" if head.licence else ""
    more += f"<dc:source>{_text(head.source)}</dc:source>\n" if head.source else ""
    page_items = [
        f'<item id="p{page}" href="{page}" media-type="application/xhtml+xml"/>' for page in pages
    ]
    return _PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, head.source or head.video_id),
        title=_text(head.title),
        language=_text(head.language),
        more=more,
        items="\n".join([*page_items, *items]),
        spine="\n".join(f'<itemref idref="p{page}"/>' for page in pages),
    ).encode()


def _text(text: str) -> str:
    """Text escaped for XML, without the control characters that XML does not allow."""
    allowed = "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))
    return escape(allowed.encode("utf-8", "replace").decode())


def _add(book: zipfile.ZipFile, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = how
    book.writestr(info, content)
