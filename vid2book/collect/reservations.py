"""What a site says about machines that read it: robots.txt, and reservations of rights.

- robots.txt: RFC 9309, with `Crawl-delay`.
- `Content-Signal: ai-train=no` (https://contentsignals.org) and `Content-Usage: train-ai=n`
  (draft-ietf-aipref-attach), in robots.txt and as headers.
- `X-Robots-Tag` and `<meta name="robots">` with `noai` or `noimageai`.
- TDM Reservation Protocol: the header and the meta tag `tdm-reservation`, and
  `/.well-known/tdmrep.json` (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urlsplit

AGENT = "vid2book"  # what a robots.txt calls us

_NO_AI = {"noai", "noimageai"}
_LONGEST_HTML = 1 << 20  # characters in which tags of the head are looked for
_SIGNALS = ("content-signal", "content-usage")
# Of robots.txt, a path may stand before it: `Content-Usage: /archive/ train-ai=n`.
_SIGNAL = re.compile(
    r"(?P<path>/\S*)?.*?\b(?:ai-train|train-ai)\s*=\s*(?P<no>no?|y(?:es)?)\b", re.IGNORECASE
)


class Robots:
    """A robots.txt."""

    def __init__(self, text: str) -> None:
        from protego import Protego  # extra 'collect'

        self._rules = Protego.parse(text)
        self._signals = _signals(text)

    def refusal(self, url: str) -> str:
        """Why a machine may not ask for the address; empty if it may."""
        if not self._rules.can_fetch(url, AGENT):
            return f"robots.txt of {urlsplit(url).netloc} disallows {urlsplit(url).path or '/'}"
        path = urlsplit(url).path or "/"
        fitting = [(len(start), no) for start, no in self._signals if path.startswith(start)]
        if max(fitting, default=(0, False))[1]:  # of two as long, the one against training
            return f"robots.txt of {urlsplit(url).netloc} has a signal against training"
        return ""

    def delay(self) -> float:
        """Seconds between requests that it asks for; 0 if it asks for none."""
        return float(self._rules.crawl_delay(AGENT) or 0)


def _signals(text: str) -> list[tuple[str, bool]]:
    """Beginnings of paths, and whether a signal is against training there: those of our group, or
    else those of the group of all machines."""
    found: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            agents, in_rules = ([] if in_rules else agents) + [value.lower()], False
            for agent in agents:
                found.setdefault(agent, [])
        elif name in _SIGNALS:
            in_rules = True
            if signal := _SIGNAL.match(value):
                told = (signal["path"] or "/", signal["no"].lower().startswith("n"))
                for agent in agents or ["*"]:
                    found.setdefault(agent, []).append(told)
        elif name in ("allow", "disallow"):
            in_rules = True
    return found.get(AGENT, found.get("*", []))


def in_headers(headers: Mapping[str, str]) -> str:
    """What reserves the rights in the headers of an answer; empty if nothing does."""
    told = {name.lower(): value for name, value in headers.items()}
    if told.get("tdm-reservation", "").strip() == "1":
        return "the header tdm-reservation reserves text and data mining"
    if found := _NO_AI & set(_directives(told.get("x-robots-tag", ""))):
        return f"the header X-Robots-Tag says {min(found)}"
    for name in _SIGNALS:
        signal = _SIGNAL.match(told.get(name, ""))
        if signal and signal["no"].lower().startswith("n"):
            return f"the header {name} is against training"
    return ""


def _directives(value: str) -> list[str]:
    """Of an X-Robots-Tag, those for all machines and for us: `otherbot: noindex, noai`."""
    agent, found = "", []
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in ("max-snippet", "max-image-preview", "unavailable_after"):
            agent, part = name.strip(), rest
        if agent in ("", "*", AGENT):
            found.append(part.strip())
    return found


def in_page(html: str) -> str:
    """What reserves the rights in the head of a page; empty if nothing does."""
    tags = _Meta()
    tags.feed(html[:_LONGEST_HTML])
    return tags.reserves


class _Meta(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.reserves = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta" or self.reserves:
            return
        told = {name: (value or "").strip().lower() for name, value in attrs}
        name, content = told.get("name", ""), told.get("content", "")
        if name == "tdm-reservation" and content == "1":
            self.reserves = "the page's tag tdm-reservation reserves text and data mining"
        elif name in ("robots", AGENT) and (found := _NO_AI & set(re.split(r"[\s,]+", content))):
            self.reserves = f"the page's tag {name} says {min(found)}"


class TdmRep:
    """A `tdmrep.json`: a list of places, and whether their rights are reserved."""

    def __init__(self, text: str) -> None:
        try:
            listed = json.loads(text)
        except ValueError:
            listed = []
        listed = listed if isinstance(listed, list) else [listed]  # one rule may stand by itself
        self._rules = [
            (_pattern(str(rule.get("location", ""))), rule.get("tdm-reservation") in (1, "1", True))
            for rule in listed
            if isinstance(rule, dict)
        ]

    def refusal(self, url: str) -> str:
        """Why the address may not be mined; empty if it may. The first rule that fits counts."""
        parts = urlsplit(url)
        path = parts.path or "/"
        asked = f"{path}?{parts.query}" if parts.query else path
        if next((reserved for fits, reserved in self._rules if fits.match(asked)), False):
            return f"tdmrep.json of {parts.netloc} reserves text and data mining for {path}"
        return ""


def _pattern(location: str) -> re.Pattern[str]:
    """`*` stands for anything, a last `$` for the end, as in robots.txt."""
    whole = location.endswith("$")
    parts = map(re.escape, location.removesuffix("$").split("*"))
    return re.compile(".*".join(parts) + ("$" if whole else ""))
