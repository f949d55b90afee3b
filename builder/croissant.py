"""The corpus as a Croissant file, for catalogues and for loaders other than `datasets`.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, with the Responsible AI
fields, whose text comes from the card.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from datasets import Image, Value, Video

from vid2book.folder.layout import pattern

from .features import FEATURES
from .responsible import citation, responsible

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {
    "string": "sc:Text",
    "int64": "sc:Integer",
    "float64": "sc:Float",
    "bool": "sc:Boolean",
}
_KEYS = {"default": "id", "videos": "video_id", "transcripts": "video_id", "clips": "id"}
_MEDIA = {Image: "sc:ImageObject", Video: "sc:VideoObject"}


def render(
    card: str,
    tables: Iterable[str],
    licences: Iterable[str],
    repo: str | None = None,
    version: str | None = None,
    local: Iterable[str] = (),
) -> str:
    """The text of croissant.json.

    Args:
        card: the text of README.md.
        tables: the tables of the corpus.
        licences: the licences of its videos.
        repo: the dataset on the Hub; None: the files are beside this one.
        version: the version of the dataset there.
        local: the paths of its files there.
    """
    tables, local = list(tables), list(local)
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": repo.split("/")[1] if repo else "multimodal-textbook",
        "description": "Keyframes, on-screen text and speech of instructional videos, interleaved "
        "in the order in which they were taught.",
        "citeAs": citation(card),
        "keywords": ["multimodal", "interleaved", "textbook", "education", "lectures"],
        "license": sorted({licence or "not stated" for licence in licences}),
    }
    document |= responsible(card)
    if repo:
        document["url"] = f"https://huggingface.co/datasets/{repo}"
        document["version"] = version
    document["distribution"] = [
        *([_repository(repo, version)] if repo else []),
        *(_files(table, repo, local) for table in tables),
    ]
    document["recordSet"] = [_records(table) for table in tables]
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _repository(repo: str, version: str | None) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "contentUrl": f"https://huggingface.co/datasets/{repo}/tree/{version}",
        "encodingFormat": "git+https",
        # A repository has no hash; the authors of the format use this in its place.
        "sha256": "https://github.com/mlcommons/croissant/issues/80",
    }


def _files(table: str, repo: str | None, local: Iterable[str]) -> dict[str, Any]:
    deeper = pattern(table).replace("/", "/*/", 1)
    is_deep = any(fnmatchcase(path, deeper) for path in local)
    files = {
        "@type": "cr:FileSet",
        "@id": f"{table}-files",
        "name": f"{table}-files",
        "encodingFormat": "application/x-parquet",
        "includes": [pattern(table), deeper] if is_deep else pattern(table),
    }
    return files | ({"containedIn": {"@id": "repo"}} if repo else {})


def _records(table: str) -> dict[str, Any]:
    records = {
        "@type": "cr:RecordSet",
        "@id": table,
        "name": table,
        "field": [_field(table, name, feature) for name, feature in FEATURES[table].items()],
    }
    key = _KEYS.get(table)
    return records | ({"key": {"@id": f"{table}/{key}"}} if key else {})


def _field(table: str, name: str, feature: Any) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "source": {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": name}},
    }
    if (inner := _item_type(feature)) is not None:
        field["repeated"] = True
        feature = inner
    if isinstance(feature, Value):
        field["dataType"] = _TYPES[feature.dtype]
    elif type(feature) in _MEDIA:
        field["dataType"] = _MEDIA[type(feature)]
        field["source"]["transform"] = {"jsonPath": "bytes"}
    else:
        # Readers of the format only go one level down, so the words of a segment are left out.
        parts = {key: part for key, part in feature.items() if isinstance(part, Value)}
        field["subField"] = [_sub_field(table, name, key, part) for key, part in parts.items()]
    return field


def _item_type(feature: Any) -> Any:
    """The type of a list's items; None for anything else. In datasets 3.6 it is a Python list."""
    return feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)


def _sub_field(table: str, name: str, key: str, feature: Value) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}/{key}",
        "name": key,
        "dataType": _TYPES[feature.dtype],
        "source": {
            "fileSet": {"@id": f"{table}-files"},
            "extract": {"column": name},
            "transform": {"jsonPath": key},
        },
    }
