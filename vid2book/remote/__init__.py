"""Remote files: at `https://`, in buckets, and wherever else fsspec can read.

`urls.py` distinguishes URLs from paths, `files.py` reads remote files, `identity.py` says whether
one has changed, and `scratch.py` keeps local copies while they are processed.
"""
