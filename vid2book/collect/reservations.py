"""What a site says about machines that read it: robots.txt, and reservations of rights.

- robots.txt: RFC 9309, with `Crawl-delay`, and with `Content-Signal: ai-train=no`
  (https://contentsignals.org).
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
_SIGNAL = re.compile(r"\bai-train\s*=\s*(yes|no)\b", re.IGNORECASE)


class Robots:
    """A robots.txt."""

    def __init__(self, text: str) -> None:
        from protego import Protego  # extra 'collect'

        self._rules = Protego.parse(text)
        self._no_training = _signals_no_training(text)

    def refusal(self, url: str) -> str:
        """Why a machine may not ask for the address; empty if it may."""
        if not self._rules.can_fetch(url, AGENT):
            return f"robots.txt of {urlsplit(url).netloc} disallows {urlsplit(url).path or '/'}"
        if self._no_training:
            return f"robots.txt of {urlsplit(url).netloc} says Content-Signal: ai-train=no"
        return ""

    def delay(self) -> float:
        """Seconds between requests that it asks for; 0 if it asks for none."""
        return float(self._rules.crawl_delay(AGENT) or 0)


def _signals_no_training(text: str) -> bool:
    """Whether our group, or else that of all machines, has a signal against training."""
    signals: dict[str, bool] = {}
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            agents, in_rules = ([] if in_rules else agents) + [value.lower()], False
        elif name:
            in_rules = in_rules or name in ("allow", "disallow", "content-signal")
            if name == "content-signal" and (found := _SIGNAL.search(value)):
                signals |= dict.fromkeys(agents or ["*"], found[1].lower() == "no")
    return signals.get(AGENT, signals.get("*", False))


def in_headers(headers: Mapping[str, str]) -> str:
    """What reserves the rights in the headers of an answer; empty if nothing does."""
    told = {name.lower(): value for name, value in headers.items()}
    if told.get("tdm-reservation", "").strip() == "1":
        return "the header tdm-reservation reserves text and data mining"
    if found := _NO_AI & set(_directives(told.get("x-robots-tag", ""))):
        return f"the header X-Robots-Tag says {min(found)}"
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
        rules = (
            [rule for rule in listed if isinstance(rule, dict)] if isinstance(listed, list) else []
        )
        self._rules = [
            (_pattern(str(rule.get("location", ""))), str(rule.get("tdm-reservation", "")))
            for rule in rules
        ]

    def refusal(self, url: str) -> str:
        """Why the address may not be mined; empty if it may. The first rule that fits counts."""
        parts = urlsplit(url)
        path = parts.path or "/"
        asked = f"{path}?{parts.query}" if parts.query else path
        reserved = next((value for fits, value in self._rules if fits.match(asked)), "0")
        if reserved == "1":
            return f"tdmrep.json of {parts.netloc} reserves text and data mining for {path}"
        return ""


def _pattern(location: str) -> re.Pattern[str]:
    """`*` stands for anything, a last `$` for the end, as in robots.txt."""
    whole = location.endswith("$")
    parts = map(re.escape, location.removesuffix("$").split("*"))
    return re.compile(".*".join(parts) + ("$" if whole else ""))
