"""How a statement is signed, and what the public sends and sees, as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.signatures.models import Purpose, SignatoryKind, SignatureState, Visibility
from api.signatures.schemas import SHA256, PublicCountsOut, RepresentativeIn
from api.signing.service.proof import MOST
from api.signing.service.reader import Phase
from api.statements.models import Moderation
from api.statements.schemas import confirmed_cases
from api.web import validate
from api.web.fields import (
    CountryCode,
    Email,
    LanguageTag,
    Moment,
    Sha256,
    Slug,
    Text,
    Truth,
    Zone,
    in_their_zone,
)
from api.web.rest import Schema

ADDRESS = "specimen-appeal-k3w7q9xz"
MOST_MAILERS = 40


def _truth(description: str, *, default: bool) -> Truth:
    return Truth(load_default=default, metadata={"description": description, "example": default})


class SigningIn(Schema):
    """How a statement is signed in public."""

    opens_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "From this instant; null: not yet. A past one is now."},
    )
    closes_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "Until before this instant; null: open-ended.", "example": None},
    )
    zone = Zone()
    takes_individuals = _truth("People may sign.", default=True)
    takes_organisations = _truth("Organisations may sign.", default=True)
    shows_list = _truth("Everybody sees who signed and may be shown.", default=True)
    is_sensitive = Truth(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Least visibility is preselected, letters name neither statement nor"
            " coalition, and a receipt can be declined. Left out: as it is, or as a country"
            " suggests.",
            "example": None,
        },
    )
    moderation = ma.fields.Enum(Moderation, by_value=True, load_default=Moderation.FLAGGED)
    mailing_organisation_ids = ma.fields.List(
        ma.fields.UUID(),
        load_default=list,
        validate=validate.Length(0, MOST_MAILERS),
        metadata={"description": "Whose mailings the form offers, in order.", "example": []},
    )
    retain_until = ma.fields.Date(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Who signed is known until then. Null: as long as it stands. A new day"
            " is seven days to a hundred years ahead; owners are told by letter seven days"
            " before it acts."
        },
    )

    confirmed_cases = confirmed_cases()

    @ma.post_load(pass_original=True)
    def _in_their_zone(
        self, facts: dict[str, Any], given: dict[str, Any], **_: Any
    ) -> dict[str, Any]:
        return in_their_zone(facts, given, ("opens_at", "closes_at"))


class SigningOut(Schema):
    """How a statement is signed in public."""

    statement_id = ma.fields.UUID(required=True, attribute="signing.statement_id")
    address = ma.fields.String(
        required=True,
        attribute="signing.address",
        metadata={
            "description": "Of its page: /s/{address}. Empty before the first PUT.",
            "example": ADDRESS,
        },
    )
    opens_at = ma.fields.AwareDateTime(required=True, allow_none=True, attribute="signing.opens_at")
    closes_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="signing.closes_at"
    )
    zone = ma.fields.String(required=True, attribute="signing.zone")
    takes_individuals = ma.fields.Boolean(required=True, attribute="signing.takes_individuals")
    takes_organisations = ma.fields.Boolean(required=True, attribute="signing.takes_organisations")
    shows_list = ma.fields.Boolean(required=True, attribute="signing.shows_list")
    is_sensitive = ma.fields.Boolean(required=True, attribute="signing.is_sensitive")
    moderation = ma.fields.Enum(
        Moderation, by_value=True, required=True, attribute="signing.moderation"
    )
    mailing_organisation_ids = ma.fields.List(
        ma.fields.UUID(), required=True, attribute="signing.mailing_organisation_ids"
    )
    retain_until = ma.fields.Date(required=True, allow_none=True, attribute="signing.retain_until")
    is_open = ma.fields.Boolean(required=True)
    suggests_sensitive = ma.fields.Boolean(
        required=True,
        metadata={"description": "It is about a country that the coalition calls sensitive."},
    )


class SuccessorIn(Schema):
    """The statement that continues this one."""

    slug = Slug(required=True, metadata={"example": "specimen-appeal-2"})


class ConsentIn(Schema):
    """A box that was ticked: its purpose, and the hash of the words beside it."""

    purpose = ma.fields.Enum(Purpose, by_value=True, required=True)
    organisation_id = ma.fields.UUID(load_default=None, allow_none=True, metadata={"example": None})
    words_sha256 = Sha256(required=True, metadata=SHA256)


class PublicSignatureIn(Schema):
    """Who wants to sign, and how."""

    kind = ma.fields.Enum(SignatoryKind, by_value=True, load_default=SignatoryKind.INDIVIDUAL)
    name = Text(
        required=True,
        prints=False,
        metadata={
            "example": "A. Specimen",
            "description": "Up to 120 characters of a person's, up to 300 of an organisation's. It"
            " needs a font only where it prints.",
        },
    )
    role = Text(most=120, prints=False, load_default=None, allow_none=True)
    affiliation = Text(prints=False, load_default=None, allow_none=True)
    country = CountryCode(load_default=None, allow_none=True)
    email = Email(required=True, metadata={"example": "a.specimen@specimen.example"})
    represented_by = ma.fields.Nested(
        RepresentativeIn,
        load_default=None,
        allow_none=True,
        metadata={"description": "Who may commit the organisation that signs."},
    )
    organisation_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The entry that signs, of the coalition or of the directory. Without it"
            " an organisation signs by the one entry of its name and country, where there is one.",
            "example": None,
        },
    )
    visibility = ma.fields.Enum(Visibility, by_value=True, required=True)
    language = LanguageTag(load_default=None, allow_none=True)
    consents = ma.fields.List(
        ma.fields.Nested(ConsentIn), required=True, validate=validate.Length(0, MOST_MAILERS + 2)
    )
    receipt = _truth("False: no receipt is sent after it is confirmed.", default=True)
    revision_sha256 = Sha256(required=True, metadata=SHA256)
    proof = ma.fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, MOST),
        metadata={
            "description": "A solved challenge (ALTCHA). Without one less is taken from a network.",
            "example": None,
        },
    )
    website = ma.fields.String(
        load_default="",
        validate=validate.Length(0, 300),
        metadata={"description": "People leave it empty.", "example": ""},
    )


class AcceptedOut(Schema):
    """What everybody is told who asks to sign."""

    message = ma.fields.String(required=True)


class OfferedConsentOut(Schema):
    """A box to tick, with its words; none may be ticked beforehand."""

    purpose = ma.fields.Enum(Purpose, by_value=True, required=True)
    organisation_id = ma.fields.UUID(required=True, allow_none=True, metadata={"example": None})
    language = ma.fields.String(required=True, metadata={"example": "en"})
    words = ma.fields.String(required=True)
    words_sha256 = ma.fields.String(required=True, attribute="sha256", metadata=SHA256)


class PublicStatementOut(Schema):
    """A statement as everybody may read and sign it."""

    address = ma.fields.String(
        required=True, attribute="signing.address", metadata={"example": ADDRESS}
    )
    title = ma.fields.String(required=True, attribute="statement.title")
    kind = ma.fields.String(required=True, attribute="statement.kind")
    language = ma.fields.String(
        required=True, attribute="statement.language", metadata={"example": "en"}
    )
    coalition = ma.fields.String(required=True, attribute="coalition.name")
    accent = ma.fields.String(
        required=True,
        attribute="coalition.accent",
        metadata={"description": "The coalition's colour.", "example": "#0b5563"},
    )
    state = ma.fields.String(
        required=True, attribute="statement.state", metadata={"example": "published"}
    )
    phase = ma.fields.Enum(Phase, by_value=True, required=True)
    opens_at = ma.fields.AwareDateTime(required=True, allow_none=True, attribute="signing.opens_at")
    closes_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="signing.closes_at"
    )
    zone = ma.fields.String(required=True, attribute="signing.zone")
    is_sensitive = ma.fields.Boolean(required=True, attribute="signing.is_sensitive")
    takes_individuals = ma.fields.Boolean(required=True, attribute="signing.takes_individuals")
    takes_organisations = ma.fields.Boolean(required=True, attribute="signing.takes_organisations")
    shows_list = ma.fields.Boolean(required=True, attribute="signing.shows_list")
    revision_number = ma.fields.Integer(required=True, attribute="revision.number")
    revision_sha256 = ma.fields.String(required=True, attribute="revision.sha256", metadata=SHA256)
    printed = ma.fields.Dict(
        required=True,
        attribute="revision.printed",
        metadata={
            "description": "The text, of which the SHA-256 is.",
            "example": {"title": "Open the doors"},
        },
    )
    edited_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "The last day on which the text was edited after it was published.",
            "example": None,
        },
    )
    consents = ma.fields.List(ma.fields.Nested(OfferedConsentOut), required=True)
    counts = ma.fields.Nested(PublicCountsOut, required=True)
    successor = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Address of the statement that continues it.", "example": None},
    )


class PublicStatementArgs(Schema):
    """In which language the form speaks."""

    language = LanguageTag(load_default=None)


class PublicSignatoryOut(Schema):
    """One signatory as everybody sees them."""

    kind = ma.fields.String(required=True, attribute="who.kind", metadata={"example": "individual"})
    name = ma.fields.String(attribute="who.name")
    acronym = ma.fields.String(attribute="who.acronym")
    role = ma.fields.String(attribute="who.role")
    affiliation = ma.fields.String(attribute="who.affiliation")
    country = ma.fields.String(attribute="who.country", metadata={"example": "KZ"})


class ChallengeOut(Schema):
    """Work for a machine, as ALTCHA (version 2) has it."""

    parameters = ma.fields.Dict(required=True, metadata={"example": {"algorithm": "SHA-256"}})
    signature = ma.fields.String(required=True)


class CodeIn(Schema):
    """The short code of a letter."""

    code = ma.fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"example": "K3W7Q-9XZ2M"}
    )


class PendingOut(Schema):
    """A signature that waits for its mailbox, or does not wait any more."""

    title = ma.fields.String(required=True, attribute="statement.title")
    is_confirmed = ma.fields.Boolean(required=True)
    own_secret = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Once confirmed: for /v1/public/own-signatures/{secret}."},
    )


class OwnConsentOut(Schema):
    """What was agreed to, in which words."""

    id = ma.fields.UUID(required=True)
    purpose = ma.fields.Enum(Purpose, by_value=True, required=True)
    organisation = ma.fields.String(required=True, allow_none=True)
    words = ma.fields.String(required=True)
    given_on = ma.fields.Date(required=True)
    taken_back_on = ma.fields.Date(required=True, allow_none=True)


class OwnSignatureOut(Schema):
    """A signature, as the one who gave it sees it."""

    title = ma.fields.String(required=True, attribute="statement.title")
    address = ma.fields.String(
        required=True, attribute="signing.address", metadata={"example": ADDRESS}
    )
    kind = ma.fields.Enum(SignatoryKind, by_value=True, required=True, attribute="signature.kind")
    state = ma.fields.Enum(
        SignatureState, by_value=True, required=True, attribute="signature.state"
    )
    visibility = ma.fields.Enum(
        Visibility, by_value=True, required=True, attribute="signature.visibility"
    )
    country = ma.fields.String(
        required=True, allow_none=True, attribute="signature.country", metadata={"example": "KZ"}
    )
    day = ma.fields.Date(required=True, attribute="signature.day")
    who = ma.fields.Dict(required=True, metadata={"example": {"name": "A. Specimen"}})
    consents = ma.fields.List(ma.fields.Nested(OwnConsentOut), required=True)


class OwnSignatureIn(Schema):
    """What changes of one's own signature."""

    name = Text(prints=False)
    role = Text(most=120, prints=False, allow_none=True)
    affiliation = Text(prints=False, allow_none=True)
    country = CountryCode(allow_none=True)
    represented_by = ma.fields.Nested(RepresentativeIn)
    visibility = ma.fields.Enum(Visibility, by_value=True)
    consents = ma.fields.List(
        ma.fields.Nested(ConsentIn),
        validate=validate.Length(0, 1),
        metadata={
            "description": "To have the name shown, where that was not agreed to yet.",
            "example": [],
        },
    )
    consents_taken_back = ma.fields.List(
        ma.fields.UUID(), validate=validate.Length(0, MOST_MAILERS), metadata={"example": []}
    )
