"""What the forms of the pages send, as the facts that use cases take, and what is wrong with it.

A fault is the name of a field and the key of a sentence (`field.needed`): the page says it in the
reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.errors import Code, Fault
from api.pages.rules.facts import Offer

Sent = Mapping[str, Sequence[str]]

AGAINST = frozenset({"declined", "objected"})
SHOWN = frozenset({"initials", "public"})
ORGANISATION = "organisation"
COMMENT, REPLY = "comment", "reply"
# What a page says of a fault: by its field and code, by its code alone, by its field alone.
SAID = {
    "code.not_found": "code",
    "consent.consent_needed": "tick",
    "country.required": "country",
    "name.required": "name_to_show",
    "printed_name.hidden_name": "other",
    "visibility.consent_needed": "tick_name",
    "visibility.not_a_choice": "initials",
    Code.BAD_CHARACTER: "characters",
    Code.HAS_LINK: "link",
    Code.HIDDEN_NAME: "named",
    Code.NO_FONT: "font",
    Code.NO_LETTERS: "letters",
    Code.NOT_A_CHOICE: "choice",
    Code.NOT_A_COUNTRY: "country",
    Code.NOT_A_URL: "website",
    Code.NOT_AN_EMAIL: "email",
    Code.REQUIRED: "needed",
    Code.SEVERAL_LINES: "characters",
    Code.TOO_LONG: "long",
    Code.TOO_SHORT: "needed",
    "code": "code",
    "consent": "words",
    "country": "country",
    "email": "email",
    "until": "until",
    "visibility": "initials",
    "website": "website",
}


def one(sent: Sent, name: str) -> str:
    """Return what was typed into a field; line breaks are one character, as JSON has them."""
    return next(iter(sent.get(name, ())), "").replace("\r\n", "\n").strip()


def tidied(sent: Sent, names: Iterable[str]) -> dict[str, str | None]:
    """Return fields; what was left empty is None."""
    return {name: one(sent, name) or None for name in names}


def signing(sent: Sent, offer: Offer, language: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the facts of who wants to sign, and what is missing in them."""
    is_organisation = one(sent, "kind") == ORGANISATION
    facts: dict[str, Any] = {
        **tidied(sent, ("name", "role", "affiliation", "country", "email", "visibility", "proof")),
        "kind": ORGANISATION if is_organisation else "individual",
        "language": language,
        "consents": [_consent(value) for value in sent.get("consent", ())],
        "revision_sha256": one(sent, "revision_sha256"),
        "website": one(sent, "website"),
        "receipt": one(sent, "receipt") != "no",
    }
    if is_organisation:
        who = {"name": facts["name"], **({"role": facts["role"]} if facts["role"] else {})}
        facts |= {"name": one(sent, ORGANISATION), "represented_by": who}
        facts |= {"role": None, "affiliation": None}
    return facts, _missing(sent, offer, is_organisation=is_organisation)


def _consent(value: str) -> dict[str, str | None]:
    purpose, _, rest = value.partition(":")
    organisation, _, sha256 = rest.partition(":")
    return {
        "purpose": purpose,
        "organisation_id": organisation or None,
        "words_sha256": sha256,
    }


def _missing(sent: Sent, offer: Offer, *, is_organisation: bool) -> dict[str, str]:
    sentences = {"country": "field.country", "may_commit": "field.may_commit"}
    needed = ["name", "email", "country"]
    if is_organisation:
        needed += [ORGANISATION, "may_commit"]
    faults = {n: sentences.get(n, "field.needed") for n in needed if not one(sent, n)}
    how = one(sent, "visibility")
    if how not in offer.visibilities:
        faults["visibility"] = "field.choice"
    elif is_organisation and how == "initials":
        faults["visibility"] = "field.initials"
    purposes = {value.partition(":")[0] for value in sent.get("consent", ())}
    if "signing" not in purposes:
        faults["consent"] = "field.tick"
    elif how in SHOWN and "name" not in purposes:
        faults["consent"] = "field.tick_name"
    return faults


def refused(faults: Iterable[Fault], *, is_organisation: bool = False) -> dict[str, str]:
    """Return what rules of lower rungs refused, by the field of the form."""
    found: dict[str, str] = {}
    for fault in faults:
        path = fault.pointer.strip("/").split("/")
        name = _field(path, is_organisation=is_organisation)
        found.setdefault(name, sentence(name, fault.code))
    return found


def corrected(faults: Sequence[Fault]) -> dict[str, str]:
    """Return what was refused of a correction, by the field: `by_…` is of who signs for another."""
    start = "/represented_by/"
    by = refused(fault for fault in faults if fault.pointer.startswith(start))
    rest = refused(fault for fault in faults if not fault.pointer.startswith(start))
    return {**rest, **{f"by_{name}": key for name, key in by.items()}}


def _field(path: Sequence[str], *, is_organisation: bool) -> str:
    first = path[0]
    if first == "represented_by":
        return path[-1] if path[-1] in {"name", "role"} else "name"
    if first == "name" and is_organisation:
        return ORGANISATION
    other = {
        "in_personal_capacity": "personal",
        "consents": "consent",
        "kind": "for",
        "reservations": "answer",
    }
    return other.get(first, first)


def sentence(name: str, code: Code) -> str:
    """Return the key of what a page says of a fault in a field."""
    said = (SAID[key] for key in (f"{name}.{code}", code, name) if key in SAID)
    return f"field.{next(said, 'other')}"


def joining(sent: Sent, *, is_named: bool) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return who accepts an invitation and for which organisation, and what is missing."""
    names = ("name", "role") if is_named else ("name", "role", ORGANISATION, "country", "website")
    facts = tidied(sent, names)
    needed = ["name"] if is_named else ["name", ORGANISATION]
    faults = {name: "field.needed" for name in needed if not facts[name]}
    if not is_named and not facts["country"]:
        faults["country"] = "field.country"
    if not one(sent, "may_commit"):
        faults["may_commit"] = "field.may_commit"
    return facts, faults


def answering(sent: Sent, appearances: Sequence[str]) -> tuple[dict[str, object], dict[str, str]]:
    """Return what a member answers, and what is missing in it."""
    answer, reservations = one(sent, "answer"), _reservations(sent)
    is_reserved = answer == "reserved"
    facts = {
        "answer": answer,
        "revision_sha256": one(sent, "revision_sha256"),
        "reservations": reservations,
        "prints_reservation": is_reserved and bool(one(sent, "prints_reservation")),
        "reason": one(sent, "reason") or None if answer in AGAINST else None,
        "shows_logo": "has_logo" not in sent or bool(one(sent, "shows_logo")),
        "visibility": None if answer in AGAINST else one(sent, "visibility") or None,
        "in_personal_capacity": answer not in AGAINST and bool(one(sent, "personal")),
        "printed_name": None if answer in AGAINST else one(sent, "printed_name") or None,
    }
    faults = {}
    if answer not in AGAINST and facts["visibility"] not in appearances:
        faults["visibility"] = "field.choice"
    if answer not in {"approved", "reserved", *AGAINST}:
        faults["answer"] = "field.choice"
    elif is_reserved and not reservations:
        faults["answer"] = "field.reservation"
    elif reservations and not is_reserved:
        faults["answer"] = "field.reservations"
    if answer in AGAINST and not facts["reason"]:
        faults["reason"] = "field.reason"
    return facts, faults


def commenting(sent: Sent) -> dict[str, dict[str, str | None]]:
    """Return what was said, by the field: of the whole text, of its blocks, in reply."""
    found: dict[str, dict[str, str | None]] = {}
    for name in sent:
        kind, _, of = name.partition("/")
        if kind in {COMMENT, REPLY} and (text := one(sent, name)):
            about = "parent_id" if kind == REPLY else "block_id"
            found[name] = {"text": text, about: of or None}
    return found


def _reservations(sent: Sent) -> list[dict[str, str]]:
    """Return what was written below parts of the text, each with the place it is about."""
    start = "reservation"
    found = []
    for name in sent:
        if name.startswith(f"{start}/") and (text := " ".join(one(sent, name).split())):
            block = name.removeprefix(start)
            found.append({"pointer": one(sent, f"place{block}") or block, "text": text})
    return found
