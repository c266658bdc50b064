"""What every document of a statement says beside its text, whatever the format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from api.portable.rules import printing
from api.portable.rules.printing import Printed, PrintedDemandList
from api.portable.rules.signing import Signatories, SignatoryLine
from api.texts.rules import markdown
from api.texts.rules.words import Words

_ABBREVIATED = re.compile(r"(?<!\w)([^\W\d_]\.) (?=[^\W\d_]\.)")  # a letter, before another
_LONG = 48  # characters: more would break every line of two columns twice
_MANY = 200  # names: more are laid out ten times as fast one after the other as in columns
_FEWEST_HEADINGS = 3  # for which a list of contents is worth its place
_LONG_TEXT = 4_000  # characters, three pages with their headings; fewer are leafed through


@dataclass(frozen=True)
class Name:
    """One line of the signatories; where it leads, the words that say so; its reservation."""

    text: str
    mark: str | None
    note: str | None = None


@dataclass(frozen=True)
class Group:
    """Signatories of one sort; the heading is left out where there is only one sort."""

    heading: str | None
    names: tuple[Name, ...]

    @property
    def long(self) -> bool:
        """Tell whether the lines, role and affiliation and all, ask for a column of their own."""
        return sum(len(name.text) for name in self.names) > _LONG * len(self.names)

    @property
    def many(self) -> bool:
        """Tell whether there are so many names that on paper they are run on."""
        return len(self.names) > _MANY


@dataclass(frozen=True)
class OutlineItem:
    """One line of the contents: the id that it leads to, its words, and the lines under it."""

    id: str
    text: str
    under: list[OutlineItem] = field(default_factory=list)


def contents(printed: Printed, signatories: Signatories, words: Words) -> list[OutlineItem]:
    """Return the contents of a long text with headings; of any other, none.

    Under a heading stand the countries and parties of whom something is asked there.
    """
    found: list[OutlineItem] = []
    here = found
    for place, block in enumerate(printed["blocks"], 1):
        if block["type"] == "heading":
            part = OutlineItem(f"part-{place}", bare(block["text"]))
            found.append(part)
            here = part.under
        elif block["type"] == "demands":
            for number, one in enumerate(block["lists"], 1):
                if "heading" in one:
                    here.append(OutlineItem(f"part-{place}-{number}", one["heading"]))
    headings = sum(block["type"] == "heading" for block in printed["blocks"])
    length = sum(len(text) for block in printed["blocks"] for text in printing.texts(block))
    if headings < _FEWEST_HEADINGS or length < _LONG_TEXT:
        return []
    after = (
        ("signatories", words.signatories, signatories["lines"] or signatories["withheld"]),
        ("notes", words.notes, printed["footnotes"]),
        ("contacts", words.contact, printed["contacts"]),
    )
    return [*found, *(OutlineItem(name, heading) for name, heading, is_there in after if is_there)]


def bare(text: str) -> str:
    """Return the words of a heading, its footnote references left out if there is any word."""
    words = Markup(markdown.html(text, lambda _: "")).striptags()  # noqa: S704 - nh3 has cleaned it
    return words or markdown.plain(text)


def mark(printed: Printed, words: Words, *, is_draft: bool) -> str:
    """Return what every page says of itself, such as "Specimen"; mostly nothing."""
    said = {words.specimen: printed["specimen"], words.draft: is_draft}
    return " · ".join(word for word, is_so in said.items() if is_so)


def groups(lines: Sequence[SignatoryLine], words: Words) -> list[Group]:
    """Return the signatories' lines in their order, people and organisations told apart."""
    marks = {"organisation": words.lead_organisation, "individual": words.lead_individual}
    headings = {"organisation": words.organisations, "individual": words.people}
    mixed = len({line["kind"] for line in lines}) > 1
    found = []
    for kind, of_kind in groupby(lines, key=lambda line: line["kind"]):
        names = tuple(
            Name(
                _unbroken(line["text"]),
                marks[kind] if line.get("lead") else None,
                _note(line, words),
            )
            for line in of_kind
        )
        found.append(Group(headings[kind] if mixed else None, names))
    return found


def _unbroken(text: str) -> str:
    """Return a line whose abbreviated legal form ("e. V.", "s. r. o.") no line break parts.

    Initials that follow one another stay together too.
    """
    return _ABBREVIATED.sub("\\1\N{NO-BREAK SPACE}", text)


def _note(line: SignatoryLine, words: Words) -> str | None:
    text = line.get("reservation")
    return words.reservation.format(text=text) if text else None


def withheld(signatories: Signatories, words: Words) -> str | None:
    """Return the sentence for the names that are not shown, or None where all are."""
    count = signatories["withheld"]
    return words.withheld_line(count, alone=not signatories["lines"]) if count else None


def salutations(printed: Printed) -> list[str]:
    """Return the addressees' salutations in their order, each once."""
    found = (one.get("salutation") for one in printed["addressees"])
    return list(dict.fromkeys(text for text in found if text))


def about(parts: Mapping[str, object], keys: Sequence[str], words: Words) -> str:
    """Return the fields that are there, joined: "President, European Council, Belgium"."""
    there = {key: str(parts[key]) for key in keys if parts.get(key)}
    if _ends_with_country(there):
        del there["country"]
    return words.comma.join(there.values())


def _ends_with_country(there: Mapping[str, str]) -> bool:
    """Tell whether the words before a country end with it: "Republic of Kazakhstan".

    Of a person's name that says nothing: it counts where the name stands alone.
    """
    country = there.get("country")
    before = [text for key, text in there.items() if key not in {"name", "country"}]
    before = before or [there.get("name", "")]
    ends = rf"(?<!\w){re.escape(country)}$" if country else ""
    return bool(country) and any(re.search(ends, each, re.IGNORECASE) for each in before)


def numbered(lists: Sequence[PrintedDemandList]) -> Iterator[tuple[int, PrintedDemandList]]:
    """Yield demand lists with the number of their first demand.

    Each list counts from one under its heading; lists without a heading count on, so that
    no number stands twice in one column.
    """
    start = 1
    for one in lists:
        if one.get("heading"):
            start = 1
        yield start, one
        start += len(one["demands"])
