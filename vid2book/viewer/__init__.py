"""A corpus as a book to look at: `write_book` makes one folder of HTML pages from it."""

from vid2book.viewer.book import write_book
from vid2book.viewer.corpus import ViewError

__all__ = ["ViewError", "write_book"]
