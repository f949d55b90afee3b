"""A corpus in the formats of other tools: one format per file, and `write.py` around them."""
