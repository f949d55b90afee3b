"""A row that cannot be read costs itself, says where it stands, and is counted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vid2book.intake import IntakeError, Unread, read_object, read_rows

CASES = Path(__file__).parents[2] / "data" / "cases"


def rows(path: Path) -> list[Any]:
    """Rows, and of those that cannot be read the place and the reason."""
    return [
        f"{where}: {row.reason}" if isinstance(row, Unread) else row
        for where, row in read_rows(path)
    ]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("semicolon.csv", "Hello"),
        ("space.csv", "Hello"),
        ("empty.csv", "Hello"),
        ("unicode.csv", "Hello"),
        ("ansi.csv", "Über Kräfte"),
    ],
)
def test_what_a_spreadsheet_makes_of_csv(name: str, title: str) -> None:
    assert rows(CASES / "36-csv-of-excel" / name) == [{"path": "a.mp4", "title": title}]


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("sep=;\npath;title\na.mp4;Work, energy\n", "Work, energy"),
        ("path|title\r\na.mp4|Work\r\n\r\n", "Work"),
        ("path\ttitle\ra.mp4\tWork\r", "Work"),  # line ends of old Macs
        ('path, title\na.mp4, "Work, energy"\n', "Work, energy"),
        ('"path";"title"\n"a.mp4";"5"" disks"\n', '5" disks'),
        ('path,title\na.mp4,"Work\nand energy"\n', "Work\nand energy"),
        ("\ufeffpath;title\na.mp4;Größe\n".encode("utf-16-le"), "Größe"),
        ("path\ttitle\na.mp4\tGröße\n".encode("utf-16-be"), "Größe"),
        ("path;title\na.mp4;Лекция 1. Закон Ома\n".encode("cp1251"), "Лекция 1. Закон Ома"),
        ("path,title\na.mp4,牛頓第二定律\n".encode("big5"), "牛頓第二定律"),
        ("path,title\na.mp4,牛顿第二定律和力\n".encode("gb18030"), "牛顿第二定律和力"),
        ("path,title\na.mp4,力与加速度\n".encode("gb18030"), "力与加速度"),
        ("path,title\na.mp4,뉴턴의 운동 법칙\n".encode("cp949"), "뉴턴의 운동 법칙"),
        ("path,title\na.mp4,ニュートンの運動方程式\n".encode("cp932"), "ニュートンの運動方程式"),
        ("path,title\na.mp4,Příklad řešení úloh\n".encode("cp1250"), "Příklad řešení úloh"),
        ("path,title\na.mp4," + "x" * 1_500_000 + "\n", "x" * 1_500_000),
    ],
)
def test_dialects_and_encodings_of_csv(tmp_path: Path, content: str | bytes, title: str) -> None:
    assert rows(write(tmp_path, "m.csv", content)) == [{"path": "a.mp4", "title": title}]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line(tmp_path: Path) -> None:
    content = 'path,title\na,"open\nb,B\nc,"C, and D"\nd,x,y\ne,E\nf,"open\ng,G\n'
    assert rows(write(tmp_path, "m.csv", content)) == [
        "m.csv line 2: a quotation mark is not closed",
        {"path": "b", "title": "B"},
        {"path": "c", "title": "C, and D"},
        "m.csv line 5: 3 cells, and the header has 2 columns: put a cell that holds a separator "
        "into quotation marks",
        {"path": "e", "title": "E"},
        "m.csv line 7: a quotation mark is not closed",
        {"path": "g", "title": "G"},
    ]


def test_columns_of_one_name_or_none_keep_their_cells(tmp_path: Path) -> None:
    path = write(tmp_path, "m.csv", "title,,title\na,b,c\n")
    assert rows(path) == [{"title": "a", "column 2": "b", "title 3": "c"}]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_one_latin_byte_among_many_rows_costs_itself(tmp_path: Path, kind: str) -> None:
    line = "v.mp4,日本\n" if kind == "csv" else '{"path": "v.mp4", "title": "日本"}\n'
    bad = line.encode().replace("日本".encode(), b"caf\xe9")
    content = (b"path,title\n" if kind == "csv" else b"") + line.encode() * 5000 + bad
    found = rows(write(tmp_path, f"m.{kind}", content + line.encode()))
    first = 5002 if kind == "csv" else 5001
    assert len(found) == 5002
    assert [row for row in found if isinstance(row, str)] == [found[5000]]
    assert found[5000].startswith(f"m.{kind} line {first}: byte 0xE9 at character")


def test_values_that_nothing_can_hold(tmp_path: Path) -> None:
    lines = [
        '{"a": NaN, "b": [Infinity, -Infinity, 1e999], "c": 1}',
        '{"half \\ud83d": "Gravity \\ud83d", "whole": ["\\ud83d\\ude00"]}',
        '{"n": ' + "9" * 10_000 + "}",
        '{"deep": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "[" * 100_000,
        '{"deep": ' + '{"a":' * 150 + "1" + "}" * 150 + "}",
        "5",
        '{"tab": "a\tb"}',
        '{"last": 1}',
    ]
    found = rows(write(tmp_path, "m.jsonl", "\n".join(lines)))
    assert found[0] == {"a": None, "b": [None, None, None], "c": 1}
    assert found[1] == {"half \ufffd": "Gravity \ufffd", "whole": ["😀"]}
    assert found[2] == {"n": "9" * 10_000}
    assert found[3] == "m.jsonl line 4: it is nested more than 100 deep"
    assert found[4] == "m.jsonl line 5: it is nested more than 100 deep"
    assert found[5] == "m.jsonl line 6: it is nested more than 100 deep"
    assert found[6] == "m.jsonl line 7: expected a JSON object, found a number"
    assert found[7:] == [{"tab": "a\tb"}, {"last": 1}]


@pytest.mark.parametrize("name", ["m.json", "m.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        '{"a": 1}\n{"a": 2}\n',
        '\ufeff{"a": 1}\r\n\r\n{"a": 2}',
        '[{"a": 1}, {"a": 2}]',
        '{"version": "1", "data": [{"a": 1}, {"a": 2}]}',
        '{\n "a": 1\n}\n{\n "a": 2\n}\n',
    ],
)
def test_json_is_taken_for_what_it_holds(tmp_path: Path, name: str, content: str) -> None:
    assert rows(write(tmp_path, name, content)) == [{"a": 1}, {"a": 2}]


def test_an_object_of_rows_by_their_ids(tmp_path: Path) -> None:
    path = write(tmp_path, "m.json", '{"7": {"question": "Why?"}, "8": {"question": "How?"}}')
    assert rows(path) == [{"id": "7", "question": "Why?"}, {"id": "8", "question": "How?"}]


def test_a_bad_item_of_a_list_is_skipped_by_its_brackets(tmp_path: Path) -> None:
    content = '[{"a": 1},\n {"b": 2,}, oops, {"c": "x]"}, 5, {"d": [1, {}]}]'
    found = rows(write(tmp_path, "m.json", content))
    assert [row for row in found if isinstance(row, dict)] == [
        {"a": 1}, {"c": "x]"}, {"d": [1, {}]},
    ]  # fmt: skip
    assert [row.split(":")[0] for row in found if isinstance(row, str)] == [
        "m.json item 2", "m.json item 3", "m.json item 5",
    ]  # fmt: skip


def test_what_a_list_that_breaks_off_has_lost_is_not_known(tmp_path: Path) -> None:
    found = list(read_rows(write(tmp_path, "m.json", '[{"a": 1}, {"b": "x')))
    assert found[0].row == {"a": 1}
    assert isinstance(found[1].row, Unread) and found[1].row.rows is None


def test_a_gzipped_file_that_breaks_off_gives_what_is_there(tmp_path: Path) -> None:
    lines = "".join(f'{{"n": {n}, "of": "{n * n}"}}\n' for n in range(50_000)).encode()
    path = write(tmp_path, "m.jsonl.gz", gzip.compress(lines)[:100_000])
    *read, last = list(read_rows(path))
    assert len(read) > 1000 and read[0].row == {"n": 0, "of": "0"}
    assert isinstance(last.row, Unread) and last.row.rows is None


def test_a_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    table = pa.table({"n": list(range(30)), "s": [f"text {n}" * 20 for n in range(30)]})
    pq.write_table(table, path, row_group_size=10, compression="gzip", use_dictionary=False)
    start = pq.read_metadata(path).row_group(1).column(1).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 60] = b"\xff" * 60
    path.write_bytes(content)
    found = list(read_rows(path))
    assert [row["n"] for _, row in found if isinstance(row, dict)] == [*range(10), *range(20, 30)]
    lost = [row for _, row in found if isinstance(row, Unread)]
    assert [row.rows for row in lost] == [10] and lost[0].where == "m.parquet rows 11 to 20"


def test_missing_values_of_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [float("nan"), 1.5], "b": [None, "x"]}), tmp_path / "m.parquet")
    assert rows(tmp_path / "m.parquet") == [{"a": None, "b": None}, {"a": 1.5, "b": "x"}]


def test_a_file_of_which_nothing_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"m\.parquet: cannot be read as parquet"):
        rows(write(tmp_path, "m.parquet", "nothing of the kind"))
    with pytest.raises(IntakeError, match=r"none\.csv: cannot be read as csv: No such file"):
        rows(tmp_path / "none.csv")
    for content in ("[1]", "{", b'{"a": "\xff\x81\x00"}'):
        with pytest.raises(IntakeError, match=r"i\.json"):
            read_object(write(tmp_path, "i.json", content))
    assert read_object(write(tmp_path, "i.json", "\ufeff" + json.dumps({"a": "é"}))) == {"a": "é"}
