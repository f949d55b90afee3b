"""What the measures of text read in it, and the passages that they are validated on."""
