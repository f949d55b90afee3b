"""vid2book: instructional videos in, a multimodal textbook out."""

__version__ = "0.1.0"
