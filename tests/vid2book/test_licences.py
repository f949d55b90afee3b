"""One licence has one name, however it is spelt, and what only looks like one has none."""

from __future__ import annotations

import pytest

from vid2book.licences import OPEN, common, hub_id, name, outside

YOUTUBE = "Creative Commons Attribution license (reuse allowed)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc-by-sa-4.0", "cc-by-sa-4.0"),
        ("CC_BY_NC_SA 4.0", "cc-by-nc-sa-4.0"),
        ("CC BY-NC-ND 3.0 US", "cc-by-nc-nd-3.0"),
        ("CC-BY-SA 3.0 DE", "cc-by-sa-3.0"),
        ("CC BY-SA 2.5", "cc-by-sa-2.5"),
        ("CC BY-SA 2.0", "cc-by-sa-2.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "cc-by-nc-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.en", "cc-by-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "pdm-1.0"),
        ("Creative Commons Attribution 4.0 International", "cc-by-4.0"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "cc-by-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International License", "cc-by-sa-4.0"),
        ("Creative Commons Attribution-NonCommercial-Share Alike 3.0 Unported", "cc-by-nc-sa-3.0"),
        ("Attribution-NonCommercial-NoDerivs 3.0 Unported", "cc-by-nc-nd-3.0"),
        ("Creative Commons BY 3.0", "cc-by-3.0"),
        ("CC0", "cc0-1.0"),
        ("CC0-1.0", "cc0-1.0"),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "cc0-1.0"),
        ("Creative Commons Zero v1.0 Universal", "cc0-1.0"),
        ("Public Domain Mark 1.0", "pdm-1.0"),
        ("Public Domain", "public-domain"),
        ("MIT", "mit"),
        ("MIT License", "mit"),
        ("The MIT License (MIT)", "mit"),
        ("Apache License, Version 2.0", "apache-2.0"),
        ("Apache-2.0", "apache-2.0"),
        ("GNU Free Documentation License 1.3", "gfdl"),
        ("ODC-BY 1.0", "odc-by"),
        ("Open Database License", "odbl"),
        ("The Unlicense", "unlicense"),
        ("CC BY", "cc-by"),
        ("Creative Commons Attribution-NonCommercial", "cc-by-nc"),
        ("by-sa", "cc-by-sa"),
        ("by-nc-nd", "cc-by-nc-nd"),
        ("Attribution - Share Alike", "cc-by-sa"),
        ("Attribution-ShareAlike", "cc-by-sa"),
        ("", "unknown"),
    ],
)
def test_a_licence_has_one_name(text: str, expected: str) -> None:
    assert name(text) == name(f"  {text.upper()} ") == expected


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved",
        "Standard YouTube License",
        "by",
        "attribution required by the author",
        "made by SA Films",
        "CC BY 9.9",
        "CC BY 4.0 for the slides, all rights reserved for the rest",
        "CC BY 3.0 or CC BY 4.0",
        "not CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/ https://creativecommons.org/licenses/by-nc/4.0/",
        "Apache 1.1",
        "MIT OpenCourseWare",
        "Creative Commons",
    ],
)
def test_what_only_looks_like_a_licence_has_none(text: str) -> None:
    assert hub_id(text) == "other"
    assert outside([text], OPEN) == {text}


@pytest.mark.parametrize(
    ("upload_date", "expected"),
    [
        ("20120501", "cc-by-3.0"),
        ("2025-07-31", "cc-by-3.0"),
        ("20250801", "cc-by-4.0"),
        ("2026-01-02T10:00:00", "cc-by-4.0"),
        ("", "cc"),
        ("last year", "cc"),
    ],
)
def test_youtubes_licence_depends_on_the_day(upload_date: str, expected: str) -> None:
    assert hub_id(YOUTUBE, upload_date) == expected
    assert not outside([YOUTUBE], OPEN)


def test_the_hub_has_a_name_for_most() -> None:
    spelt = ("CC BY-SA 2.5", "Public Domain Mark 1.0", "CC BY 2.5", "")
    assert [hub_id(text) for text in spelt] == ["other", "other", "cc-by-2.5", "unknown"]


def test_what_is_open_may_be_passed_on_changed() -> None:
    spelt = ["CC BY-SA 2.0", "CC BY-SA 2.5", "Public Domain Mark 1.0", "MIT License", "CC0"]
    assert not outside(spelt, OPEN)
    closed = {"CC BY-NC 4.0", "CC BY-ND 4.0", "CC BY-NC", "All rights reserved", ""}
    assert outside(closed, OPEN) == closed
    assert outside(closed, [*OPEN, "cc-by-nc-4.0", "unknown"]) == closed - {"CC BY-NC 4.0", ""}


def test_one_licence_spelt_in_two_ways_is_one() -> None:
    assert common(map(name, ["CC BY 4.0", "cc-by-4.0"])) == "cc-by-4.0"
    assert common(map(name, ["CC BY 4.0", "CC BY 3.0"])) == "other"
