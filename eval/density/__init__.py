"""What the text measures compute, and the passages on which they are validated."""
