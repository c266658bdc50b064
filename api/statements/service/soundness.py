"""Whether a document may be a coalition's draft: its rules, and the names that it may not hold."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from api.cases import service as cases
from api.errors import Code, Fault, Invalid
from api.infra.runtime import remembered
from api.portable.rules import checking, identity, names as labels, printing, secrecy
from api.portable.rules.length import TextLength, length
from api.texts.rules import themes
from api.texts.rules.document import PortableDocument

NAMED = "This names a case that may not be named: write its public label."
BODY = "/document"  # where a request or an answer holds it
MOST_REMEMBERED = 1_000  # drafts


@dataclass
class _DraftsSeen:
    """What is known of drafts by hashes that nobody else can make; no word of a text is in it.

    What the check found is not held, for that is said in words of the text. Nor does it say who may
    know what: that is asked of every reader.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    without_warnings: set[bytes] = field(default_factory=set)
    lengths: dict[bytes, TextLength] = field(default_factory=dict)

    def mark(self, document: PortableDocument) -> bytes:
        content = json.dumps(document, sort_keys=True).encode()
        return hashlib.blake2b(content, key=self.key).digest()


def warnings_of(document: PortableDocument) -> list[Fault]:
    """Return the warnings of a draft that was found sound; the check of a long one takes long."""
    seen = remembered(_DraftsSeen)
    mark = seen.mark(document)
    if mark in seen.without_warnings:
        return []
    checked = checking.check(document)
    if not checked.faults and not checked.warnings:
        if len(seen.without_warnings) >= MOST_REMEMBERED:
            seen.without_warnings.clear()
        seen.without_warnings.add(mark)
    return checked.warnings


def length_of(document: PortableDocument) -> TextLength:
    """Return how long a draft is."""
    seen = remembered(_DraftsSeen)
    mark = seen.mark(document)
    if (known := seen.lengths.get(mark)) is not None:
        return known
    if len(seen.lengths) >= MOST_REMEMBERED:
        seen.lengths.clear()
    found = seen.lengths[mark] = length(printing.resolve(document))
    return found


def fit(
    session: Session, coalition_id: UUID, document: Mapping[str, object], *, at: str = BODY
) -> tuple[PortableDocument, list[Fault]]:
    """Return a document that may be this coalition's draft, and its warnings, or raise Invalid."""
    whole, warnings = sound(document, at=at)
    public, _ = secrecy.split(identity.bare(whole))
    if told := secrecy.telling(public, unnamed(session, coalition_id, whole)):
        faults = [Fault(pointer, Code.HIDDEN_NAME, NAMED) for pointer in told]
        raise Invalid(NAMED, below(at, faults))
    return whole, warnings


def sound(
    document: Mapping[str, object], *, at: str = BODY
) -> tuple[PortableDocument, list[Fault]]:
    """Return a document that may be a draft, and its warnings; raise Invalid with every fault."""
    faults = [
        Fault(f"/{key}", Code.UNKNOWN_FIELD, "Leave it out: signatures are entered on their own.")
        for key in ("signatories", "redacted")
        if key in document
    ]
    checked = checking.Checked(faults, []) if faults else checking.check(document)
    if "theme" in document:
        checked.faults.extend(themes.faults(document["theme"]))
    if checked.faults:
        detail = "The document breaks rules; docs/format.md has them."
        raise Invalid(detail, below(at, checked.faults))
    return checking.as_sound(document), checked.warnings


def unnamed(session: Session, coalition_id: UUID, document: PortableDocument) -> set[str]:
    """Return the names that no text of a coalition may hold, with those of one draft."""
    names = {name for entry in cases.hidden(session, coalition_id) for name in entry.names}
    for case in document.get("cases", ()):
        names.update(() if case.get("may_be_named", True) else labels.called(case))
    return names


def must_name_nobody(session: Session, coalition_id: UUID, text: str | None, where: str) -> None:
    """Refuse what people are written that names a case which may not be named."""
    if cases.unnamed(session, coalition_id).found_in(text or ""):
        raise Invalid(NAMED, [Fault(where, Code.HIDDEN_NAME, NAMED)])


def below(at: str, faults: Iterable[Fault]) -> list[Fault]:
    """Return faults of a document with pointers into what holds it."""
    return [fault.below(at) for fault in faults]
