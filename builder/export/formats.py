"""The formats that a corpus can be written in."""

from enum import StrEnum


class Format(StrEnum):
    """What to write."""

    webdataset = "webdataset"
    mm_textbook = "mm-textbook"
    obelics = "obelics"
    chat = "chat"
    ms_swift = "ms-swift"
    llama_factory = "llama-factory"
    markdown = "markdown"
    epub = "epub"
