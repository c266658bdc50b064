"""Every text of a document with its place, and what the format says of that place.

Documents come here before anyone knows that they fit the schema: what has another shape than
the format's is passed over, the schema's own check names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from api.errors import point

Path = tuple[str | int, ...]
_Data = TypeVar("_Data")

MARKDOWN = frozenset(
    {
        "body/*/paragraph",
        "body/*/heading",
        "body/*/quote/lead",
        "body/*/quote/text",
        "body/*/list/lead",
        "body/*/list/items/*",
        "body/*/demands/lead",
        "body/*/cases/lead",
        "body/*/cases/items/*/text",
        "demand_lists/*/demands/*/text",
        "demand_lists/*/demands/*/rationale",
        "footnotes/*",
    }
)
PLAIN = frozenset(
    {
        "slug",  # stands in the statement's public address
        "title",
        "dateline/place",
        "occasion/name",
        "occasion/place",
        "coalition/name",
        "coalition/and",
        "coalition/country_names/*",
        "addressees/*/name",
        "addressees/*/title",
        "addressees/*/organisation",
        "addressees/*/salutation",
        "cases/*/name",
        "cases/*/occupation",
        "cases/*/summary",
        "cases/*/public_label",
        "demand_lists/*/party/name",
        "demand_lists/*/demands/*/id",  # marks the demand's place in a web page
        "demand_lists/*/demands/*/addressee",
        "body/*/quote/source",
        "body/*/quote/locator",
        "body/*/quote/url",
        "signatories/*/name",
        "signatories/*/acronym",
        "signatories/*/role",
        "signatories/*/affiliation",
        "signatories/*/as_printed",
        "signatories/*/reservation",
        "contacts/*/name",
        "contacts/*/role",
        "contacts/*/email",
        "contacts/*/phone",
    }
)
_FREE_KEYS = frozenset({"footnotes", "coalition/country_names"})  # their keys are the writer's


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text; `kind` is its path with a star for each place in a list."""

    path: Path
    kind: str
    text: str

    @property
    def pointer(self) -> str:
        return point(*self.path)

    @property
    def prints(self) -> bool:
        return self.kind in PLAIN or self.kind in MARKDOWN


def leaves_of(value: object, path: Path = (), kind: str = "") -> Iterator[Leaf]:
    """Yield every text under a value, in order."""
    if isinstance(value, str):
        yield Leaf(path, kind, value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = "*" if kind in _FREE_KEYS else key
            yield from leaves_of(inner, (*path, key), f"{kind}/{name}" if kind else name)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves_of(inner, (*path, place), f"{kind}/*")


def rewritten(value: _Data, change: Callable[[Path, str], str], path: Path = ()) -> _Data:
    """Return data of the same shape in which each text is what `change` makes of it at its path."""
    found: Any = value
    if isinstance(value, str):
        found = change(path, value)
    elif isinstance(value, dict):
        found = {key: rewritten(inner, change, (*path, key)) for key, inner in value.items()}
    elif isinstance(value, list):
        found = [rewritten(inner, change, (*path, place)) for place, inner in enumerate(value)]
    return cast("_Data", found)


def entries(owner: Mapping[str, object], key: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the objects of a list with their places."""
    return _listed(owner, key, dict)


def words(owner: Mapping[str, object], key: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a list with their places."""
    return _listed(owner, key, str)


def _listed(
    owner: Mapping[str, object], key: str, kind: type[_Data]
) -> Iterator[tuple[int, _Data]]:
    found = owner.get(key)
    for place, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, kind):
            yield place, entry


def inside(owner: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return an object, or an empty one."""
    found = owner.get(key)
    return found if isinstance(found, dict) else {}
