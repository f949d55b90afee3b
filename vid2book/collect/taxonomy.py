"""The taxonomy of knowledge points: subject, course, sub-course, knowledge point.

One YAML file describes one subject:

    subject: Physics
    courses:
      Mechanics:                  # course
        Kinematics:               # sub-course
          [displacement, velocity, free fall]

Six subjects ship with the package. The four levels are those of "2.5 Years in Class"
(arXiv 2501.00958, section 3.1); the terms are our own choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ..config.files import problems
from ..errors import UserError
from ..intake.yaml_text import BadYaml, parse_yaml

_MOST_PROBLEMS = 5  # of one file, in a message

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class TaxonomyError(UserError):
    """A taxonomy that cannot be used; the message names the file and what is wrong."""


class KnowledgePoint(NamedTuple):
    """A term that lectures teach, with its place in the taxonomy."""

    subject: str
    course: str
    sub_course: str
    name: str


def singular_words(text: str) -> list[str]:
    """The words of a name or title in order, in lower case and the singular."""
    plain = re.sub(r"['’]s\b|['’]", "", text.lower())
    singular = (re.sub(r"(?<=\w{2})ies$", "y", word) for word in re.findall(r"[^\W_]+", plain))
    return [re.sub(r"(?<=\w{3})(?<![sui])s$", "", word) for word in singular]


class _Subject(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Name
    courses: dict[Name, dict[Name, list[Name]]]

    def points(self) -> Iterator[KnowledgePoint]:
        for course, sub_courses in self.courses.items():
            for sub_course, names in sub_courses.items():
                for name in names:
                    yield KnowledgePoint(self.subject, course, sub_course, name)


def load(taxonomy: str | Path | None = None) -> list[KnowledgePoint]:
    """Every knowledge point, in the order of the files.

    Args:
        taxonomy: a YAML file, or a folder of them; None: the six subjects of the package.

    Raises:
        TaxonomyError: a file is missing or not a taxonomy, or a point is named twice.
    """
    points = [point for file in _files(taxonomy) for point in _read(file).points()]
    places: dict[str, KnowledgePoint] = {}
    for point in points:
        first = places.setdefault(point.name.lower(), point)
        if first is not point:
            raise TaxonomyError(
                f"'{point.name}' is in the taxonomy twice: in {' / '.join(first[:3])} and in "
                f"{' / '.join(point[:3])}; keep one, or name them apart"
            )
    return points


def _files(taxonomy: str | Path | None) -> Sequence[Traversable]:
    folder: Traversable = (
        files("vid2book.configs") / "taxonomy" if taxonomy is None else Path(taxonomy)
    )
    if folder.is_file():
        return [folder]
    entries = folder.iterdir() if folder.is_dir() else ()
    taxonomies = sorted((f for f in entries if f.name.endswith(".yaml")), key=lambda f: f.name)
    if not taxonomies:
        raise TaxonomyError(
            f"{folder}: there is no taxonomy here (a .yaml file, or a folder of them)"
        )
    return taxonomies


def _read(file: Traversable) -> _Subject:
    try:
        content = parse_yaml(file.read_bytes())
    except BadYaml as error:
        raise TaxonomyError(f"{file}: {error}") from None
    except OSError as error:
        raise TaxonomyError(f"{file}: cannot be read: {error.strerror}") from error
    if not isinstance(content, dict):
        kind = "nothing" if content is None else f"a {type(content).__name__}"
        raise TaxonomyError(f"{file}: expected the keys 'subject:' and 'courses:', found {kind}")
    try:
        return _Subject.model_validate(content)
    except ValidationError as error:
        lines = problems(_Subject, error)[:_MOST_PROBLEMS]
        raise TaxonomyError("\n".join(f"{file}: {line}" for line in lines)) from None


def dump(points: Sequence[KnowledgePoint]) -> str:
    """The YAML of one subject's points.

    Raises:
        TaxonomyError: they are of several subjects.
    """
    subjects = {point.subject for point in points}
    if len(subjects) != 1:
        raise TaxonomyError(f"a file holds one subject, and these are of {len(subjects)}")
    courses: dict[str, dict[str, list[str]]] = {}
    for point in points:
        courses.setdefault(point.course, {}).setdefault(point.sub_course, []).append(point.name)
    content = {"subject": subjects.pop(), "courses": courses}
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=98))
