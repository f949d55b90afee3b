"""A corpus in the formats of other people: one format per file, and `write.py` around them."""
