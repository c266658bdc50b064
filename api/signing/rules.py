"""What may be asked of who signs, in which words, and how hard a machine must work to sign."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TypedDict
from uuid import UUID

from api.config import share
from api.errors import Code, Conflict, Fault, Invalid, point
from api.infra.net.rate_limits import Rate
from api.infra.security import codes
from api.signatures.models import Purpose, SignatoryKind, Visibility
from api.signatures.rules import PRINTED, Identity
from api.texts.rules import catalogues
from api.texts.rules.document import PortableRepresentative

# Words that rows hold: kinds of letters and of jobs, and what links and keyed hashes are for.
CONFIRMATION, AGAIN, RECEIPT = "signing.confirmation", "signing.again", "signing.receipt"
TAKE_IN, PART = "signing.take_in", "signing.part"
CONFIRM, OWN = "signature.confirm", "signature.own"
CHALLENGE = "signing.challenge"
# Flags: why a coordinator should look.
SAME, ALIKE, BLOCKED = "same_organisation", "sounds_alike", "blocked"
UNKNOWN = "unknown_address"  # in the name of an entry, by nobody who may commit it

KEPT = timedelta(days=7)  # what nobody confirmed
TOLD_BEFORE = timedelta(days=7)  # that owners have to move the day on which who signed is forgotten
KNOWN_AT_MOST = timedelta(days=36_525)  # a later day is a slip; without one nobody is forgotten
MOST_LETTERS = 3  # to one address in 24 hours, of those that anybody can ask for
WITHIN = timedelta(hours=24)
# Of one address prefix at one statement. A proof of work buys more: an office, a school, Tor.
WITH_PROOF, WITHOUT_PROOF = Rate(30, 300), Rate(6, 40)
TYPING = Rate(10, 40)  # codes that one address prefix may try
# Requests in a minute for one statement, from all over: what makes proofs of work harder.
UNDER_ATTACK, UNDER_HEAVY_ATTACK = 600, 3000
PROOF_KEPT = timedelta(minutes=30)
KEY_KEPT = timedelta(days=2)  # from midnight: what a form sent, for a day at least
MOST_OF_A_PROOF = 4000  # characters
MOST_MAILERS = 40
PROMISE_EVERY = 1.0  # seconds: in each process, what takes in what was received
KNOWN_SECONDS = 1.0  # for so long a process remembers what is asked of a statement
MOST_KNOWN = 1000  # addresses of statements
AT_ONCE = 200  # rows of one transaction
ADDRESS_SIGNS, CODE_SIGNS = 8, 10
FOLDER = share("templates", "consents")


class SigningClosed(Conflict, title="This statement is not open for signing"):
    """It is signed while it is open."""


class TickedConsent(TypedDict):
    """A box that somebody ticked, by the hash of the words beside it."""

    purpose: Purpose
    organisation_id: UUID | None
    words_sha256: str


class GivenConsent(TypedDict):
    """A consent as it is kept with what was sent, until that is confirmed."""

    purpose: str
    organisation_id: str | None
    language: str
    words: str


class SigningRequest(TypedDict, total=False):
    """What somebody sent who wants to sign, as it is kept until it is confirmed."""

    kind: str
    name: str
    acronym: str | None  # of the entry that signs
    role: str
    affiliation: str
    country: str | None
    represented_by: PortableRepresentative
    organisation_id: str
    email: str
    visibility: str
    receipt: bool
    consents: list[GivenConsent]


@dataclass(frozen=True)
class ConsentBox:
    """One box to tick: its purpose, its words, and the hash by which they are kept."""

    purpose: Purpose
    language: str
    words: str
    organisation_id: UUID | None = None

    @classmethod
    def of(cls, given: GivenConsent) -> ConsentBox:
        """Return the box that was ticked."""
        whose = UUID(given["organisation_id"]) if given["organisation_id"] else None
        return cls(Purpose(given["purpose"]), given["language"], given["words"], whose)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.words.encode()).hexdigest()

    def given(self) -> GivenConsent:
        """Return it as it is kept once it was ticked."""
        return {
            "purpose": self.purpose.value,
            "organisation_id": str(self.organisation_id) if self.organisation_id else None,
            "language": self.language,
            "words": self.words,
        }


def consents(
    language: str, coalition: str, organisations: Iterable[tuple[UUID, str]]
) -> list[ConsentBox]:
    """Return the boxes of a form, each with words of its own; none is ticked beforehand."""
    tag = catalogues.best(FOLDER, language)
    said = _words(tag)
    signing = said["signing"].format(coalition=coalition)
    return [
        ConsentBox(Purpose.SIGNING, tag, signing),
        ConsentBox(Purpose.NAME, tag, said["name"]),
        *(
            ConsentBox(Purpose.MAILINGS, tag, said["mailings"].format(organisation=name), each)
            for each, name in organisations
        ),
    ]


def to_show_a_name(words_sha256: str) -> ConsentBox | None:
    """Return the consent to have a name shown, in any language, whose words have a hash."""
    every = (
        ConsentBox(Purpose.NAME, tag, _words(tag)["name"]) for tag in catalogues.offered(FOLDER)
    )
    return next((each for each in every if each.sha256 == words_sha256), None)


@lru_cache
def _words(tag: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / tag / catalogues.FILE).read_text("utf-8"))


def given(
    asked: Sequence[TickedConsent], offered: Sequence[ConsentBox], visibility: Visibility
) -> list[GivenConsent]:
    """Return the consents that were given, as they are kept; raise Invalid."""
    known = {(each.purpose, each.organisation_id, each.sha256): each for each in offered}
    faults, kept = [], []
    for place, one in enumerate(asked):
        key = (one["purpose"], one.get("organisation_id"), one["words_sha256"])
        if key not in known:
            fault = "These are not words that the form shows now. Show it again, and ask again."
            faults.append(Fault(point("consents", place), Code.OUTDATED, fault))
            continue
        kept.append(known[key].given())
    purposes = {one["purpose"] for one in kept}
    if not faults and Purpose.SIGNING not in purposes:
        fault = "Without the consent to sign there is no signature."
        faults.append(Fault("/consents", Code.CONSENT_NEEDED, fault))
    shows = visibility in PRINTED
    if not faults and shows and Purpose.NAME not in purposes:
        fault = "Consent to have the name shown, or choose that it is not."
        faults.append(Fault("/visibility", Code.CONSENT_NEEDED, fault))
    if faults:
        raise Invalid("A consent is missing, or not to what the form says.", faults)
    return kept


def kept(known: Identity, visibility: Visibility) -> Identity:
    """Return what is kept of who signed: of one whose name shows nowhere, no name."""
    is_anonymous = visibility is Visibility.ANONYMOUS
    return {
        key: value
        for key, value in known.items()
        if value is not None and (key == "email" or not is_anonymous)
    }


def address_of(slug: str) -> str:
    """Return a new public address: nobody finds it by trying slugs."""
    signs = "".join(secrets.choice(codes.ALPHABET) for _ in range(ADDRESS_SIGNS))
    return f"{slug[:80]}-{signs}"


def effort(in_a_minute: int) -> str:
    """Return what the hash of a proof of work begins with: 4,096 tries, 16 or 256 times as many."""
    if in_a_minute >= UNDER_HEAVY_ATTACK:
        return "00000"
    return "0000" if in_a_minute >= UNDER_ATTACK else "000"


def must_fit(kind: SignatoryKind, *, individuals: bool, organisations: bool) -> None:
    """Let who may sign pass, or raise Invalid."""
    if (kind is SignatoryKind.INDIVIDUAL and individuals) or (
        kind is SignatoryKind.ORGANISATION and organisations
    ):
        return
    who = "people" if individuals else "organisations"
    raise Invalid(
        "Not everybody may sign this.", [Fault("/kind", Code.NOT_A_CHOICE, f"Only {who} sign it.")]
    )
