"""Files that are not on this machine: at `https://`, in buckets, and wherever else fsspec looks.

`urls.py` tells such places from paths, `files.py` reads them, `identity.py` says whether one is
still the same, and `scratch.py` keeps copies for as long as they are worked on.
"""
