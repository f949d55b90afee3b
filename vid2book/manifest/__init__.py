"""Manifests: what videos there are and what is known about them.

A source is a table (JSON, JSON Lines, CSV or Parquet), a folder of videos, a download archive of
yt-dlp, or one video. A row that cannot be used becomes a `Video` with a `problem`, so that it costs
itself only and is told of at the end. What is not a video but was meant as one (half a download) is
told as passed over.
"""

from .sources import Manifest, ManifestError, read_manifest, read_sources

__all__ = ["Manifest", "ManifestError", "read_manifest", "read_sources"]
