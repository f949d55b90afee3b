"""Options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Videos, folders of videos, or manifests (.jsonl, .csv, .parquet and others).",
    ),
]
ConfigName = Annotated[
    str,
    typer.Option("--config", help="A YAML file, or the name of a config that ships with vid2book."),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, metavar="N", help="Number of worker processes. Default: one per core."
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Use only the first N videos.")
]
Minutes = Annotated[
    float | None,
    typer.Option(
        "--minutes", min=0.1, metavar="N", help="Use only the first N minutes of each video."
    ),
]
StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where to keep intermediate results: a folder, or a URL such as s3://bucket/store.",
    ),
]
