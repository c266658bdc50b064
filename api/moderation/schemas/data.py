"""All that is kept of who gave a signature, as JSON."""

from __future__ import annotations

from api.signatures.models import Purpose, SignatureState, Source
from api.web import fields
from api.web.rest import OutSchema


class KeptConsentOut(OutSchema):
    """A consent and the words that were shown."""

    purpose = fields.Enum(Purpose)
    organisation = fields.Dict(allow_none=True, example={"en": "Specimen Committee"})
    words = fields.String()
    given_on = fields.Date()
    taken_back_on = fields.Date(allow_none=True)


class RequestOut(OutSchema):
    """What somebody sent."""

    asked_at = fields.AwareDateTime()
    language = fields.String()
    told = fields.Dict(example={"name": "A. Specimen"})


class KeptLetterOut(OutSchema):
    """A letter, and whether it was sent."""

    kind = fields.String(example="signing.receipt")
    state = fields.String(example="sent")
    created_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)


class LinkOut(OutSchema):
    """A link that was sent; not its secret, which is kept nowhere."""

    purpose = fields.String(example="signature.own")
    created_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime(allow_none=True)
    revoked_at = fields.AwareDateTime(allow_none=True)


class KeptEvidenceOut(OutSchema):
    """A scan of a sheet that several people signed."""

    content_type = fields.String(attribute="row.content_type")
    sha256 = fields.String(attribute="row.sha256")
    note = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(attribute="row.created_at")


class RecordedOut(OutSchema):
    """What the record says was done; it holds nothing personal."""

    action = fields.String(example="signature.approved")
    at = fields.AwareDateTime()


class SignatoryDataOut(OutSchema):
    """All that is kept of who gave a signature."""

    id = fields.UUID(attribute="signature.id")
    statement_id = fields.UUID(attribute="statement.id")
    statement = fields.String(attribute="statement.title")
    revision_sha256 = fields.String(attribute="signature.revision_sha256")
    day = fields.Date(attribute="signature.day")
    source = fields.Enum(Source, attribute="signature.source")
    state = fields.Enum(SignatureState, attribute="signature.state")
    visibility = fields.String(attribute="signature.visibility", example="public")
    kind = fields.String(attribute="signature.kind", example="individual")
    country = fields.String(allow_none=True, attribute="signature.country")
    language = fields.String(allow_none=True, attribute="signature.language")
    organisation_id = fields.UUID(allow_none=True, attribute="signature.organisation_id")
    flags = fields.List(fields.String(), attribute="signature.flags")
    identity = fields.Dict(example={"name": "A. Specimen", "role": "Nurse"})
    kept = fields.List(
        fields.String(),
        description="Keyed hashes that are kept: of the address, of its domain, of the entry"
        " of an organisation, of the part of the internet (for seven days).",
        example=["address_index"],
    )
    consents = fields.List(fields.Nested(KeptConsentOut))
    requests = fields.List(fields.Nested(RequestOut))
    letters = fields.List(fields.Nested(KeptLetterOut))
    links = fields.List(fields.Nested(LinkOut))
    evidence = fields.Nested(KeptEvidenceOut, allow_none=True)
    record = fields.List(fields.Nested(RecordedOut))
