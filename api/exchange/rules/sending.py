"""What went out as a file of Word: its paragraphs, and which place each prints. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from api.documents.rules import outline
from api.exchange.rules import atoms
from api.exchange.rules.atoms import WordPassage
from api.infra.word import aligning
from api.infra.word.text import WordParagraph, WordPiece, WordText
from api.portable.rules import printing
from api.portable.rules.diff import Version
from api.portable.rules.printing import PrintedBlock, PrintedDemands, PrintedQuote
from api.texts.rules import markdown
from api.texts.rules.document import PortableBlock
from api.texts.rules.words import Words, words

TITLE = "title"
_MARK = "_us_{}_{}"


class Region(StrEnum):
    """Where a paragraph stands: over the blocks, among them or under them, or in a footnote."""

    HEAD = "head"
    BODY = "body"
    TAIL = "tail"
    NOTES = "notes"


@dataclass(frozen=True)
class SentPart:
    """A part of a paragraph: a line of a place of the text, or None where it is made from data."""

    target: str | None
    line: int
    passage: WordPassage


@dataclass(frozen=True)
class SentUnit:
    """A paragraph that went out, with its bookmark and the block that it belongs to."""

    region: Region
    parts: Sequence[SentPart]
    name: str | None = None
    block: str | None = None

    @cached_property
    def passage(self) -> WordPassage:
        """All that it says."""
        return atoms.joined(part.passage for part in self.parts)

    @property
    def is_data(self) -> bool:
        """Tell whether nothing of it can be changed in the text itself."""
        return all(part.target is None for part in self.parts)


@dataclass(frozen=True)
class SentText:
    """All that went out: the paragraphs in their order, those of footnotes, and the text."""

    version: Version
    units: Sequence[SentUnit]
    notes: Sequence[SentUnit]
    labels: frozenset[str]
    repeated: frozenset[str] = field(default=frozenset())  # labels that are referred to again

    @property
    def blocks(self) -> list[str]:
        return list(self.version.ids)


def sent_text(version: Version, file: WordText) -> SentText:
    """Return what went out of a text; `file` is how the file that is made of it reads.

    What stands around the blocks is known by that alone; of the blocks the text itself tells more.
    """
    printed = printing.resolve(version.document)
    notes = {note["label"]: note["text"] for note in printed["footnotes"]}
    marked = dict(_marked(version, printed["blocks"], words(printed["language"])))
    said = [text for block in printed["blocks"] for text in printing.texts(block)]
    uses = [label for text in said for label in markdown.footnote_labels(text)]
    return SentText(
        version,
        list(_units(file["paragraphs"], marked)),
        list(_notes(file["notes"], notes)),
        frozenset(notes),
        frozenset(label for label in notes if uses.count(label) > 1),
    )


def words_of(version: Version) -> list[str]:
    """Return the words of the paragraphs of a text's blocks, as they are compared."""
    printed = printing.resolve(version.document)
    marked = _marked(version, printed["blocks"], words(printed["language"]))
    return [aligning.same(unit.passage.words) for _, unit in marked]


def _units(
    paragraphs: Sequence[WordParagraph], marked: Mapping[str, SentUnit]
) -> Iterator[SentUnit]:
    rest = len({name for one in paragraphs for name in one["bookmarks"] if name in marked})
    whole = rest
    for one in paragraphs:
        name = next((name for name in one["bookmarks"] if name in marked), None)
        if name is not None:
            rest -= 1
            yield marked[name]
            continue
        said = atoms.of_runs(one["runs"], _no_label)
        if said:
            region = Region.HEAD if rest == whole else Region.BODY if rest else Region.TAIL
            target = TITLE if TITLE in one["styles"][:1] else None
            yield SentUnit(region, [SentPart(target, 0, said)])


def _no_label(run: WordPiece) -> str | None:
    return "" if "note" in run else None


def _marked(
    version: Version, printed: Sequence[PrintedBlock], said: Words
) -> Iterator[tuple[str, SentUnit]]:
    """Yield the paragraphs of the blocks by their bookmarks, as the body of the file has them."""
    for block_id, block, shown in zip(version.ids, version.document["body"], printed, strict=True):
        place = f"block/{block_id}"
        for number, parts in enumerate(_paragraphs(place, block, shown, said)):
            name = _MARK.format(block_id.replace("-", ""), number)
            yield name, SentUnit(Region.BODY, parts, name, block_id)


def _paragraphs(
    place: str, block: PortableBlock, printed: PrintedBlock, said: Words
) -> Iterator[list[SentPart]]:
    lead = printed.get("lead")
    first = 0
    if lead:
        yield [SentPart(place, 0, atoms.of_line(str(lead)))]
        first = 1
    if printed["type"] == "demands":
        yield from _demands(printed)
    elif printed["type"] == "quote":
        yield from _quote(place, first, printed, said)
    elif printed["type"] in {"list", "cases"}:
        is_written = printed["type"] == "list" or "items" in block.get("cases", {})
        for line, item in enumerate(printed["items"], first):
            yield [SentPart(place if is_written else None, line, atoms.of_line(item))]
    elif printed["type"] in {"paragraph", "heading"}:
        yield [SentPart(place, 0, atoms.of_line(printed["text"]))]


def _quote(place: str, line: int, printed: PrintedQuote, said: Words) -> Iterator[list[SentPart]]:
    yield [SentPart(place, line, atoms.of_line(printed["text"]))]
    source = printed.get("source", "")
    day = printed.get("retrieved")
    about = [
        printed.get("locator"),
        printed.get("url"),
        said.retrieved.format(date=day) if day else None,
    ]
    parts = [SentPart(place, line + 1, atoms.of_plain(source))] if source else []
    if any(about):
        shown = [*("" for _ in parts), *filter(None, about)]
        parts.append(SentPart(None, 0, atoms.of_plain(said.comma.join(shown))))
    if parts:
        yield parts


def _demands(printed: PrintedDemands) -> Iterator[list[SentPart]]:
    if printed["layout"] == "paragraph":
        for one in printed["lists"]:
            lines = [line for demand in one["demands"] for line in _of_demand(demand)]
            yield _joined(lines)
        return
    for _, one in outline.numbered(printed["lists"]):
        if heading := one.get("heading"):
            yield [SentPart(None, 0, atoms.of_plain(heading))]
        for demand in one["demands"]:
            for line in _of_demand(demand):
                yield [line]


def _of_demand(demand: Any) -> Iterator[SentPart]:
    target = f"demand/{demand['id']}"
    yield SentPart(target, 0, atoms.of_line(demand["text"]))
    if why := demand.get("rationale"):
        yield SentPart(target, 1, atoms.of_line(why))


def _joined(lines: Sequence[SentPart]) -> list[SentPart]:
    space = SentPart(None, 0, atoms.space())
    return [part for line in lines for part in (space, line)][1:]


def _notes(
    stories: Mapping[str, Sequence[WordParagraph]], texts: Mapping[str, str]
) -> Iterator[SentUnit]:
    """Yield the paragraphs of footnotes: each tells its label, or has it by its number."""
    for number, story in enumerate(stories.values(), 1):
        for paragraph in story:
            label = label_before(paragraph["runs"]) or str(number)
            if label in texts:
                part = SentPart(f"footnote/{label}", 0, atoms.of_line(texts[label]))
                yield SentUnit(Region.NOTES, [part])


def label_before(runs: Sequence[WordPiece]) -> str | None:
    """Return the label that a footnote's paragraph begins with, if it tells its own."""
    first = next((run for run in runs if run["words"].strip()), None)
    own = first["words"].strip() if first and "is_raised" in first else ""
    return own if markdown.LABEL.fullmatch(own) else None


def said_of(runs: Sequence[WordPiece], label: str | None) -> Sequence[WordPiece]:
    """Return the runs of a footnote's paragraph without the label before them."""
    place = next((n for n, run in enumerate(runs) if run["words"].strip()), 0)
    return runs[place + 1 :] if label else runs
