"""Whether a document may be kept: its schema, and every rule that a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from api.errors import Code, Fault, Invalid, point
from api.infra.pdf import fonts
from api.infra.text import characters, languages
from api.portable.rules import naming, printing, references, schema, walk
from api.portable.rules.printing import Printed
from api.portable.rules.signing import SignatoryLine
from api.portable.rules.walk import Leaf
from api.texts.rules import markdown
from api.texts.rules.document import PortableDocument

MOST_STOPS = 40_000  # signs of Markdown in one document; reading them all takes a second
MOST_FAULTS = 1_000  # of the schema: who has more has not begun

_DROPPED = ("aliases", "sources", "summary", "born")  # a redacted export leaves them out of a case


@dataclass(frozen=True, slots=True)
class Checked:
    """What must be mended, and what somebody should look at once more."""

    faults: list[Fault]
    warnings: list[Fault]


def require(document: Mapping[str, object]) -> tuple[PortableDocument, list[Fault]]:
    """Return a document that keeps every rule, and its warnings; raise Invalid with all faults."""
    checked = check(document)
    if checked.faults:
        count = len(checked.faults)
        raise Invalid(
            f"The document breaks {count} rule{'s' * (count > 1)} of the format; nothing is kept.",
            checked.faults,
        )
    return as_sound(document), checked.warnings


def as_sound(document: Mapping[str, object]) -> PortableDocument:
    """Return a document that was checked as what it is then."""
    return cast("PortableDocument", document)


def check(document: Mapping[str, object]) -> Checked:
    """Return every fault and warning of a document, each with its JSON Pointer."""
    faults = list(islice(schema.faults(document), MOST_FAULTS))
    if len(faults) == MOST_FAULTS:
        return Checked(
            [*faults, Fault("", Code.MORE_FAULTS, "There may be more faults: mend these first.")],
            [],
        )
    fields = list(walk.leaves_of(document))
    unkept = list(_characters(fields))
    if unkept:  # what cannot be kept as text can be read no further
        return Checked(_once(faults + unkept), [])
    faults += _glyphs(fields)
    faults += _language(document)
    faults += _countries(document, fields)
    faults += _redaction(document)
    faults += references.faults(document)
    if _is_wall_of_marks(fields):
        text = f"The document may hold {MOST_STOPS:,} signs like * _ [ ] at most: split it."
        return Checked(_once([*faults, Fault("", Code.TOO_MANY, text)]), [])
    faults += _markdown(fields, {fault.pointer for fault in faults})
    faults += references.footnote_faults(document, fields)
    hidden = naming.hidden(document)
    named, warnings = naming.in_fields(fields, hidden)
    faults += named
    if faults:
        return Checked(_once(faults), _once(warnings))
    sound = as_sound(document)
    warnings += references.warnings(sound)
    printed, lines = printing.resolve(sound), printing.signatories(sound)["lines"]
    finished = [
        *naming.in_finished(printed, lines, hidden),
        *_words_of_the_language(printed, lines),
    ]
    return Checked(_once(finished), _once(warnings))


def _once(faults: Iterable[Fault]) -> list[Fault]:
    return list(dict.fromkeys(faults))


def _characters(fields: Iterable[Leaf]) -> Iterator[Fault]:
    for leaf in fields:
        for text in (leaf.text, *(key for key in leaf.path if isinstance(key, str))):
            if unkept := characters.unkept(text):
                yield Fault(leaf.pointer, Code.BAD_CHARACTER, unkept)


def _glyphs(fields: Iterable[Leaf]) -> Iterator[Fault]:
    """Yield what would print as an empty box; aliases and sources never print."""
    for leaf in fields:
        if not leaf.prints or leaf.text.isascii():
            continue
        if lacking := fonts.unprintable(leaf.text):
            yield Fault(
                leaf.pointer, Code.NO_FONT, f"No font has {lacking}: write it in another way."
            )


def _language(document: Mapping[str, object]) -> Iterator[Fault]:
    tag = document.get("language")
    if isinstance(tag, str) and not languages.is_language(tag):
        what = "CLDR knows no such language: give a tag like en, ru or uz-Latn."
        yield Fault("/language", Code.NOT_A_LANGUAGE, what)


def _words_of_the_language(printed: Printed, lines: list[SignatoryLine]) -> Iterator[Fault]:
    """Yield what CLDR writes (days, countries) where no font has the language's letters."""
    words = "".join(leaf.text for leaf in walk.leaves_of([printed, lines]))
    if lacking := fonts.unprintable(words):
        what = f"No font has {lacking}, which this language's days or countries are written with"
        yield Fault("/language", Code.NO_FONT, f"{what}: choose another.")


def _countries(document: Mapping[str, object], fields: Iterable[Leaf]) -> Iterator[Fault]:
    for leaf in fields:
        last = leaf.kind.rsplit("/", 2)
        is_code = last[-1] == "country" or last[-2:] == ["countries", "*"]
        if is_code and leaf.path[0] != "footnotes":
            yield from _country(leaf.text, leaf.pointer)
    coalition = walk.inside(document, "coalition")
    for code in walk.inside(coalition, "country_names"):
        yield from _country(code, point("coalition", "country_names", code))


def _country(code: str, pointer: str) -> Iterator[Fault]:
    # What is not two capital letters is the schema's own fault.
    if code.isascii() and code.isalpha() and code.isupper() and code not in languages.COUNTRIES:
        what = f"{code[:2]} is no country's code (ISO 3166-1): KZ is Kazakhstan's."
        yield Fault(pointer, Code.NOT_A_COUNTRY, what)


def _redaction(document: Mapping[str, object]) -> Iterator[Fault]:
    """Yield what a redacted document still tells of somebody it must not tell of."""
    if document.get("redacted") is not True:
        return
    for place, case in walk.entries(document, "cases"):
        if case.get("may_be_named") is False:
            yield from _told(case, place)
    for place, one in walk.entries(document, "signatories"):
        if str(one.get("visibility")) in {"coalition", "anonymous"}:
            what = "A redacted document counts this signatory in withheld: take the entry out."
            yield Fault(point("signatories", place), Code.HIDDEN_NAME, what)


def _told(case: Mapping[str, object], place: int) -> Iterator[Fault]:
    for key in _DROPPED:
        if key in case:
            what = "A redacted document does not tell this of a case that may not be named."
            yield Fault(point("cases", place, key), Code.HIDDEN_NAME, f"{what} Take it out.")
    if "public_label" in case and case["public_label"] != case.get("name"):
        what = "In a redacted document the name of this case is its public label."
        yield Fault(point("cases", place, "name"), Code.HIDDEN_NAME, what)


def _is_wall_of_marks(fields: Iterable[Leaf]) -> bool:
    texts = (leaf.text for leaf in fields if leaf.kind in walk.MARKDOWN)
    return sum(map(markdown.stops, texts)) > MOST_STOPS


def _markdown(fields: Iterable[Leaf], told: set[str]) -> Iterator[Fault]:
    """Yield what is not inline Markdown, and addresses that may not be linked to."""
    for leaf in fields:
        if leaf.kind in walk.MARKDOWN:
            yield from (
                Fault(leaf.pointer, Code.BAD_MARKUP, what) for what in markdown.faults(leaf.text)
            )
        elif leaf.kind != "body/*/quote/url" or leaf.pointer in told:
            continue
        elif not markdown.is_address(leaf.text):
            yield Fault(
                leaf.pointer, Code.NOT_A_URL, "A source's address starts with https:// or http://."
            )
