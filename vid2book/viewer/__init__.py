"""A corpus as a book to look at: `write_book` makes a folder of HTML pages from it."""

from .book import write_book

__all__ = ["write_book"]
