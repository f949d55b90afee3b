"""Whatever a file holds, a reader gives rows and places, or one clear error; nothing else."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vid2book.intake import IntakeError, Unread, read_object, read_rows
from vid2book.intake.yaml_text import BadYaml, parse_yaml
from vid2book.manifest import ManifestError, read_manifest
from vid2book.manifest.ids import file_id
from vid2book.names import is_video_id
from vid2book.public import plain_cell, public_text, public_url, public_value

QUICK = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SIGNS = st.text(alphabet="{}[]\",:;\t\n\r\\ aé日0-9.='|&*!#%@`<>?~\x00\ufeff", max_size=60)
TEXT = st.text(st.characters(), max_size=20)  # half characters too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def read(name: str, content: bytes, read_with: Any = read_rows) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return list(read_with(path))


@pytest.mark.parametrize("name", ["m.jsonl", "m.json", "m.csv", "m.parquet", "m.jsonl.gz"])
@QUICK
@given(content=st.binary(max_size=200) | SIGNS.map(str.encode))
@example(content=b'[{"a":1}')
@example(content=b'path,"title')
@example(content=b"\xff\xfe\xd8\x00\xd8")
def test_any_bytes_give_rows_or_one_error(name: str, content: bytes) -> None:
    try:
        found = read(name, content)
    except IntakeError as error:
        assert name in str(error)
        return
    for where, row in found:
        assert where.startswith(name)
        json.dumps(row.reason if isinstance(row, Unread) else row, allow_nan=False).encode()


@QUICK
@given(rows=st.lists(st.dictionaries(TEXT, VALUES, max_size=3), max_size=4))
def test_no_row_is_lost_among_bad_lines(rows: list[dict[str, Any]]) -> None:
    lines = [line for row in rows for line in (json.dumps(row), "{bad", "[1]")]
    found = read("m.jsonl", ("\n".join(lines)).encode("utf-8", "surrogatepass"))
    good = [row for _, row in found if not isinstance(row, Unread)]
    assert len(good) == len(rows) and len(found) == 3 * len(rows)
    assert [set(map(len, row)) for row in good] == [
        {len(k.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")) for k in row}
        for row in rows
    ]


@QUICK
@given(cells=st.lists(st.text(alphabet="a\"',; \né日", max_size=12), min_size=1, max_size=6))
def test_cells_come_back_as_they_were(cells: list[str]) -> None:
    quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
    content = "path,title\n" + "".join(f"v.mp4,{cell}\n" for cell in quoted)
    found = read("m.csv", content.encode())
    assert [row["title"] for _, row in found] == [cell.strip() for cell in cells]


@QUICK
@given(content=st.binary(max_size=200) | SIGNS.map(str.encode))
@example(content=b"a: !!timestamp x")
@example(content=b"!!int ''")
@example(content=b"a: &a [*a]")
def test_any_yaml_gives_a_value_or_one_line(content: bytes) -> None:
    try:
        parse_yaml(content)
    except BadYaml as error:
        assert "\n" not in str(error)


@QUICK
@given(content=SIGNS.map(str.encode) | st.binary(max_size=100))
def test_any_info_file_gives_an_object_or_one_error(content: bytes) -> None:
    with contextlib.suppress(IntakeError):
        assert isinstance(read("a.info.json", content, lambda p: [read_object(p)])[0], dict)


NAMES = st.sampled_from("path title language captions video_id source_url split extra".split())


@QUICK
@given(row=st.dictionaries(NAMES | TEXT, VALUES))
def test_any_row_is_a_video_or_has_a_problem(row: dict[str, Any]) -> None:
    try:
        videos = read("m.jsonl", json.dumps(row).encode(), read_manifest)
    except ManifestError as error:
        assert "no rows" in str(error)
        return
    assert len(videos) == 1 and videos[0].problem and is_video_id(videos[0].video_id)
    json.dumps(videos[0].metadata, allow_nan=False).encode()


@QUICK
@given(name=st.text(st.characters(), max_size=200))
def test_every_name_has_an_id(name: str) -> None:
    clean = name.replace("/", "").replace("\0", "").strip(".")
    assert is_video_id(file_id(Path(f"{clean}x.mp4")))


@QUICK
@given(text=TEXT | SIGNS, value=VALUES)
def test_what_is_made_public_stays_so(text: str, value: Any) -> None:
    assert public_url(public_url(text)) == public_url(text)
    assert public_value(public_value(value)) == public_value(value) or value != value
    assert not plain_cell(text).startswith(("=", "+", "-", "@"))
    public_text(text)
