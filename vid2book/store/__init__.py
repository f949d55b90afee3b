"""The store: computed results, each under a key of everything that can change it.

If nothing has changed, a second run finds all results; after a change of a setting, only its own
stage and those that depend on it run again. A store is a folder on this machine, or any place that
fsspec knows (`s3://`, `hf://buckets/`). An object is either complete or absent: a file is renamed
into place, and an upload to a bucket appears only when it has fully arrived. Processes that compute
the same result write the same object, so writing it twice does no harm.

    STORE/
      videos/ab/ab12.../          the shelf of one video, named by its content
        recognise-KEY.transcribe-KEY.refine-KEY.zip
      gather-pieces/ab/ab34...    bytes that belong to the whole corpus
      reduce-latest/ab/....gz     a value that belongs to the whole corpus, or to the evaluation
      hashes/                     hashes of local files

A shelf takes four objects: the results of its speech, its screen and its text, and its rows.
"""

from .keys import make_key
from .packs import Result
from .places import write_atomically
from .shelf import Shelf
from .store import Store, StoreError, default_root

__all__ = ["Result", "Shelf", "Store", "StoreError", "default_root", "make_key", "write_atomically"]
