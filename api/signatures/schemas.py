"""Signatures as JSON, and the lines of a table."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.infra.tables.reports import MOST_LINES
from api.signatures import rules
from api.signatures.models import SignatoryKind, Source, Visibility
from api.signatures.rules import MOST_BYTES, EffectiveState, told_at
from api.signatures.service.exports import For
from api.signatures.service.rows import SignatureView
from api.signatures.service.tables import SignatoryLineState
from api.statements.schemas import WarningOut
from api.web import fields, table_schemas, tables, validate
from api.web.paging import PageArgs
from api.web.rest import OutSchema, Schema

MOST_IN_ORDER = 20_000
MOST_AT_ONCE = 200
SHA256 = {
    "description": "SHA-256 of the revision that the signatory saw.",
    "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class RepresentativeIn(Schema):
    """Who signs for an organisation."""

    name = fields.Text(required=True, example="A. Specimen")
    role = fields.Text(example="Director")


class SignatoryIn(Schema):
    """Who signs, and who may see it."""

    kind = fields.Enum(SignatoryKind, required=True)
    name = fields.Text(
        load_default=None, description="Only an anonymous signature may come without."
    )
    acronym = fields.Text(most=40, load_default=None)
    role = fields.Text(load_default=None)
    affiliation = fields.Text(load_default=None)
    as_printed = fields.Text(
        most=600,
        load_default=None,
        description="The whole line to print instead of one made of the fields.",
    )
    reservation = fields.Text(
        most=600,
        load_default=None,
        description="What the signatory does not stand behind; it prints with the line.",
        example=None,
    )
    represented_by = fields.Nested(RepresentativeIn, load_default=None)
    email = fields.Email(load_default=None)
    country = fields.CountryCode(load_default=None)
    lead = fields.Truth(
        load_default=False,
        error_messages={"invalid": "Write true or false."},
        description="A lead organisation prints first.",
    )
    visibility = fields.Enum(Visibility, load_default=Visibility.PUBLIC)
    day = fields.Day(description="Today where left out.")


class SignatureIn(SignatoryIn):
    """A signature under the text of one revision."""

    revision_sha256 = fields.Sha256(required=True, **SHA256)
    organisation_id = fields.UUID(
        load_default=None,
        description="An organisation of the coalition: what is left out here is taken from"
        " its entry. The link is kept only while the signature is public.",
        example=None,
    )


class ConfirmationIn(Schema):
    """The text that the signatory has seen now."""

    revision_sha256 = fields.Sha256(required=True, **SHA256)


class ConfirmationsIn(ConfirmationIn):
    """Several signatures whose signatories have seen the text."""

    ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST_AT_ONCE),
        example=["9b2f7c1e-4b0a-4f5e-8d3c-6a1e2b3c4d5f"],
    )


class ConfirmedOut(OutSchema):
    """How many signatures a confirmation changed."""

    changed = fields.Integer()
    unchanged = fields.Integer(description="They were bound to the text already.", example=0)


class RepresentativeOut(OutSchema):
    """Who signs for an organisation."""

    name = fields.String()
    role = fields.String(required=False)


def _told(**more: Any) -> fields.String:
    return fields.String(dump_default=None, allow_none=True, required=False, **more)


class SignatureOut(OutSchema):
    """A signature; what the caller may not see of the signatory is null."""

    id = fields.UUID(attribute="signature.id")
    statement_id = fields.UUID(attribute="signature.statement_id")
    kind = fields.Enum(SignatoryKind, attribute="signature.kind")
    name = _told(attribute="who.name")
    acronym = _told(attribute="who.acronym")
    role = _told(attribute="who.role")
    affiliation = _told(attribute="who.affiliation")
    as_printed = _told(attribute="who.as_printed")
    reservation = _told(attribute="who.reservation", example=None)
    represented_by = fields.Nested(
        RepresentativeOut,
        dump_default=None,
        allow_none=True,
        attribute="who.represented_by",
        required=False,
    )
    email = _told(attribute="who.email", example="press@specimen.example")
    country = _told(attribute="who.country", example="KZ")
    lead = fields.Boolean(attribute="signature.lead")
    visibility = fields.Enum(Visibility, attribute="signature.visibility")
    position = fields.Integer(
        allow_none=True,
        attribute="signature.place",
        description="Null until a batch gives it: lists pass over it. Who signed and is not"
        " public has none: they come behind the others, in no order.",
        example=1,
    )
    day = fields.Date(attribute="signature.day")
    source = fields.Enum(Source, attribute="signature.source")
    organisation_id = fields.UUID(allow_none=True, attribute="signature.organisation_id")
    revision_number = fields.Integer(attribute="signature.revision_number")
    revision_sha256 = fields.String(attribute="signature.revision_sha256", **SHA256)
    state = fields.Enum(EffectiveState, attribute="effective_state")
    why = fields.String(
        allow_none=True, description="Why it waits, and what ends that.", example=None
    )
    withdrawn_on = fields.Date(allow_none=True, attribute="signature.withdrawn_on")
    created_at = fields.AwareDateTime(
        attribute="signature.created_at",
        description="Of what is not public only the day is told: when it began.",
    )
    updated_at = fields.AwareDateTime(
        attribute="signature.updated_at",
        description="When the day began on which it was last changed.",
    )

    @ma.post_dump(pass_original=True)
    def _tell_the_day_only(
        self, told: dict[str, object], shown: SignatureView, **_: object
    ) -> dict[str, object]:
        told["created_at"] = told_at(shown.signature, shown.signature.created_at).isoformat()
        return told


class WarnedSignatureOut(SignatureOut):
    """A signature that was entered or changed, and what to look at."""

    warnings = fields.List(fields.Nested(WarningOut))


class FilterArgs(Schema):
    """Which signatures are asked for."""

    kind = fields.Enum(SignatoryKind)
    country = fields.CountryCode()
    visibility = fields.Enum(Visibility)
    source = fields.Enum(Source)
    first_day = fields.Date(data_key="from", attribute="from", example="2031-05-01")
    last_day = fields.Date(data_key="until", attribute="until", example="2031-05-31")


class TableArgs(FilterArgs):
    """Which signatures a table holds; who withdrew is not known any more."""

    state = fields.String(
        validate=validate.OneOf([EffectiveState.COUNTED.value, EffectiveState.WAITING.value]),
        description="Those that are counted, where left out; an addressee gets no others.",
    )
    whom = fields.Enum(
        For,
        data_key="for",
        attribute="for",
        load_default=For.ADDRESSEE,
        description="addressee: what prints. crm: for coordinators, with consents, and of"
        " who signed in public the e-mail address only where mailings were agreed to."
        " import: as the import takes it.",
        example="addressee",
    )
    reason = fields.Text(
        most=500,
        load_default=None,
        description="For the record, which says who took more than everybody may read.",
        example="The letter is handed over on Monday.",
    )


class ListArgs(FilterArgs, PageArgs):
    """A page of the signatures that are asked for."""

    state = fields.Enum(
        EffectiveState,
        description="Those that are held, rejected, invalidated or withdrawn are listed by"
        " day, all others by position.",
    )
    q = fields.String(
        validate=validate.Length(1, 200),
        description="For coordinators: words of a name, acronym or affiliation, in any"
        " spelling or script.",
    )
    found = fields.UUID(description="For coordinators: the job of a search that has ended.")


class OrderIn(Schema):
    """An order of all signatures that are not withdrawn."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(0, MOST_IN_ORDER))


class OrderOut(OutSchema):
    """The order of all signatures that are not withdrawn."""

    ids = fields.List(fields.UUID())


def _numbers(description: str, **example: int) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        description=description,
        example=example,
    )


class PublicCountsOut(OutSchema):
    """How many signed, as everybody may know."""

    total = fields.Integer(description="Those that are counted.")
    paper = fields.Integer(description="Of them, on paper.")
    by_kind = _numbers("Those that are counted.", organisation=8, individual=40)
    by_source = _numbers("Where they came from.", entered=8, public=40)
    by_country = _numbers(
        "Only coordinators see counts under five. Where one of these could be computed from the"
        " total, the smallest of the others is left out as well.",
        KZ=12,
    )
    by_day = _numbers(
        "How many there were by the end of each day. Only coordinators see days on which fewer"
        " than five came; for others these go together with the next.",
        **{"2031-05-01": 12, "2031-05-02": 48},
    )
    withheld = fields.Integer(description="Counted, and not listed in public.")


class CountsOut(PublicCountsOut):
    """How many signed, and how many would."""

    waiting = fields.Integer(description="Those that a material revision left behind.")


class SignatoryImportArgs(table_schemas.EntryArgs):
    """How a table is entered."""

    revision_sha256 = fields.Sha256(required=True, **SHA256)
    evidence_id = fields.UUID(
        load_default=None, description="The scan of what they signed on paper.", example=None
    )


class EvidenceArgs(Schema):
    """What is said of a piece of evidence."""

    note = fields.Text(most=300, load_default=None, example="Sheets 1 to 12.")


class EvidenceOut(OutSchema):
    """A scan of what was signed on paper, or a mail or note in which somebody answered."""

    id = fields.UUID(attribute="row.id")
    statement_id = fields.UUID(attribute="row.statement_id")
    content_type = fields.String(attribute="row.content_type", example="application/pdf")
    bytes = fields.Integer(attribute="row.bytes")
    sha256 = fields.String(attribute="row.sha256")
    note = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(attribute="row.created_at")
    created_by = fields.UUID(attribute="row.created_by", allow_none=True)


class SignatoryLineOut(table_schemas.TableLineOut):
    """What became of one line."""

    state = fields.Enum(SignatoryLineState)


class ReportOut(table_schemas.TableReportOut):
    """What became of a table, line by line."""

    entered = table_schemas.count_of(SignatoryLineState.ENTERED, "They were not there.")
    duplicates = table_schemas.count_of(
        SignatoryLineState.DUPLICATE, "The same signatory is there already."
    )
    refused = table_schemas.count_of(SignatoryLineState.REFUSED, "They break rules.")
    lines = fields.List(fields.Nested(SignatoryLineOut))


TABLE = (
    f"{tables.HOW_CSV} They are: {', '.join(rules.COLUMNS)}. Only kind is needed in every line,"
    " and name unless the visibility is anonymous."
    f" Up to {MOST_LINES:,} lines and {MOST_BYTES:,} bytes."
)
