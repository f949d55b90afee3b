"""Paths, passwords and keys end here; what names a video goes on."""

from __future__ import annotations

import pytest

from vid2book.public import plain_cell, public_text, public_url, public_value

YOUTUBE = "https://www.youtube.com/watch?v=aB3_-xYz012&t=30s"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (YOUTUBE, YOUTUBE),
        ("https://example.org/Viewer.aspx?id=4a1b2c3d-1111-2222-3333-444455556666", None),
        ("https://www.youtube.com/playlist?list=PLabcdefghijklmnopqrstuvwxyz012345", None),
        ("https://example.org/a#t=30", None),
        ("MIT 18.06, lecture 3", None),
        ("www.youtube.com/watch?v=aB3_-xYz012", None),
        ("https://user:pw@example.org/a.mp4?x=1", "https://example.org/a.mp4?x=1"),
        ("ann@example.org/a.mp4", "example.org/a.mp4"),
        ("https://b.s3.amazonaws.com/a.mp4?X-Amz-Credential=AKIA&X-Amz-Date=2&X-Amz-Signature=abc",
         "https://b.s3.amazonaws.com/a.mp4"),
        ("https://d1.cloudfront.net/a.mp4?Expires=1&Signature=x~&Key-Pair-Id=K",
         "https://d1.cloudfront.net/a.mp4"),
        ("https://a.blob.core.windows.net/c/a.mp4?sv=2020&st=2&se=3&sr=b&sp=r&sig=xx",
         "https://a.blob.core.windows.net/c/a.mp4"),
        ("https://storage.googleapis.com/b/o.mp4?GoogleAccessId=x&Expires=1&Signature=s",
         "https://storage.googleapis.com/b/o.mp4"),
        ("https://r1---sn-x.googlevideo.com/videoplayback?expire=1&ip=1.2.3.4&sig=x",
         "https://r1---sn-x.googlevideo.com/videoplayback"),
        ("https://x.org/watch?v=1&access_token=t", "https://x.org/watch?v=1"),
        ("https://x.org/watch?video=1;apiKey=t", "https://x.org/watch?video=1"),
        ("https://x.org/a?p=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0",
         "https://x.org/a"),
        ("https://x.org/#access_token=1", "https://x.org/"),
        ("https://cdn.kaltura.com/p/1/entryId/0_x/ks/djJ8MTIz/a.mp4",
         "https://cdn.kaltura.com/p/1/entryId/0_x/a.mp4"),
        ("https://x.org/exp=1~acl=/*~hmac=abc/a.mp4", "https://x.org/a.mp4"),
        ("https://x.org/nlp/token/embeddings", None),
        ("file:///home/ann/a.mp4", ""),
        ("FILE:/home/ann/a.mp4", ""),
        ("/home/ann/a.mp4", ""),
        ("~/a.mp4", ""),
        ("videos/a.mp4", ""),
        (r"C:\Users\ann\a.mp4", ""),
        (r"\\server\share\a.mp4", ""),
        ("smb://ann:pw@server/a.mp4", ""),
        ("http://[bad/", ""),
    ],
)  # fmt: skip
def test_addresses(url: str, told: str | None) -> None:
    assert public_url(url) == (url if told is None else told)


def test_metadata_however_deep() -> None:
    hostile = {
        "filename": "/home/ann/a.mp4",
        "notes": {"seen": ["/mnt/disk/b.mp4", r"D:\lectures\c.mp4", "file:///x/d.mp4", "kept"]},
        "command": "ffmpeg -i /home/ann/My/a.mp4 -o ~/out/b.mp4",
        "link": "https://ann:pw@x.org/a?token=t",
        "text": "see https://ann:pw@x.org/a?id=1&token=t or (C:\\Users\\ann\\d.mp4)",
        "http_headers": {"Cookie": "SID"},
        "api_key": "k",
        "/home/ann": 1,
        "ratio": "1/2 and/or /r/learnmath",
        "year": 2024,
    }
    assert public_value(hostile) == {
        "notes": {"seen": ["kept"]},
        "command": "ffmpeg -i a.mp4 -o b.mp4",
        "link": "https://x.org/a",
        "text": "see https://x.org/a?id=1 or (d.mp4)",
        "ann": 1,
        "ratio": "1/2 and/or /r/learnmath",
        "year": 2024,
    }


def test_texts_and_cells() -> None:
    assert public_text("cannot read /home/ann/lectures/a.mp4: empty") == "cannot read a.mp4: empty"
    assert plain_cell('=HYPERLINK("http://x")') == '\'=HYPERLINK("http://x")'
    assert [plain_cell(text)[:2] for text in ("+1", "-1", "@a", "\t=1", "a=1", "")] == [
        "'+", "'-", "'@", "'\t", "a=", "",
    ]  # fmt: skip
