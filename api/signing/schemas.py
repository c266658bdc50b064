"""How a statement is signed, and what the public sends and sees, as JSON."""

from __future__ import annotations

from api.signatures.models import Purpose, SignatoryKind, SignatureState, Visibility
from api.signatures.schemas import SHA256, PublicCountsOut, RepresentativeIn
from api.signing.rules import MOST_MAILERS, MOST_OF_A_PROOF
from api.signing.service.reader import Phase
from api.statements.models import Moderation
from api.statements.schemas.outgoing import confirmed_cases, confirmed_mentions
from api.web import fields, validate
from api.web.rest import OutSchema, Schema, ZonedSchema

ADDRESS = "specimen-appeal-k3w7q9xz"


def _truth(description: str, *, default: bool) -> fields.Truth:
    return fields.Truth(load_default=default, description=description, example=default)


class SigningIn(ZonedSchema):
    """How a statement is signed in public."""

    opens_at = fields.Moment(
        load_default=None, description="From this instant; null: not yet. A past one is now."
    )
    closes_at = fields.Moment(
        load_default=None, description="Until before this instant; null: open-ended.", example=None
    )
    zone = fields.Zone()
    takes_individuals = _truth("People may sign.", default=True)
    takes_organisations = _truth("Organisations may sign.", default=True)
    shows_list = _truth("Everybody sees who signed and may be shown.", default=True)
    shows_withheld = _truth(
        "Everybody is told how many are counted without a name. False: documents, exports, pages"
        " and public counts tell of those who show one, and nobody can guess who the others are.",
        default=True,
    )
    is_sensitive = fields.Truth(
        load_default=None,
        description="Least visibility is preselected, letters name neither statement nor"
        " coalition, and a receipt can be declined. Left out: as it is, or as a country"
        " suggests.",
        example=None,
    )
    moderation = fields.Enum(Moderation, load_default=Moderation.FLAGGED)
    mailing_organisation_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(0, MOST_MAILERS),
        description="Whose mailings the form offers, in order.",
        example=[],
    )
    retain_until = fields.Date(
        load_default=None,
        description="Who signed is known until then. Null: as long as it stands. A new day"
        " is seven days to a hundred years ahead; owners are told by letter seven days"
        " before it acts.",
    )

    confirmed_cases = confirmed_cases()
    confirmed_mentions = confirmed_mentions()


class SigningOut(OutSchema):
    """How a statement is signed in public."""

    statement_id = fields.UUID(attribute="signing.statement_id")
    address = fields.String(
        attribute="signing.address",
        description="Of its page: /s/{address}. Empty until the text is published or the first PUT;"
        " of a sensitive text until that PUT.",
        example=ADDRESS,
    )
    opens_at = fields.AwareDateTime(allow_none=True, attribute="signing.opens_at")
    closes_at = fields.AwareDateTime(allow_none=True, attribute="signing.closes_at")
    zone = fields.String(attribute="signing.zone")
    takes_individuals = fields.Boolean(attribute="signing.takes_individuals")
    takes_organisations = fields.Boolean(attribute="signing.takes_organisations")
    shows_list = fields.Boolean(attribute="signing.shows_list")
    shows_withheld = fields.Boolean(attribute="signing.shows_withheld")
    is_sensitive = fields.Boolean(attribute="signing.is_sensitive")
    moderation = fields.Enum(Moderation, attribute="signing.moderation")
    mailing_organisation_ids = fields.List(fields.UUID(), attribute="mailers")
    retain_until = fields.Date(allow_none=True, attribute="signing.retain_until")
    is_open = fields.Boolean()
    suggests_sensitive = fields.Boolean(
        description="It is about a country that the coalition calls sensitive."
    )


class SuccessorIn(Schema):
    """The statement that continues this one."""

    slug = fields.Slug(required=True, example="specimen-appeal-2")


class ConsentIn(Schema):
    """A box that was ticked: its purpose, and the hash of the words beside it."""

    purpose = fields.Enum(Purpose, required=True)
    organisation_id = fields.UUID(load_default=None, example=None)
    words_sha256 = fields.Sha256(required=True, **SHA256)


class PublicSignatureIn(Schema):
    """Who wants to sign, and how."""

    kind = fields.Enum(SignatoryKind, load_default=SignatoryKind.INDIVIDUAL)
    name = fields.Text(
        required=True,
        prints=False,
        example="A. Specimen",
        description="Up to 120 characters of a person's, up to 300 of an organisation's. It"
        " needs a font only where it prints.",
    )
    role = fields.Text(most=120, prints=False, load_default=None)
    affiliation = fields.Text(prints=False, load_default=None)
    country = fields.CountryCode(load_default=None)
    email = fields.Email(required=True, example="a.specimen@specimen.example")
    represented_by = fields.Nested(
        RepresentativeIn,
        load_default=None,
        description="Who may commit the organisation that signs.",
    )
    organisation_id = fields.UUID(
        load_default=None,
        description="The entry that signs, of the coalition or of the directory. Without it"
        " an organisation signs by the one entry of its name and country, where there is one.",
        example=None,
    )
    visibility = fields.Enum(Visibility, required=True)
    language = fields.LanguageTag(load_default=None)
    consents = fields.List(
        fields.Nested(ConsentIn), required=True, validate=validate.Length(0, MOST_MAILERS + 2)
    )
    receipt = _truth("False: no receipt is sent after it is confirmed.", default=True)
    revision_sha256 = fields.Sha256(required=True, **SHA256)
    proof = fields.String(
        load_default=None,
        validate=validate.Length(1, MOST_OF_A_PROOF),
        description="A solved challenge (ALTCHA). Without one less is taken from a network.",
        example=None,
    )
    website = fields.String(
        load_default="",
        validate=validate.Length(0, 300),
        description="People leave it empty.",
        example="",
    )


class AcceptedOut(OutSchema):
    """What everybody is told who asks to sign."""

    message = fields.String()


class OfferedConsentOut(OutSchema):
    """A box to tick, with its words; none may be ticked beforehand."""

    purpose = fields.Enum(Purpose)
    organisation_id = fields.UUID(allow_none=True, example=None)
    language = fields.String(example="en")
    words = fields.String()
    words_sha256 = fields.String(attribute="sha256", **SHA256)


class PublicStatementOut(OutSchema):
    """A statement as everybody may read and sign it."""

    address = fields.String(attribute="signing.address", example=ADDRESS)
    title = fields.String(attribute="statement.title")
    kind = fields.String(attribute="statement.kind")
    language = fields.String(attribute="statement.language", example="en")
    coalition = fields.String(attribute="coalition.name")
    accent = fields.String(
        attribute="coalition.accent", description="The coalition's colour.", example="#0b5563"
    )
    state = fields.String(attribute="statement.state", example="published")
    phase = fields.Enum(Phase)
    opens_at = fields.AwareDateTime(allow_none=True, attribute="signing.opens_at")
    closes_at = fields.AwareDateTime(allow_none=True, attribute="signing.closes_at")
    zone = fields.String(attribute="signing.zone")
    is_sensitive = fields.Boolean(attribute="signing.is_sensitive")
    takes_individuals = fields.Boolean(attribute="signing.takes_individuals")
    takes_organisations = fields.Boolean(attribute="signing.takes_organisations")
    shows_list = fields.Boolean(attribute="signing.shows_list")
    revision_number = fields.Integer(attribute="revision.number")
    revision_sha256 = fields.String(attribute="revision.sha256", **SHA256)
    printed = fields.Dict(
        attribute="revision.printed",
        description="The text, of which the SHA-256 is.",
        example={"title": "Open the doors"},
    )
    edited_on = fields.Date(
        allow_none=True,
        description="The last day on which the text was edited after it was published.",
        example=None,
    )
    consents = fields.List(fields.Nested(OfferedConsentOut))
    counts = fields.Nested(PublicCountsOut)
    successor = fields.String(
        allow_none=True, description="Address of the statement that continues it.", example=None
    )


class PublicStatementArgs(Schema):
    """In which language the form speaks."""

    language = fields.LanguageTag(load_default=None)


class PublicSignatoryOut(OutSchema):
    """One signatory as everybody sees them."""

    kind = fields.String(attribute="who.kind", example="individual")
    name = fields.String(attribute="who.name", required=False)
    acronym = fields.String(attribute="who.acronym", required=False)
    role = fields.String(attribute="who.role", required=False)
    affiliation = fields.String(attribute="who.affiliation", required=False)
    country = fields.String(attribute="who.country", example="KZ", required=False)


class ChallengeOut(OutSchema):
    """Work for a machine, as ALTCHA (version 2) has it."""

    parameters = fields.Dict(example={"algorithm": "SHA-256"})
    signature = fields.String()


class CodeIn(Schema):
    """The short code of a letter."""

    code = fields.String(required=True, validate=validate.Length(1, 40), example="K3W7Q-9XZ2M")


class PendingOut(OutSchema):
    """A signature that waits for its mailbox, or does not wait any more."""

    title = fields.String(attribute="statement.title")
    is_confirmed = fields.Boolean()
    own_secret = fields.String(
        allow_none=True, description="Once confirmed: for /v1/public/own-signatures/{secret}."
    )


class OwnConsentOut(OutSchema):
    """What was agreed to, in which words."""

    id = fields.UUID()
    purpose = fields.Enum(Purpose)
    organisation = fields.String(allow_none=True)
    words = fields.String()
    given_on = fields.Date()
    taken_back_on = fields.Date(allow_none=True)


class OwnSignatureOut(OutSchema):
    """A signature, as the one who gave it sees it."""

    title = fields.String(attribute="statement.title")
    address = fields.String(attribute="signing.address", example=ADDRESS)
    kind = fields.Enum(SignatoryKind, attribute="signature.kind")
    state = fields.Enum(SignatureState, attribute="signature.state")
    visibility = fields.Enum(Visibility, attribute="signature.visibility")
    country = fields.String(allow_none=True, attribute="signature.country", example="KZ")
    day = fields.Date(attribute="signature.day")
    who = fields.Dict(example={"name": "A. Specimen"})
    consents = fields.List(fields.Nested(OwnConsentOut))


class OwnSignatureIn(Schema):
    """What changes of one's own signature."""

    name = fields.Text(prints=False)
    role = fields.Text(most=120, prints=False, allow_none=True)
    affiliation = fields.Text(prints=False, allow_none=True)
    country = fields.CountryCode(allow_none=True)
    represented_by = fields.Nested(RepresentativeIn)
    visibility = fields.Enum(Visibility)
    consents = fields.List(
        fields.Nested(ConsentIn),
        validate=validate.Length(0, 1),
        description="To have the name shown, where that was not agreed to yet.",
        example=[],
    )
    consents_taken_back = fields.List(
        fields.UUID(), validate=validate.Length(0, MOST_MAILERS), example=[]
    )
