"""A corpus as a book to look at: `write_book` makes one folder of HTML pages from it."""

from vid2book.folder.reader import ViewError
from vid2book.viewer.book import write_book

__all__ = ["ViewError", "write_book"]
