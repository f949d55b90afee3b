"""Manifests: the list of videos and what is known about them.

A source is a table (JSON, JSON Lines, CSV or Parquet), a folder of videos, a download archive of
yt-dlp, or one video. A row that cannot be used becomes a `Video` with a `problem`, so only this row
fails, and the build reports it at the end. Files that were meant as videos but are not (unfinished
downloads) are reported as passed over.
"""

from .sources import Manifest, ManifestError, read_manifest, read_sources

__all__ = ["Manifest", "ManifestError", "read_manifest", "read_sources"]
