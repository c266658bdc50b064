"""A block of a text as a form, and back: its fields, what was typed there, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from api.desk.rules import drafting, typed_text
from api.errors import Code, Fault, point
from api.pages.rules.facts import Form
from api.pages.rules.forms import Sent, one
from api.texts.rules.document import PortableBlock

FieldSort = Literal["lines", "line", "date", "url", "box", "boxes", "choose"]
Choices = Sequence[tuple[str, str]]

OF_A_QUOTE = ("lead", "text", "source", "locator", "url", "retrieved")
_WHICH = {"demands": ("lists", "ids"), "cases": ("ids", "countries", "items")}
# Fields that a block may have, and that send nothing where nothing is ticked.
NAMED = ("text", "items", "cases", "countries", "ids", "lists")
# Where the form itself is at fault, and not the draft that it would make.
OF_FORM = {point(name) for name in ("find_case", "find_demand", *NAMED)}
_IN_A_LINE, _HIGHEST = 78, 30  # characters; rows
# Where a fault of the format's is in a form whose field has another name.
_FIELDS = {"paragraph": "text", "heading": "text", "headings": "names"}


@dataclass(frozen=True, kw_only=True)
class BlockField:
    """One field of a block's form; its label is `block.<name>`, its hint `block.<name>_hint`."""

    name: str
    sort: FieldSort = "line"
    value: str = ""
    values: Sequence[str] = ()  # that are ticked
    choices: Choices = ()
    optional: bool = False
    has_hint: bool = False
    most: int = 1000

    @property
    def rows(self) -> int:
        """How high it is, for the words in it."""
        lines = sum(1 + len(line) // _IN_A_LINE for line in self.value.split("\n"))
        return max(2, min(lines, _HIGHEST))


@dataclass(frozen=True)
class BlockSources:
    """What blocks can name: demand lists, demands, cases and countries, each by its key."""

    lists: Choices = ()
    demands: Choices = ()
    cases: Choices = ()
    countries: Choices = ()


@dataclass(frozen=True)
class Finds:
    """What was looked for to be put into a block, and found."""

    demands: Sequence[str] = ()
    cases: Sequence[str] = ()


def fields(block: PortableBlock, known: BlockSources) -> list[BlockField]:
    """Return the fields of a block, with what it says."""
    kind = drafting.kind_of(block)
    content: Any = cast("Mapping[str, object]", block)[kind]
    if kind == "heading":
        return [BlockField(name="text", value=content, most=500)]
    if kind == "paragraph":
        return [_words("text", content)]
    lead = BlockField(name="lead", value=content.get("lead", ""), optional=True)
    if kind == "quote":
        return [lead, *_of_a_quote(content)]
    if kind == "list":
        items = _words("items", "\n".join(content["items"]), has_hint=True)
        ordered = BlockField(name="ordered", sort="box", value="yes" * bool(content.get("ordered")))
        return [lead, items, ordered]
    if kind == "demands":
        return [lead, *_of_demands(content, known)]
    return [lead, *_of_cases(content, known)]


def _words(name: str, value: str, **more: Any) -> BlockField:
    return BlockField(name=name, sort="lines", value=value, most=20_000, **more)


def _of_a_quote(quote: Mapping[str, str]) -> list[BlockField]:
    sorts: dict[str, FieldSort] = {"url": "url", "retrieved": "date"}
    about = [
        BlockField(
            name=name, sort=sorts.get(name, "line"), value=quote.get(name, ""), optional=True
        )
        for name in OF_A_QUOTE[2:]
    ]
    return [_words("text", quote["text"]), *about]


def _of_demands(chosen: Mapping[str, Any], known: BlockSources) -> list[BlockField]:
    which = next((key for key in _WHICH["demands"] if key in chosen), "all")
    return [
        BlockField(name="which_demands", sort="choose", value=which),
        BlockField(
            name="lists",
            sort="boxes",
            values=chosen.get("lists", ()),
            choices=known.lists,
            optional=True,
        ),
        BlockField(
            name="ids",
            sort="boxes",
            values=chosen.get("ids", ()),
            choices=known.demands,
            optional=True,
        ),
        BlockField(name="find_demand", optional=True, has_hint=True),
        BlockField(name="layout", sort="choose", value=chosen.get("layout", "list")),
        BlockField(name="names", sort="box", value="yes" * bool(chosen.get("headings", True))),
    ]


def _of_cases(chosen: Mapping[str, Any], known: BlockSources) -> list[BlockField]:
    which = next((key for key in _WHICH["cases"] if key in chosen), "ids")
    items = "\n".join(each["text"] for each in chosen.get("items", ()))
    return [
        BlockField(name="which_cases", sort="choose", value=which),
        BlockField(
            name="cases",
            sort="boxes",
            values=chosen.get("ids", ()),
            choices=known.cases,
            optional=True,
        ),
        BlockField(name="find_case", optional=True, has_hint=True),
        BlockField(
            name="countries",
            sort="boxes",
            values=chosen.get("countries", ()),
            choices=known.countries,
            optional=True,
        ),
        _words("items", items, optional=True, has_hint=True),
    ]


WAYS = {  # what a choice offers; its words are `block.<name>_<value>`
    "which_demands": ("all", "lists", "ids"),
    "which_cases": ("ids", "countries", "items"),
    "layout": ("list", "paragraph"),
}


def read(
    kind: str, sent: Sent, before: PortableBlock | None, finds: Finds = Finds()
) -> list[PortableBlock]:
    """Return what was typed as blocks (`typed_text`). Nothing where there is none.

    What the form does not show of the block before stays as it is.
    """
    if kind == "paragraph":
        return typed_text.blocks(one(sent, "text"))
    if kind == "heading":
        text = " ".join(one(sent, "text").split())
        return [{"heading": text}] if text else []
    known: dict[str, Any] = dict(cast("Mapping[str, Any]", before or {}).get(kind, {}))
    known["lead"] = one(sent, "lead")
    if kind == "quote":
        known |= {name: one(sent, name) for name in OF_A_QUOTE}
    elif kind == "list":
        items, is_counted = typed_text.items(one(sent, "items"))
        known |= {"items": items, "ordered": is_counted or bool(one(sent, "ordered"))}
    elif kind == "demands":
        known = _demands(sent, finds)
    else:
        known = _cases(sent, known, finds)
    kept_empty = {"headings", "text", "items", "lists", "ids", "countries"}
    filled = {name: value for name, value in known.items() if value or name in kept_empty}
    return [cast("PortableBlock", {kind: filled})]


def _lined(sent: Sent, name: str) -> list[str]:
    return [line.strip() for line in one(sent, name).split("\n") if line.strip()]


def unchosen(kind: str, sent: Sent, finds: Finds) -> list[Fault]:
    """Return the fault of a block that says which of its demands or cases print, and names none."""
    which = _which(kind, sent, finds)
    field = "cases" if (kind, which) == ("cases", "ids") else which
    if kind not in _WHICH or which == "all" or any(each.strip() for each in sent.get(field, ())):
        return []
    if which == "ids" and (finds.demands if kind == "demands" else finds.cases):
        return []
    return [Fault(point(field), Code.TOO_FEW, "Nothing is chosen.")]


def _which(kind: str, sent: Sent, finds: Finds) -> str:
    """Return which demands or cases a block is to print; "all" of demands."""
    if finds.demands if kind == "demands" else finds.cases:
        return "ids"
    usual = "all" if kind == "demands" else "ids"
    asked = one(sent, f"which_{kind}")
    return asked if asked in _WHICH.get(kind, ()) else usual


def _demands(sent: Sent, finds: Finds) -> dict[str, Any]:
    which = _which("demands", sent, finds)
    found: dict[str, Any] = {"lead": one(sent, "lead")}
    if which == "lists":
        found["lists"] = list(sent.get("lists", ()))
    elif which == "ids":
        found["ids"] = list(dict.fromkeys([*sent.get("ids", ()), *finds.demands]))
    if one(sent, "layout") == "paragraph":
        found["layout"] = "paragraph"
    if not one(sent, "names"):
        found["headings"] = False
    return found


def _cases(sent: Sent, known: Mapping[str, Any], finds: Finds) -> dict[str, Any]:
    which = _which("cases", sent, finds)
    found: dict[str, Any] = {"lead": one(sent, "lead")}
    if which == "countries":
        return {**found, "countries": list(sent.get("countries", ()))}
    if which == "items":
        about = {each["text"]: each.get("cases") for each in known.get("items", ())}
        lines = [{"text": line, "cases": about.get(line)} for line in _lined(sent, "items")]
        kept = [{key: value for key, value in line.items() if value} for line in lines]
        return {**found, "items": kept}
    return {**found, "ids": list(dict.fromkeys([*sent.get("cases", ()), *finds.cases]))}


def empty(kind: str) -> PortableBlock:
    """Return a block of a kind that says nothing yet, whose form is shown."""
    nothing: dict[str, object] = {
        "paragraph": "",
        "heading": "",
        "quote": {"text": ""},
        "list": {"items": []},
        "demands": {"lists": []},
        "cases": {"ids": []},
    }
    return cast("PortableBlock", {kind: nothing[kind]})


def faults_in(faults: Iterable[Fault], place: int | None, count: int = 1) -> list[Fault]:
    """Return the faults of a save as faults of a block's form; of other places, of the whole form.

    `place` is where the block stands, from 0, and `count` how many it has become.
    """
    found = []
    for fault in faults:
        keys = fault.pointer.strip("/").split("/")
        if keys[:1] == ["document"]:
            keys = keys[1:]
        is_here = (
            place is not None
            and len(keys) > 1
            and keys[0] == "body"
            and keys[1].isdecimal()
            and place <= int(keys[1]) < place + count
        )
        if not is_here:
            found.append(replace(fault, pointer=""))
            continue
        rest = [each for each in keys[2:] if each not in drafting.KINDS[2:]] or ["text"]
        name = "cases" if keys[2:4] == ["cases", "ids"] else _FIELDS.get(rest[0], rest[0])
        found.append(replace(fault, pointer=point(name)))
    return found


@dataclass(frozen=True, kw_only=True)
class WritingBlock:
    """A block as it is written on: its form, and what can be done with it."""

    id: str  # "" of one that is new
    kind: str
    place: int  # from 1
    was: str
    fields: Sequence[BlockField]
    after: str = ""  # where a new one goes
    turns: Sequence[str] = ()
    can_join: bool = False
    can_go_up: bool = False
    can_go_down: bool = False
    can_go: bool = False
    threads: int = 0  # that are open
    form: Form = field(default_factory=Form)
    is_open: bool = False  # its further fields are shown
    now: Sequence[Any] = ()  # what it says now, where somebody else changed it meanwhile
    notes: Sequence[tuple[str, str]] = ()  # footnotes that it refers to

    @property
    def is_words(self) -> bool:
        """Tell whether it is one field of words, shown at once."""
        return self.kind in drafting.TEXTS


def shown(
    block: PortableBlock,
    body: Sequence[PortableBlock],
    known: BlockSources,
    notes: Mapping[str, str],
    **more: Any,
) -> WritingBlock:
    """Return a block of a draft as it is written on."""
    block_id = block.get("id", "")
    place = drafting.place_of(body, block_id)
    before = body[place - 1] if place else None
    kind = drafting.kind_of(block)
    at = len(body) if place is None else place
    is_there = place is not None
    return WritingBlock(
        id=block_id,
        kind=kind,
        place=at + 1,
        was=drafting.mark(block) if is_there else "",
        fields=fields(block, known),
        turns=drafting.turns(kind) if is_there else (),
        can_join=is_there and drafting.can_join(before, block),
        can_go_up=bool(place),
        can_go_down=is_there and at + 1 < len(body),
        can_go=is_there and len(body) > 1,
        notes=[(label, notes[label]) for label in drafting.labels_in(block) if label in notes],
        **more,
    )
