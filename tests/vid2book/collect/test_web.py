"""What a site says about machines is heard before anything is asked, and a 429 is no answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from vid2book.collect.outcomes import Closed, Gone, Later, Refused, Unfetched, Withdrawn
from vid2book.collect.plan import Manners
from vid2book.collect.web import Web
from vid2book.headers import retry_after

from ...support.site import Site


def test_it_says_who_it_is(site: Site, web: Web) -> None:
    assert web.get(site.put("/a.html", "hello")).text == "hello"
    agents = {headers["user-agent"] for _, headers in site.requests}
    assert len(agents) == 1 and agents.pop().startswith("vid2book/")
    assert "(me@example.org)" in web.agent


def test_a_429_is_asked_again_when_the_site_says(site: Site, web: Web) -> None:
    address = site.put("/a.json", {"a": 1})
    site.fail("/a.json", 429, headers={"Retry-After": "1"})
    started = time.monotonic()
    assert web.json(address) == {"a": 1}
    assert time.monotonic() - started >= 1
    assert site.asked()["/a.json"] == 2


def test_a_site_that_stays_busy_is_for_later(site: Site, web: Web) -> None:
    address = site.put("/a.json", {"a": 1})
    site.fail("/a.json", 503, times=9)
    with pytest.raises(Later, match=r"503 .*asked 3 times"):
        web.get(address)
    site.fail("/a.json", 429, headers={"Retry-After": "86400"})
    with pytest.raises(Later, match="429"):
        web.get(address)
    before = len(site.requests)
    with pytest.raises(Later, match="429"):  # the whole host is left alone
        web.get(site.put("/other.json", {}))
    assert len(site.requests) == before


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Gone), (410, Withdrawn), (403, Closed), (401, Closed), (400, Later)]
)
def test_what_a_status_means(site: Site, web: Web, status: int, kind: type[Unfetched]) -> None:
    address = site.put("/a.json?key=secret", {})
    site.fail("/a.json", status)
    with pytest.raises(kind, match=str(status)) as told:
        web.get(address)
    assert type(told.value) is kind and "secret" not in str(told.value)


def test_robots_txt_is_read_once_and_obeyed(site: Site, web: Web) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /no\nAllow: /no/but\n\nUser-agent: other\n")
    site.put("/a.html", "")
    site.put("/no/but.html", "")
    with pytest.raises(Refused, match=r"robots.txt of 127.0.0.1:\d+ disallows /no/x"):
        web.get(f"{site.url}/no/x")
    web.get(f"{site.url}/a.html")
    web.get(f"{site.url}/no/but.html")
    assert site.asked()["/robots.txt"] == 1 and site.asked()["/no/x"] == 0


def test_a_redirect_is_held_against_robots_txt_too(site: Site, web: Web) -> None:
    site.put("/robots.txt", "User-agent: vid2book\nDisallow: /no\n")
    site.fail("/a.html", 302, headers={"Location": "/no/x"})
    with pytest.raises(Refused, match="/no/x"):
        web.get(site.put("/a.html", ""))
    assert site.asked()["/no/x"] == 0


def test_a_site_whose_robots_txt_fails_is_not_asked(site: Site, web: Web) -> None:
    site.fail("/robots.txt", 500, times=9)
    with pytest.raises(Later, match=r"robots\.txt: 500"):
        web.get(site.put("/a.html", ""))
    assert site.asked()["/a.html"] == 0


def test_a_crawl_delay_is_kept(site: Site, web: Web) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.4\n")
    address = site.put("/a.html", "")
    web.get(address)
    started = time.monotonic()
    web.get(address)
    web.get(address)
    assert time.monotonic() - started >= 0.7


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/header.mp4", "tdm-reservation"),
        ("/robots.mp4", "noai"),
        ("/usage.mp4", "content-usage"),
        ("/meta.html", "noimageai"),
        ("/tag.html", "tdm-reservation"),
        ("/mined/a.mp4", "tdmrep.json"),
    ],
)
def test_reserved_rights_are_kept(site: Site, web: Web, path: str, said: str) -> None:
    site.put("/header.mp4", b"x", tdm_reservation="1")
    site.put("/robots.mp4", b"x", X_Robots_Tag="noindex, noai")
    site.put("/usage.mp4", b"x", Content_Usage="search=y, train-ai=n")
    site.put("/meta.html", '<head><meta name="Robots" content="nofollow,NOIMAGEAI"></head>')
    site.put("/tag.html", '<meta name="tdm-reservation" content="1"/>')
    site.put("/mined/a.mp4", b"x")
    rules = [
        {"location": "/open/*", "tdm-reservation": 0},
        {"location": "/m*", "tdm-reservation": 1},
    ]
    site.put("/.well-known/tdmrep.json", rules[:1] + (rules[1:] if "mined" in path else []))
    with pytest.raises(Refused, match=said):
        web.get(site.url + path)


def test_what_is_for_other_robots_is_not_for_us(site: Site, web: Web) -> None:
    site.put("/robots.txt", "User-agent: other\nDisallow: /\nContent-Signal: ai-train=no\n")
    site.put("/a.html", '<meta name="otherbot" content="noai">', X_Robots_Tag="otherbot: noai")
    site.put("/b.html", '<meta name="tdm-reservation" content="0">', tdm_reservation="0")
    assert web.get(f"{site.url}/a.html").is_success
    assert web.get(f"{site.url}/b.html").is_success


@pytest.mark.parametrize(
    ("signal", "is_refused"),
    [
        ("Content-signal: search=yes, ai-train=no", True),
        ("Content-Usage: train-ai=n, search=y", True),
        ("Content-Usage: /a train-ai=n", True),
        ("Content-Usage: /b/ train-ai=n", False),
        ("Content-Signal: ai-train=no\nContent-Usage: /a.html train-ai=y", False),
        ("Content-Signal: search=yes, ai-train=yes", False),
        ("Content-Signal: search=no", False),
        ("Content-Usage: train-ai=n\n\nUser-agent: vid2book\nAllow: /\n", False),
    ],
)
def test_a_signal_against_training_is_heard(
    site: Site, web: Web, signal: str, is_refused: bool
) -> None:
    site.put("/robots.txt", f"User-agent: GPTBot\nUser-Agent: *\n{signal}\nAllow: /\n")
    address = site.put("/a.html", "")
    if is_refused:
        with pytest.raises(Refused, match="signal against training"):
            web.get(address)
    else:
        assert web.get(address).is_success


def test_a_reservation_may_be_one_rule_without_a_list(site: Site, web: Web) -> None:
    site.put("/.well-known/tdmrep.json", {"tdm-reservation": 1, "tdm-policy": "https://x.org"})
    with pytest.raises(Refused, match=r"tdmrep\.json"):
        web.get(site.put("/a.html", ""))


def test_terms_close_a_site_until_the_user_says_why() -> None:
    asking = Web(Manners(seconds_between=0), {})
    for url in ("https://www.youtube.com/results?search_query=a", "https://youtu.be/aaaaaaaaaaa"):
        with pytest.raises(Refused, match=r"YouTube's terms .* permissions: "):
            asking.admit(url)
    asking.close()


def test_a_permission_opens_what_robots_txt_closes_but_no_reservation(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n")
    site.put("/a.json", {})
    site.put("/b.json", {}, tdm_reservation="1")
    asking = Web(Manners(seconds_between=0), {"127.0.0.1": "our own server"})
    assert asking.json(f"{site.url}/a.json") == {}
    with pytest.raises(Refused, match="tdm-reservation"):
        asking.json(f"{site.url}/b.json")
    asking.close()


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("120") == 120
    then = datetime.now(UTC) + timedelta(seconds=90)
    found = retry_after(format_datetime(then, usegmt=True))
    assert found is not None and 80 < found <= 90
    assert retry_after("") is None and retry_after("soon") is None


@pytest.mark.parametrize("path", ["/robots.txt", "/.well-known/tdmrep.json"])
def test_a_byte_order_mark_hides_no_rule(site: Site, web: Web, path: str) -> None:
    rules = {
        "/robots.txt": "User-agent: *\nDisallow: /no",
        "/.well-known/tdmrep.json": '[{"location": "/no", "tdm-reservation": 1}]',
    }
    site.put(path, b"\xef\xbb\xbf" + rules[path].encode())
    with pytest.raises(Refused):
        web.get(site.put("/no", "<html></html>", "text/html"))
