"""The places of a text at which words may be proposed, and the lines that each has. Pure.

A place is the title, a block, a demand that a block prints, or a footnote. Its lines are all its
texts in order: inline Markdown, but the title and a quote's source, which are plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from api.errors import Code, Fault, Invalid, point
from api.infra.text import characters
from api.portable.rules import printing
from api.portable.rules.diff import Version
from api.portable.rules.printing import PrintedDemands
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock, PortableDocument

TITLE = "title"
PLAIN = frozenset({"title", "source"})
_MAY_GO = frozenset({"lead", "source", "rationale"})  # an empty line takes it out
_KINDS = ("paragraph", "heading", "quote", "list", "demands", "cases")


@dataclass(frozen=True)
class TextPlace:
    """A place of a text: `names` says of each line what it is, as the format calls it."""

    target: str  # "title", "block/<id>", "demand/<id>", "footnote/<label>"
    kind: str
    lines: tuple[str, ...]
    names: tuple[str, ...]

    def require(self, lines: Sequence[str]) -> None:
        """Raise Invalid, pointing at `/lines`, where lines do not fit this place."""
        if faults := list(self._faults(lines)):
            raise Invalid("These lines do not fit their place.", faults)

    def fits(self, lines: Sequence[str]) -> bool:
        """Tell whether lines may stand here."""
        return next(self._faults(lines), None) is None

    def _faults(self, lines: Sequence[str]) -> Iterator[Fault]:
        if not self.names:
            what = "This block has no words of its own: propose words for what it prints."
            yield Fault("/lines", Code.CONFLICT, what)
            return
        has_items, needed = self.kind == "list", len(self.names)
        if has_items:
            needed = len(self.names) - self.names.count("items") + 1
        if len(lines) < needed or (len(lines) > needed and not has_items):
            count = f"{needed} line{'s' * (needed > 1)}{' or more' * has_items}"
            what = f"This place has {count}, and {len(lines)} came: give all of them, in order."
            code = Code.TOO_FEW if len(lines) < needed else Code.TOO_MANY
            yield Fault("/lines", code, what)
            return
        for number, (name, line) in enumerate(zip(self._named(lines), lines, strict=True)):
            yield from (fault.below(point("lines", number)) for fault in _faults_of(name, line))

    def _named(self, lines: Sequence[str]) -> Sequence[str]:
        """Return what each of new lines is: of a list there may be more or fewer."""
        if self.kind != "list":
            return self.names
        led = [name for name in self.names if name != "items"]
        return [*led, *(["items"] * (len(lines) - len(led)))]

    def named(self, lines: Sequence[str]) -> dict[str, list[str]]:
        """Return lines that fit by what they are."""
        found: dict[str, list[str]] = {}
        for name, line in zip(self._named(lines), lines, strict=True):
            found.setdefault(name, []).append(line)
        return found


def _faults_of(name: str, line: str) -> Iterator[Fault]:
    if unkept := characters.unkept(line):
        yield Fault("", Code.BAD_CHARACTER, unkept)
    elif not line.strip() and name not in _MAY_GO:
        what = "This must not be empty: write it, or propose to leave the block out."
        yield Fault("", Code.TOO_SHORT, what)
    elif name not in PLAIN:
        yield from (Fault("", Code.BAD_MARKUP, what) for what in markdown.faults(line))


class Places:
    """The places of one text, found by their names."""

    def __init__(self, version: Version) -> None:
        """Note where the blocks and demands of a text stand."""
        self.document = version.document
        self.block_at = {one: place for place, one in enumerate(version.ids)}
        lists = self.document.get("demand_lists", [])
        self._demand_at = {
            demand["id"]: (place, number)
            for place, asked in enumerate(lists)
            for number, demand in enumerate(asked["demands"])
        }

    def find(self, target: str) -> TextPlace | None:
        """Return a place, or None where the text has none of this name."""
        sort, _, name = target.partition("/")
        if target == TITLE:
            return TextPlace(target, TITLE, (self.document["title"],), (TITLE,))
        if sort == "block" and name in self.block_at:
            return _of_block(target, self.document["body"][self.block_at[name]])
        if sort == "demand" and name in self._demand_at:
            place, number = self._demand_at[name]
            demand = self.document["demand_lists"][place]["demands"][number]
            said = [("text", demand["text"]), ("rationale", demand.get("rationale", ""))]
            return _place(target, "demand", said)
        notes = self.document.get("footnotes", {})
        if sort == "footnote" and name in notes:
            return TextPlace(target, "footnote", (notes[name],), ("text",))
        return None

    def filled(self, given: Mapping[str, Sequence[str]]) -> PortableDocument:
        """Return the text with other lines in some places; they fit, and the places are there."""
        document, body = self.document, list(self.document["body"])
        notes, lists = dict(document.get("footnotes", {})), _copied(document)
        for target, lines in given.items():
            place = cast("TextPlace", self.find(target))
            named, name = place.named(lines), target.partition("/")[2]
            if place.kind in _KINDS:
                body[self.block_at[name]] = _block(body[self.block_at[name]], place.kind, named)
            elif place.kind == "demand":
                at, number = self._demand_at[name]
                lists[at]["demands"][number] = _put(lists[at]["demands"][number], named)
            elif place.kind == "footnote":
                notes[name] = named["text"][0]
            else:
                document = {**document, "title": named[TITLE][0]}
        found: Any = {**document, "body": body}
        found |= {"footnotes": notes} if notes else {}
        found |= {"demand_lists": lists} if lists else {}
        return cast("PortableDocument", found)


def lines_of(version: Version, target: str) -> tuple[str, ...] | None:
    """Return the lines of a place; None: the text has no such place."""
    place = Places(version).find(target)
    return place.lines if place else None


def targets_of(version: Version) -> list[TextPlace]:
    """Return the places of a text in the order in which they print."""
    return list(dict.fromkeys(_printed(version)))


def _printed(version: Version) -> Iterator[TextPlace]:
    places, printed = Places(version), printing.resolve(version.document)
    targets = [TITLE]
    for one, block in zip(version.ids, printed["blocks"], strict=True):
        targets.append(f"block/{one}")
        if block["type"] == "demands":
            targets += [f"demand/{each}" for each in _demand_ids(block)]
    targets += [f"footnote/{note['label']}" for note in printed["footnotes"]]
    yield from (place for target in targets if (place := places.find(target)))


def _demand_ids(block: PrintedDemands) -> Iterator[str]:
    return (demand["id"] for listed in block["lists"] for demand in listed["demands"])


def kind_of(block: PortableBlock) -> str:
    """Return the key that names a block."""
    return next(key for key in _KINDS if key in block)


def _of_block(target: str, block: PortableBlock) -> TextPlace:
    kind = kind_of(block)
    part: Any = block[kind]  # type: ignore[literal-required] # one of its own keys
    if isinstance(part, str):
        return TextPlace(target, kind, (part,), ("text",))
    pairs = [("lead", part.get("lead", ""))]
    if kind == "quote":
        pairs += [("text", part["text"]), ("source", part.get("source", ""))]
    for item in part.get("items", []):
        pairs.append(("items", item if kind == "list" else item["text"]))
    return _place(target, kind, pairs)


def _place(target: str, kind: str, pairs: Sequence[tuple[str, str]]) -> TextPlace:
    there = [(name, line) for name, line in pairs if line or name not in _MAY_GO]
    return TextPlace(
        target, kind, tuple(line for _, line in there), tuple(name for name, _ in there)
    )


def _block(block: PortableBlock, kind: str, named: Mapping[str, list[str]]) -> PortableBlock:
    part: Any = block[kind]  # type: ignore[literal-required] # one of its own keys
    if isinstance(part, str):
        return cast("PortableBlock", {**block, kind: named["text"][0]})
    written: dict[str, list[Any]] = {}
    if "items" in named:
        written["items"] = list(named["items"])
    if kind == "cases" and written:
        items = zip(part["items"], named["items"], strict=True)
        written["items"] = [{**item, "text": line} for item, line in items]
    rest = {name: lines for name, lines in named.items() if name != "items"}
    return cast("PortableBlock", {**block, kind: {**_put(part, rest), **written}})


def _put(part: Any, named: Mapping[str, list[str]]) -> Any:
    """Return a part with other texts; one that may go and is empty has gone."""
    said = {name: lines[0] for name, lines in named.items()}
    gone = {name for name, line in said.items() if name in _MAY_GO and not line.strip()}
    return {name: value for name, value in {**part, **said}.items() if name not in gone}


def _copied(document: PortableDocument) -> Any:
    return [
        {**asked, "demands": list(asked["demands"])} for asked in document.get("demand_lists", [])
    ]
