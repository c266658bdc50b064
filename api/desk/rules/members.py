"""The facts of the screens of members, organisations, who may commit them, and addressees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.desk.rules.tables import Listing
from api.desk.rules.typed_facts import several
from api.pages.rules import forms
from api.pages.rules.facts import Anchor, Form
from api.pages.rules.forms import Sent

PERSON = ("name", "email", "role", "language", "left_on")
ADDRESSEE = ("name", "title", "organisation", "country", "salutation", "email")
MEMBERSHIP = ("role", "since", "until")
_INVITED = ("name", "email", "language", "note", *MEMBERSHIP)


@dataclass(frozen=True, kw_only=True)
class MembersScreen:
    """One of the lists of the area: members, organisations, invitations, the directory."""

    title: str
    tabs: Sequence[Anchor]
    rows: Listing
    lead: str = ""
    step: str = ""  # the address of the next step
    step_words: str = ""
    nothing: str = ""  # the key of what an empty list says
    count: int = 0  # that it says
    kind: str = ""  # of the table that can be brought


@dataclass(frozen=True, kw_only=True)
class MembershipScreen:
    """A membership, and the organisation."""

    name: str
    member_id: str
    organisation_id: str
    version: int
    facts: Sequence[tuple[str, str]]
    has_left: bool


@dataclass(frozen=True, kw_only=True)
class OrganisationScreen:
    """An organisation, and who may commit it."""

    name: str
    organisation_id: str
    facts: Sequence[tuple[str, object]]
    is_member: bool  # now, or it was
    may_be_invited: bool
    people: Listing | None  # None: for who may not see them
    version: int
    logo: str = ""  # its address; "": it has none
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class MemberFormScreen:
    """A form of the area; its template has the fields."""

    title: str
    back: str
    back_words: str
    button: str
    values: Mapping[str, str]
    lead: str = ""
    version: int | None = None
    languages: Sequence[tuple[str, str]] = ()
    roles: Sequence[tuple[str, str, str]] = ()
    hidden: Sequence[tuple[str, str]] = ()  # fields that carry on where the form leads back to
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, kw_only=True)
class AddresseeScreen:
    """An addressee."""

    name: str
    addressee_id: str
    facts: Sequence[tuple[str, str]]


def membership(sent: Sent) -> dict[str, object]:
    """Return role and days of a membership."""
    given = {name: forms.one(sent, name) for name in MEMBERSHIP}
    days = {
        "until": given["until"] or None,
        **({"since": given["since"]} if given["since"] else {}),
    }
    return {"role": given["role"], **days}


def invitation(sent: Sent) -> dict[str, object]:
    """Return whom an invitation is sent to, and as what."""
    needed = {name: forms.one(sent, name) for name in ("name", "email", "role")}
    return {**forms.tidied(sent, _INVITED), **needed}


def person(sent: Sent) -> dict[str, object]:
    """Return who may commit an organisation."""
    needed = {name: forms.one(sent, name) for name in ("name", "email")}
    return {**forms.tidied(sent, PERSON), **needed}


def addressee(sent: Sent) -> dict[str, object]:
    """Return an official or body."""
    return {**forms.tidied(sent, ADDRESSEE), "name": forms.one(sent, "name")}


def organisation(sent: Sent, *, says_two: bool) -> dict[str, object]:
    """Return an organisation as its form has it; a language without a name is left out."""
    names = {name[6:]: forms.one(sent, name) for name in sent if name.startswith("names.")}
    return {
        "names": {tag: name for tag, name in names.items() if name},
        "aliases": several(sent, "aliases"),
        "is_public": "yes" in sent.get("is_public", ()),
        **forms.tidied(sent, ("acronym", "country", "website", "zone")),
        **({"needs_two": "yes" in sent.get("needs_two", ())} if says_two else {}),
    }
