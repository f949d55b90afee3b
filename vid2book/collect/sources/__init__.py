"""Sources of videos: one file for each kind, behind the interface in `base.py`."""
