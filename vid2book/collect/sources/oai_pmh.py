"""OAI-PMH: Dublin Core records from repositories of universities and libraries.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from ..candidate import Candidate, MediaFile, day
from ..outcomes import Later, Unusable
from ..plan import OaiPmh as Settings
from ..web import Web
from .base import Page, is_video_file, page_of, text
from .yt import PageSource

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_VIDEO = ("video", "movingimage", "moving image", "lecture")
_NOTHING = {"noRecordsMatch"}
_AGAIN = {"badResumptionToken"}


class OaiPmh(PageSource):
    def __init__(self, settings: Settings, web: Web, cookies: Path | None = None) -> None:
        super().__init__(web, cookies)
        self._settings = settings

    def search(self, query: str, cursor: str) -> Page:
        params = {"verb": "ListRecords"}
        if cursor:
            params |= {"resumptionToken": cursor}
        else:
            params |= {"metadataPrefix": "oai_dc"}
            params |= {"set": self._settings.set} if self._settings.set else {}
        answer = self._web.get(self._settings.url, params)
        try:
            root = ElementTree.fromstring(answer.content)
        except ElementTree.ParseError as error:
            raise Later(f"{self._settings.url}: the answer is no XML ({error})") from None
        if (fault := root.find(f"{_OAI}error")) is not None:
            return self._at_error(fault, cursor)
        if root.find(f"{_OAI}ListRecords") is None:
            raise Unusable(f"{self._settings.url}: the answer is no list of OAI-PMH ({root.tag})")
        token = root.find(f".//{_OAI}resumptionToken")
        cursor = (token.text or "").strip() if token is not None else ""
        return page_of(map(self._candidate, root.iter(f"{_OAI}record")), cursor)

    def _at_error(self, error: ElementTree.Element, cursor: str) -> Page:
        code = error.get("code", "")
        if code in _NOTHING:
            return Page([])
        if code in _AGAIN and cursor:
            return self.search("", "")  # tokens expire; known candidates are recognised by key
        raise Unusable(f"{self._settings.url}: {code}: {text(error.text)}")

    def _candidate(self, record: ElementTree.Element) -> Candidate | str:
        header = record.find(f"{_OAI}header")
        name = record.findtext(f"{_OAI}header/{_OAI}identifier", "").strip()
        if header is None or header.get("status") == "deleted":
            return "deleted in the repository"
        dc = {
            field: [value for e in record.iter(f"{_DC}{field}") if (value := _content(e))]
            for field in (
                "title", "description", "identifier", "rights", "language", "creator", "publisher",
                "date", "type", "format",
            )
        }  # fmt: skip
        kinds = " ".join(dc["type"] + dc["format"]).lower()
        pages = [i for i in dc["identifier"] if i.startswith(("http://", "https://"))]
        if not any(kind in kinds for kind in _VIDEO):
            return "a record that is no video by its type and format"
        if not pages:
            return "a video without a web address"
        # A record often states its rights both as prose and as an address, which is unambiguous.
        rights = sorted(dc["rights"], key=lambda r: "creativecommons.org" not in r)
        media = [page for page in pages if is_video_file(page)][:1]
        return Candidate(
            url=pages[0],
            source=self._settings.title(),
            given_id=name,
            title=next(iter(dc["title"]), ""),
            description=" ".join(dc["description"]),
            language=next(iter(dc["language"]), ""),
            license=next(iter(rights), ""),
            license_evidence=f"dc:rights of record {name} in {self._settings.url}"
            if rights
            else "",
            uploader=", ".join(dc["creator"]),
            channel=next(iter(dc["publisher"]), ""),
            upload_date=next((d for date in dc["date"] if (d := day(date))), ""),
            files=tuple(map(MediaFile, media)),
            is_complete=bool(media),
        )


def _content(element: ElementTree.Element) -> str:
    """Its text, or the address that it refers to: `<dc:rights rdf:resource="..."/>`."""
    return text(element.text) or element.get(f"{_RDF}resource", "")
