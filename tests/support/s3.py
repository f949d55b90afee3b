"""A real S3 client against moto's server on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


@contextmanager
def serving() -> Iterator[str]:
    """The environment in which `s3://` is that server; its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "AKIATESTKEY",
        "AWS_SECRET_ACCESS_KEY": "a-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        with patch.dict(os.environ, told):
            yield told["AWS_ENDPOINT_URL"]
    finally:
        server.stop()


def client() -> Any:
    """The file system, without anything remembered."""
    import s3fs

    return s3fs.S3FileSystem(use_listings_cache=False)


def objects(url: str) -> list[str]:
    """All that is in a folder of a bucket, by the path in it."""
    top = url.removeprefix("s3://")
    return sorted(path.removeprefix(f"{top}/") for path in client().find(top))
