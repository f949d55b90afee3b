"""The formats that a corpus can be exported to."""

from enum import StrEnum


class Format(StrEnum):
    """A format to export to."""

    webdataset = "webdataset"
    mm_textbook = "mm-textbook"
    obelics = "obelics"
    chat = "chat"
    ms_swift = "ms-swift"
    llama_factory = "llama-factory"
    markdown = "markdown"
    epub = "epub"
