"""Made-up lessons at any size, whose narration can be known only from their slides."""
