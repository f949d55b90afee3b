"""Where videos are looked for: a file for each kind, behind the interface in `base.py`."""
