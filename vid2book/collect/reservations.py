"""What a site says about access by machines: robots.txt and reservations of rights.

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

AGENT = "vid2book"  # our name in a robots.txt

_NO_AI = {"noai", "noimageai"}
_LONGEST_HTML = 1 << 20  # characters searched for tags of the head
_SIGNALS = ("content-signal", "content-usage")
# In robots.txt, a path may come first: `Content-Usage: /archive/ train-ai=n`.
_SIGNAL = re.compile(
    r"(?P<path>/\S*)?.*?\b(?:ai-train|train-ai)\s*=\s*(?P<no>no?|y(?:es)?)\b", re.IGNORECASE
)


class Robots:
    """The rules and signals of a robots.txt."""

    def __init__(self, text: str) -> None:
        from protego import Protego  # extra 'collect'

        self._rules = Protego.parse(text)
        self._signals = _signals(text)

    def refusal(self, url: str) -> str:
        """Why machines may not request the address; empty if they may."""
        if not self._rules.can_fetch(url, AGENT):
            return f"robots.txt of {urlsplit(url).netloc} disallows {urlsplit(url).path or '/'}"
        path = urlsplit(url).path or "/"
        fitting = [(len(start), no) for start, no in self._signals if path.startswith(start)]
        if max(fitting, default=(0, False))[1]:  # if two are equally long, the one against training
            return f"robots.txt of {urlsplit(url).netloc} has a signal against training"
        return ""

    def delay(self) -> float:
        """The seconds it asks for between requests; 0 if it does not say."""
        return float(self._rules.crawl_delay(AGENT) or 0)


def _signals(text: str) -> list[tuple[str, bool]]:
    """Path prefixes, and whether a signal there is against training: those of our group, or else
    those of the group for all machines."""
    signals: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            agents, in_rules = ([] if in_rules else agents) + [value.lower()], False
            for agent in agents:
                signals.setdefault(agent, [])
        elif name in _SIGNALS:
            in_rules = True
            if signal := _SIGNAL.match(value):
                entry = (signal["path"] or "/", signal["no"].lower().startswith("n"))
                for agent in agents or ["*"]:
                    signals.setdefault(agent, []).append(entry)
        elif name in ("allow", "disallow"):
            in_rules = True
    return signals.get(AGENT, signals.get("*", []))


def in_headers(headers: Mapping[str, str]) -> str:
    """Which header of an answer reserves its rights; empty if none does."""
    fields = {name.lower(): value for name, value in headers.items()}
    if fields.get("tdm-reservation", "").strip() == "1":
        return "the header tdm-reservation reserves text and data mining"
    if directives := _NO_AI & set(_directives(fields.get("x-robots-tag", ""))):
        return f"the header X-Robots-Tag says {min(directives)}"
    for name in _SIGNALS:
        signal = _SIGNAL.match(fields.get(name, ""))
        if signal and signal["no"].lower().startswith("n"):
            return f"the header {name} is against training"
    return ""


def _directives(value: str) -> list[str]:
    """The directives of an X-Robots-Tag for us or for all (not: `otherbot: noindex, noai`)."""
    agent, directives = "", []
    for part in value.lower().split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip() not in ("max-snippet", "max-image-preview", "unavailable_after"):
            agent, part = name.strip(), rest
        if agent in ("", "*", AGENT):
            directives.append(part.strip())
    return directives


def in_page(html: str) -> str:
    """Which tag in the head of a page reserves its rights; empty if none does."""
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
        attributes = {name: (value or "").strip().lower() for name, value in attrs}
        name, content = attributes.get("name", ""), attributes.get("content", "")
        if name == "tdm-reservation" and content == "1":
            self.reserves = "the page's tag tdm-reservation reserves text and data mining"
        elif name in ("robots", AGENT) and (
            directives := _NO_AI & set(re.split(r"[\s,]+", content))
        ):
            self.reserves = f"the page's tag {name} says {min(directives)}"


class TdmRep:
    """A `tdmrep.json`: a list of locations, and whether their rights are reserved."""

    def __init__(self, text: str) -> None:
        try:
            listed = json.loads(text)
        except ValueError:
            listed = []
        listed = listed if isinstance(listed, list) else [listed]  # a single rule needs no list
        self._rules = [
            (_pattern(str(rule.get("location", ""))), rule.get("tdm-reservation") in (1, "1", True))
            for rule in listed
            if isinstance(rule, dict)
        ]

    def refusal(self, url: str) -> str:
        """Why the address may not be mined; empty if it may. The first matching rule counts."""
        parts = urlsplit(url)
        path = parts.path or "/"
        target = f"{path}?{parts.query}" if parts.query else path
        if next((reserved for fits, reserved in self._rules if fits.match(target)), False):
            return f"tdmrep.json of {parts.netloc} reserves text and data mining for {path}"
        return ""


def _pattern(location: str) -> re.Pattern[str]:
    """`*` stands for anything and a final `$` for the end, as in robots.txt."""
    whole = location.endswith("$")
    parts = map(re.escape, location.removesuffix("$").split("*"))
    return re.compile(".*".join(parts) + ("$" if whole else ""))
