"""Options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Folders of videos, manifests (.jsonl, .csv, .parquet and the like) or videos.",
    ),
]
ConfigName = Annotated[str, typer.Option("--config", help="Name of a config, or a YAML file.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; one per core if not given.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Take only the first N videos of SOURCE.")
]
Minutes = Annotated[
    float | None,
    typer.Option("--minutes", min=0.1, help="Take only the first M minutes of each video."),
]
StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where the stages' results are kept: a folder, or a URL such as s3://.",
    ),
]
