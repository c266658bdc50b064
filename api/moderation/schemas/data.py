"""All that is kept of who gave a signature, as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.signatures.models import Purpose, SignatureState, Source
from api.web.rest import Schema


class KeptConsentOut(Schema):
    """A consent and the words that were shown."""

    purpose = ma.fields.Enum(Purpose, by_value=True, required=True)
    organisation = ma.fields.Dict(
        required=True, allow_none=True, metadata={"example": {"en": "Specimen Committee"}}
    )
    words = ma.fields.String(required=True)
    given_on = ma.fields.Date(required=True)
    taken_back_on = ma.fields.Date(required=True, allow_none=True)


class RequestOut(Schema):
    """What somebody sent."""

    asked_at = ma.fields.AwareDateTime(required=True)
    language = ma.fields.String(required=True)
    told = ma.fields.Dict(required=True, metadata={"example": {"name": "A. Specimen"}})


class KeptLetterOut(Schema):
    """A letter, and whether it was sent."""

    kind = ma.fields.String(required=True, metadata={"example": "signing.receipt"})
    state = ma.fields.String(required=True, metadata={"example": "sent"})
    created_at = ma.fields.AwareDateTime(required=True)
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class LinkOut(Schema):
    """A link that was sent; not its secret, which is kept nowhere."""

    purpose = ma.fields.String(required=True, metadata={"example": "signature.own"})
    created_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class KeptEvidenceOut(Schema):
    """A scan of a sheet that several people signed."""

    content_type = ma.fields.String(required=True)
    sha256 = ma.fields.String(required=True)
    note = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)


class RecordedOut(Schema):
    """What the record says was done; it holds nothing personal."""

    action = ma.fields.String(required=True, metadata={"example": "signature.approved"})
    at = ma.fields.AwareDateTime(required=True)


class SignatoryDataOut(Schema):
    """All that is kept of who gave a signature."""

    id = ma.fields.UUID(required=True, attribute="signature.id")
    statement_id = ma.fields.UUID(required=True, attribute="statement.id")
    statement = ma.fields.String(required=True, attribute="statement.title")
    revision_sha256 = ma.fields.String(required=True, attribute="signature.revision_sha256")
    day = ma.fields.Date(required=True, attribute="signature.day")
    source = ma.fields.Enum(Source, by_value=True, required=True, attribute="signature.source")
    state = ma.fields.Enum(
        SignatureState, by_value=True, required=True, attribute="signature.state"
    )
    visibility = ma.fields.String(
        required=True, attribute="signature.visibility", metadata={"example": "public"}
    )
    kind = ma.fields.String(
        required=True, attribute="signature.kind", metadata={"example": "individual"}
    )
    country = ma.fields.String(required=True, allow_none=True, attribute="signature.country")
    language = ma.fields.String(required=True, allow_none=True, attribute="signature.language")
    organisation_id = ma.fields.UUID(
        required=True, allow_none=True, attribute="signature.organisation_id"
    )
    flags = ma.fields.List(ma.fields.String(), required=True, attribute="signature.flags")
    identity = ma.fields.Dict(
        required=True, metadata={"example": {"name": "A. Specimen", "role": "Nurse"}}
    )
    kept = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={
            "description": "Keyed hashes that are kept: of the address, of its domain, of the entry"
            " of an organisation, of the part of the internet (for seven days).",
            "example": ["address_index"],
        },
    )
    consents = ma.fields.List(ma.fields.Nested(KeptConsentOut), required=True)
    requests = ma.fields.List(ma.fields.Nested(RequestOut), required=True)
    letters = ma.fields.List(ma.fields.Nested(KeptLetterOut), required=True)
    links = ma.fields.List(ma.fields.Nested(LinkOut), required=True)
    evidence = ma.fields.Nested(KeptEvidenceOut, required=True, allow_none=True)
    record = ma.fields.List(ma.fields.Nested(RecordedOut), required=True)
