"""The shape of the portable statement, as a type checker reads it.

`portable/statement.schema.json` says the same with what each value may be; a test holds the two
together. What has not been checked yet is a `Mapping[str, object]`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class PortableDateline(TypedDict, total=False):
    """Where and on which day (`YYYY-MM-DD`) it is given."""

    place: str
    date: str


class PortableOccasion(TypedDict):
    """What it is written for."""

    name: str
    place: NotRequired[str]
    country: NotRequired[str]
    date: NotRequired[str]


# `and` is a word of Python's
PortableCoalition = TypedDict(
    "PortableCoalition",
    {
        "name": str,
        "slug": NotRequired[str],
        "countries": NotRequired[list[str]],
        "country_names": NotRequired[dict[str, str]],
        "and": NotRequired[str],
    },
)


class PortableAddressee(TypedDict):
    """To whom; each part is plain text."""

    name: str
    title: NotRequired[str]
    organisation: NotRequired[str]
    country: NotRequired[str]
    salutation: NotRequired[str]


class PortableCase(TypedDict):
    """For whom; where it may not be named, `public_label` prints in place of its name."""

    id: str
    name: str
    aliases: NotRequired[list[str]]
    country: str
    occupation: NotRequired[str]
    born: NotRequired[int]
    status: NotRequired[str]
    last_verified: NotRequired[str]
    summary: NotRequired[str]
    sources: NotRequired[list[str]]
    may_be_named: NotRequired[bool]
    public_label: NotRequired[str]


class PortableParty(TypedDict):
    """Of whom something is demanded that is no country."""

    id: str
    name: str
    countries: NotRequired[list[str]]


class PortableDemand(TypedDict):
    """What is demanded; `cases` are ids."""

    id: str
    text: str
    rationale: NotRequired[str]
    kind: NotRequired[str]
    addressee: NotRequired[str]
    cases: NotRequired[list[str]]
    status: NotRequired[str]


class PortableDemandList(TypedDict):
    """What is demanded of a country or of a party."""

    country: NotRequired[str]
    party: NotRequired[PortableParty]
    demands: list[PortableDemand]


class PortableQuote(TypedDict):
    """Another's words; `retrieved` is a day."""

    lead: NotRequired[str]
    text: str
    source: NotRequired[str]
    locator: NotRequired[str]
    url: NotRequired[str]
    retrieved: NotRequired[str]


class PortableItems(TypedDict):
    """A list of inline Markdown."""

    lead: NotRequired[str]
    ordered: NotRequired[bool]
    items: list[str]


class PortableDemands(TypedDict, total=False):
    """Demands in the text: whole lists by country or party, or single ones by their ids."""

    lead: str
    layout: Literal["list", "paragraph"]
    headings: bool
    lists: list[str]
    ids: list[str]


class PortableCasesItem(TypedDict):
    """A written line about cases."""

    text: str
    cases: NotRequired[list[str]]


class PortableCases(TypedDict, total=False):
    """Cases in the text: by their ids, by country, or in written lines."""

    lead: str
    ids: list[str]
    countries: list[str]
    items: list[PortableCasesItem]


class PortableBlock(TypedDict, total=False):
    """A part of the body: beside its id it has one of these keys, and the key is its kind."""

    id: str
    paragraph: str
    heading: str
    quote: PortableQuote
    list: PortableItems
    demands: PortableDemands
    cases: PortableCases


class PortableRepresentative(TypedDict):
    """Who signs for an organisation."""

    name: str
    role: NotRequired[str]


class PortableSignatory(TypedDict):
    """Who signed; as the format has it, an anonymous one has no name."""

    kind: Literal["organisation", "individual"]
    name: NotRequired[str]
    acronym: NotRequired[str]
    role: NotRequired[str]
    affiliation: NotRequired[str]
    country: NotRequired[str]
    as_printed: NotRequired[str]
    reservation: NotRequired[str]
    represented_by: NotRequired[PortableRepresentative]
    lead: NotRequired[bool]
    visibility: NotRequired[Literal["public", "initials", "coalition", "anonymous"]]


class PortableSignatoryList(TypedDict, total=False):
    """How signatories are printed."""

    order: Literal["given", "alphabetical", "country"]
    show_country: bool


class PortableContact(TypedDict):
    """Whom to ask."""

    name: str
    role: NotRequired[str]
    email: NotRequired[str]
    phone: NotRequired[str]


class PortableDocument(TypedDict):
    """A whole statement."""

    format: str
    slug: str
    kind: str
    language: str
    title: str
    theme: NotRequired[str]
    dateline: NotRequired[PortableDateline]
    occasion: NotRequired[PortableOccasion]
    coalition: PortableCoalition
    addressees: NotRequired[list[PortableAddressee]]
    cases: NotRequired[list[PortableCase]]
    demand_lists: NotRequired[list[PortableDemandList]]
    body: list[PortableBlock]
    footnotes: NotRequired[dict[str, str]]
    signatories: NotRequired[list[PortableSignatory]]
    signatory_list: NotRequired[PortableSignatoryList]
    withheld: NotRequired[int]
    contacts: NotRequired[list[PortableContact]]
    redacted: NotRequired[Literal[True]]
    specimen: NotRequired[Literal[True]]
