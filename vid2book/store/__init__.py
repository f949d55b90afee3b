"""The store: what was computed, kept under keys of everything that can change it.

A second run with nothing changed finds everything; a changed setting misses only its own stage and
what follows. A store is a folder on this machine, or any other place that fsspec knows (`s3://`,
`hf://buckets/`). An object is complete or not there: a file is renamed into its place, and what is
put into a bucket appears when all of it has arrived. Two processes that compute the same write the
same: at least once, idempotent.

    STORE/
      videos/ab/ab12.../          everything that is kept of one video, by its content: a shelf
        recognise-KEY.transcribe-KEY.refine-KEY.zip
      gather-pieces/ab/ab34...    bytes of the whole corpus
      reduce-latest/ab/....gz     a value of the whole corpus, or of the evaluation
      hashes/                     the content of local files

A shelf takes four objects: what its speech, its screen and its text gave, and its rows.
"""

from .keys import make_key
from .packs import Result
from .places import write_atomically
from .shelf import Shelf
from .store import Store, StoreError, default_root

__all__ = ["Result", "Shelf", "Store", "StoreError", "default_root", "make_key", "write_atomically"]
