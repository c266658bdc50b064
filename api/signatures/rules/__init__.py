"""What counts, who sees what of it, and the table (CSV) that signatories come and go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.parser import BytesHeaderParser
from enum import StrEnum
from typing import Any, cast

from api.infra import clock
from api.infra.tables import csv_files
from api.infra.tables.layouts import Layout
from api.infra.text import countries, spelling
from api.portable.rules import names, signing
from api.signatures.models import Signature, SignatureState, Visibility
from api.texts.rules.document import PortableDocument, PortableSignatory

PRINTED_FIELDS = ("name", "acronym", "role", "affiliation", "as_printed", "reservation")
IDENTITY_FIELDS = (*PRINTED_FIELDS, "represented_by", "email")
SAID = "said"  # of an identity: which defaults its file wrote out, so that it comes back equal
DEFAULTS = {"lead": False, "visibility": Visibility.PUBLIC.value}

Identity = dict[str, Any]  # IDENTITY_FIELDS that are known, and SAID
Signatory = dict[str, Any]  # an entry of a document's `signatories`, and what an export adds


class Audience(StrEnum):
    """For whom an output is made."""

    PUBLIC = "public"  # everybody, and the coalition's own editors and viewers
    COORDINATOR = "coordinator"
    GLANCE = "glance"  # coordinators before a list: every row, and names as everybody sees them


SHOWN: Mapping[Audience, tuple[Visibility, ...]] = {
    Audience.PUBLIC: (Visibility.PUBLIC, Visibility.INITIALS),
    Audience.COORDINATOR: tuple(Visibility),
    Audience.GLANCE: tuple(Visibility),
}
PRINTED = SHOWN[Audience.PUBLIC]  # by name, or by initials

# How a name may appear, from what shows nothing to what shows all.
VISIBILITIES = (
    Visibility.ANONYMOUS,
    Visibility.COALITION,
    Visibility.INITIALS,
    Visibility.PUBLIC,
)


def seen(signature: Signature, identity: Identity | None, audience: Audience) -> Signatory | None:
    """Return all that an audience may know of a signatory; None: only that it counts.

    Every output of a signature passes through here. Queries load the rows of `SHOWN` only, so
    that an identity that is not shown is not even read.
    """
    if signature.visibility not in SHOWN[audience]:
        return None
    known = dict(identity or {})
    said = known.pop(SAID, ())
    if audience is not Audience.COORDINATOR:
        known = _public(known, signature.visibility)
    shown: Signatory = {"kind": signature.kind.value, **known}
    if signature.country is not None:
        shown["country"] = signature.country
    for field, value in (("lead", signature.lead), ("visibility", signature.visibility.value)):
        if value != DEFAULTS[field] or field in said:
            shown[field] = value
    return shown


def _public(known: Identity, visibility: Visibility) -> Identity:
    if visibility not in PRINTED:
        return {}
    if visibility is Visibility.INITIALS:
        letters = names.initials(known.get("name", ""))
        return {"name": letters} if letters else {}
    return {field: known[field] for field in PRINTED_FIELDS if field in known}


def portable(
    shown: Signatory, audience: Audience, document: PortableDocument
) -> PortableSignatory | None:
    """Return what was seen as an entry of a portable document; None where it has no line.

    Initials get their line as `as_printed`: whoever reads a redacted file cannot compose it.
    """
    named = {field: value for field, value in shown.items() if field != "email"}
    entry = cast("PortableSignatory", named)  # which `shown` is but for that
    if audience is Audience.COORDINATOR:
        return entry
    if "name" not in entry:  # a name without a letter has no initials
        return None
    if entry.get("visibility") == Visibility.INITIALS.value:
        lines = signing.signatories({**document, "signatories": [entry]})
        entry["as_printed"] = lines["lines"][0]["text"]
    return entry


def identity_of(facts: Mapping[str, object]) -> Identity:
    """Return what of a signatory's facts is sealed."""
    fields = (*IDENTITY_FIELDS, SAID)
    return {field: facts[field] for field in fields if facts.get(field) is not None}


def said(entry: Mapping[str, object]) -> list[str] | None:
    """Return which defaults a portable entry wrote out."""
    return [field for field, value in DEFAULTS.items() if entry.get(field) == value] or None


def nameless(facts: Mapping[str, object]) -> str | None:
    """Return what to do where a signatory has no name and is not anonymous."""
    if facts.get("name") or facts["visibility"] == Visibility.ANONYMOUS:
        return None
    return "Give the name, or the visibility anonymous."


class EffectiveState(StrEnum):
    """Whether a signature is counted now.

    `waiting`: the text was changed materially after it was given.
    """

    COUNTED = "counted"
    WAITING = "waiting"
    HELD = "held"
    REJECTED = "rejected"
    INVALIDATED = "invalidated"
    WITHDRAWN = "withdrawn"


def effective_state(state: SignatureState, given_for: int, counted_from: int) -> EffectiveState:
    """Tell whether a signature that was given for a revision counts."""
    if state is not SignatureState.CONFIRMED:
        return EffectiveState(state.value)
    return EffectiveState.COUNTED if given_for >= counted_from else EffectiveState.WAITING


def why(stands: EffectiveState, given_for: int, counted_from: int) -> str | None:
    """Return why a signature waits, and what ends it."""
    if stands is not EffectiveState.WAITING:
        return None
    return (
        f"It was given for revision {given_for}, and revision {counted_from} changed the text"
        " materially. Ask the signatory, then confirm it."
    )


LEAST_IN_CELL = 5


def cells_to_show(counts: Mapping[str, int], audience: Audience) -> dict[str, int]:
    """Return counts by country, without those that could point at a person.

    The total is known, so what is left out can be added up. One small cell alone, or a few of one
    or two, would be known by that: the smallest of the others is left out with them.
    """
    least = LEAST_IN_CELL if audience is Audience.PUBLIC else 1
    shown = {code: count for code, count in sorted(counts.items()) if count >= least}
    hidden = [count for count in counts.values() if 0 < count < least]
    while shown and hidden and (len(hidden) == 1 or sum(hidden) < least):
        hidden.append(shown.pop(min(shown, key=lambda code: shown[code])))
    return shown


def days_to_show(counts: Mapping[str, int], audience: Audience) -> dict[str, int]:
    """Return how many counted by the end of each day.

    For the public, days on which fewer than five came go together with the next.
    """
    least = LEAST_IN_CELL if audience is Audience.PUBLIC else 1
    told: dict[str, int] = {}
    total = since = 0
    for day, count in sorted(counts.items()):
        total, since = total + count, since + count
        if since >= least:
            told[day], since = total, 0
    if since and told:
        told.popitem()  # else the last days could be known from the total
    return told


def searched(identity: Identity) -> str:
    """Return the index of an identity in which any spelling is found."""
    by = identity.get("represented_by") or {}
    texts = [identity.get(field) for field in PRINTED_FIELDS]
    return spelling.index_of(filter(None, [*texts, by.get("name")]))


def sameness(kind: str, identity: Identity) -> tuple[str, str, str] | None:
    """Return a key that equal signatories of one statement share; None for the nameless."""
    name = identity.get("name")
    with_whom = spelling.exact(identity.get("affiliation") or "")
    return (kind, spelling.exact(name), with_whom) if name else None


def sound(kind: str, identity: Identity) -> tuple[str, ...] | None:
    """Return a key that signatories share who sound alike, and are two; None for the nameless."""
    name, with_whom = identity.get("name"), identity.get("affiliation") or ""
    return ("sound", kind, *map(spelling.folded, (name, with_whom))) if name else None


# What scanners make, by how its first bytes look.
SCANS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}
MAIL, NOTE = "message/rfc822", "text/plain"
EVIDENCE = {
    **{kind: kind.rpartition("/")[2] for kind in SCANS},
    MAIL: "eml",
    NOTE: "txt",
}  # endings
OF_ANSWERS = (MAIL, NOTE)  # not of what was signed on paper
MOST_OF_A_SCAN = 20_000_000  # bytes


def scan_type(content: bytes) -> str | None:
    """Return what a scan is by its own bytes; None where it is no scan."""
    return next((kind for kind, start in SCANS.items() if content.startswith(start)), None)


def evidence_type(content: bytes, said: str) -> str | None:
    """Return what evidence is by its own bytes: a scan, a mail or a note, which only `said` parts.

    None: it is nothing that is kept.
    """
    found = scan_type(content)
    if found is not None or b"\0" in content:
        return found
    if said == MAIL:
        headers = {name.casefold() for name in BytesHeaderParser().parsebytes(content)}
        return MAIL if headers >= {"from", "date"} else None
    return said if said == NOTE and _is_text(content) else None


def _is_text(content: bytes) -> bool:
    try:
        return bool(content.decode("utf-8").strip())
    except UnicodeDecodeError:
        return False


# The table. Header names, in the order in which they are written; any order is read.
COLUMNS = (
    "kind", "name", "acronym", "role", "affiliation", "country", "lead", "visibility",
    "as_printed", "reservation", "represented_by", "represented_by_role", "email", "day",
)  # fmt: skip
MOST_BYTES = 5_000_000


def _facts(cells: Mapping[str, str]) -> dict[str, object]:
    texts = {column: text for column, cell in cells.items() if (text := cell.strip())}
    facts: dict[str, object] = dict(texts)
    for column in {"kind", "visibility"} & texts.keys():
        facts[column] = texts[column].casefold()
    if "lead" in texts:
        facts["lead"] = csv_files.truth(texts["lead"])
    if "country" in texts:
        facts["country"] = countries.code_or(texts["country"])
    by = {"name": facts.pop("represented_by", None), "role": facts.pop("represented_by_role", None)}
    if given := {key: text for key, text in by.items() if text}:
        facts["represented_by"] = given
    return facts


def _column_of(keys: Sequence[str]) -> str:
    """Return the column that a place in a line's facts came from."""
    if tuple(keys[:2]) == ("represented_by", "role"):
        return "represented_by_role"
    return keys[0] if keys else ""


LAYOUT = Layout(
    COLUMNS, _facts, ("kind",), holds="organisation or individual", column_of=_column_of
)


def cells_of(shown: Signatory) -> dict[str, str | None]:
    """Return a signatory, with its day, as the cells of a line."""
    by = shown.get("represented_by") or {}
    facts = {**DEFAULTS, **shown}
    return {
        **facts,
        "lead": "true" if facts["lead"] else "false",
        "represented_by": by.get("name"),
        "represented_by_role": by.get("role"),
    }


# What the addressee of a statement gets: what prints.
CLEAN = (
    "kind", "name", "acronym", "role", "affiliation", "country", "as_printed", "reservation", "day",
)  # fmt: skip


def clean(shown: Signatory, day: date) -> Signatory:
    """Return what prints of a signatory, and since when."""
    return {field: shown[field] for field in CLEAN if field in shown} | {"day": day.isoformat()}


# What a mailing tool gets of who signed, and the columns of its table.
OF_CRM = ("kind", "name", "acronym", "role", "affiliation", "country", "visibility", "email")
CRM_COLUMNS = (
    "id", *OF_CRM, "language", "source", "day", "consent_signing", "consent_name",
    "consent_mailings",
)  # fmt: skip


def crm_cells(facts: Signatory) -> dict[str, str | None]:
    """Return a signatory as the cells of a mailing tool's line: of each consent its day."""
    cells = {**DEFAULTS, **facts}
    for consent in facts["consents"]:
        column = f"consent_{consent['purpose']}"
        told = " ".join(filter(None, [consent["given_on"], consent.get("organisation")]))
        cells[column] = "; ".join(filter(None, [cells.get(column), told]))
    return cells


def tells_day_only(signature: Signature) -> bool:
    """Tell whether nobody may learn of a signature more than its day: it is not public."""
    is_public = signature.visibility is Visibility.PUBLIC
    return not (is_public and signature.state is SignatureState.CONFIRMED)


def told_at(signature: Signature, at: datetime) -> datetime:
    """Return an instant of a signature, as far as it may be told."""
    return clock.cut(at) if tells_day_only(signature) else at
