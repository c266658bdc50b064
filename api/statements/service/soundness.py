"""Whether a document may be a coalition's draft: its rules, and the names that it may not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from api.cases import service as cases
from api.errors import Code, Fault, Invalid
from api.portable.rules import checking, identity, names as labels, secrecy
from api.texts.rules import themes
from api.texts.rules.document import PortableDocument

NAMED = "This names a case that may not be named: write its public label."
BODY = "/document"  # where a request or an answer holds it


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
