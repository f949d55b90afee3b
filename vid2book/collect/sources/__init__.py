"""Where videos are looked for: one file for each kind of source, behind the interface in `base.py`."""
