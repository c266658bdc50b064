"""Signatures as JSON, and the lines of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import marshmallow as ma

from api.infra.tables.csv_files import MOST_LINES
from api.signatures import rules
from api.signatures.models import SignatoryKind, Source, Visibility
from api.signatures.rules import MOST_BYTES, EffectiveState, told_at
from api.signatures.service.exports import For
from api.signatures.service.tables import LineState
from api.statements.schemas import WarningOut
from api.web import table_schemas, tables, validate
from api.web.fields import CountryCode, Day, Email, Sha256, Text, Truth
from api.web.paging import PageArgs
from api.web.rest import Schema

if TYPE_CHECKING:
    from api.signatures.service.rows import SignatureView

MOST_IN_ORDER = 20_000
SHA256 = {
    "description": "SHA-256 of the revision that the signatory saw.",
    "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class RepresentativeIn(Schema):
    """Who signs for an organisation."""

    name = Text(required=True, metadata={"example": "A. Specimen"})
    role = Text(metadata={"example": "Director"})


class SignatoryIn(Schema):
    """Who signs, and who may see it."""

    kind = ma.fields.Enum(SignatoryKind, by_value=True, required=True)
    name = Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "Only an anonymous signature may come without."},
    )
    acronym = Text(most=40, load_default=None, allow_none=True)
    role = Text(load_default=None, allow_none=True)
    affiliation = Text(load_default=None, allow_none=True)
    as_printed = Text(
        most=600,
        load_default=None,
        allow_none=True,
        metadata={"description": "The whole line to print instead of one made of the fields."},
    )
    reservation = Text(
        most=600,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What the signatory does not stand behind; it prints with the line.",
            "example": None,
        },
    )
    represented_by = ma.fields.Nested(RepresentativeIn, load_default=None, allow_none=True)
    email = Email(load_default=None, allow_none=True)
    country = CountryCode(load_default=None, allow_none=True)
    lead = Truth(
        load_default=False,
        error_messages={"invalid": "Write true or false."},
        metadata={"description": "A lead organisation prints first."},
    )
    visibility = ma.fields.Enum(Visibility, by_value=True, load_default=Visibility.PUBLIC)
    day = Day(metadata={"description": "Today where left out."})


class SignatureIn(SignatoryIn):
    """A signature under the text of one revision."""

    revision_sha256 = Sha256(required=True, metadata=SHA256)
    organisation_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "An organisation of the coalition: what is left out here is taken from"
            " its entry. The link is kept only while the signature is public.",
            "example": None,
        },
    )


class ConfirmationIn(Schema):
    """The text that the signatory has seen now."""

    revision_sha256 = Sha256(required=True, metadata=SHA256)


class RepresentativeOut(Schema):
    """Who signs for an organisation."""

    name = ma.fields.String(required=True)
    role = ma.fields.String()


def _told(**more: Any) -> ma.fields.String:
    return ma.fields.String(dump_default=None, allow_none=True, **more)


class SignatureOut(Schema):
    """A signature; what the caller may not see of the signatory is null."""

    id = ma.fields.UUID(required=True, attribute="signature.id")
    statement_id = ma.fields.UUID(required=True, attribute="signature.statement_id")
    kind = ma.fields.Enum(SignatoryKind, by_value=True, required=True, attribute="signature.kind")
    name = _told(attribute="who.name")
    acronym = _told(attribute="who.acronym")
    role = _told(attribute="who.role")
    affiliation = _told(attribute="who.affiliation")
    as_printed = _told(attribute="who.as_printed")
    reservation = _told(attribute="who.reservation", metadata={"example": None})
    represented_by = ma.fields.Nested(
        RepresentativeOut, dump_default=None, allow_none=True, attribute="who.represented_by"
    )
    email = _told(attribute="who.email", metadata={"example": "press@specimen.example"})
    country = _told(attribute="who.country", metadata={"example": "KZ"})
    lead = ma.fields.Boolean(required=True, attribute="signature.lead")
    visibility = ma.fields.Enum(
        Visibility, by_value=True, required=True, attribute="signature.visibility"
    )
    position = ma.fields.Integer(
        required=True,
        allow_none=True,
        attribute="signature.place",
        metadata={
            "description": "Null until a batch gives it: lists pass over it. Who signed and is not"
            " public has none: they come behind the others, in no order.",
            "example": 1,
        },
    )
    day = ma.fields.Date(required=True, attribute="signature.day")
    source = ma.fields.Enum(Source, by_value=True, required=True, attribute="signature.source")
    organisation_id = ma.fields.UUID(
        required=True, allow_none=True, attribute="signature.organisation_id"
    )
    revision_number = ma.fields.Integer(required=True, attribute="signature.revision_number")
    revision_sha256 = ma.fields.String(
        required=True, attribute="signature.revision_sha256", metadata=SHA256
    )
    state = ma.fields.Enum(
        EffectiveState, by_value=True, required=True, attribute="effective_state"
    )
    why = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it waits, and what ends that.", "example": None},
    )
    withdrawn_on = ma.fields.Date(
        required=True, allow_none=True, attribute="signature.withdrawn_on"
    )
    created_at = ma.fields.AwareDateTime(
        required=True,
        attribute="signature.created_at",
        metadata={"description": "Of what is not public only the day is told: when it began."},
    )
    updated_at = ma.fields.AwareDateTime(
        required=True,
        attribute="signature.updated_at",
        metadata={"description": "When the day began on which it was last changed."},
    )

    @ma.post_dump(pass_original=True)
    def _tell_the_day_only(
        self, told: dict[str, Any], shown: SignatureView, **_: Any
    ) -> dict[str, Any]:
        told["created_at"] = told_at(shown.signature, shown.signature.created_at).isoformat()
        return told


class WarnedSignatureOut(SignatureOut):
    """A signature that was entered or changed, and what to look at."""

    warnings = ma.fields.List(ma.fields.Nested(WarningOut), required=True)


class FilterArgs(Schema):
    """Which signatures are asked for."""

    kind = ma.fields.Enum(SignatoryKind, by_value=True)
    country = CountryCode()
    visibility = ma.fields.Enum(Visibility, by_value=True)
    source = ma.fields.Enum(Source, by_value=True)
    first_day = ma.fields.Date(
        data_key="from", attribute="from", metadata={"example": "2031-05-01"}
    )
    last_day = ma.fields.Date(
        data_key="until", attribute="until", metadata={"example": "2031-05-31"}
    )


class TableArgs(FilterArgs):
    """Which signatures a table holds; who withdrew is not known any more."""

    state = ma.fields.String(
        validate=validate.OneOf([EffectiveState.COUNTED.value, EffectiveState.WAITING.value]),
        metadata={
            "description": "Those that are counted, where left out; an addressee gets no others."
        },
    )
    whom = ma.fields.Enum(
        For,
        by_value=True,
        data_key="for",
        attribute="for",
        load_default=For.ADDRESSEE,
        metadata={
            "description": "addressee: what prints. crm: for coordinators, with consents, and of"
            " who signed in public the e-mail address only where mailings were agreed to."
            " import: as the import takes it.",
            "example": "addressee",
        },
    )


class ListArgs(FilterArgs, PageArgs):
    """A page of the signatures that are asked for."""

    state = ma.fields.Enum(
        EffectiveState,
        by_value=True,
        metadata={
            "description": "Those that are held, rejected, invalidated or withdrawn are listed by"
            " day, all others by position."
        },
    )
    q = ma.fields.String(
        validate=validate.Length(1, 200),
        metadata={
            "description": "For coordinators: words of a name, acronym or affiliation, in any"
            " spelling or script."
        },
    )
    found = ma.fields.UUID(
        metadata={"description": "For coordinators: the job of a search that has ended."}
    )


class OrderIn(Schema):
    """An order of all signatures that are not withdrawn."""

    ids = ma.fields.List(
        ma.fields.UUID(), required=True, validate=validate.Length(0, MOST_IN_ORDER)
    )


class OrderOut(Schema):
    """The order of all signatures that are not withdrawn."""

    ids = ma.fields.List(ma.fields.UUID(), required=True)


def _numbers(description: str, **example: int) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": description, "example": example},
    )


class PublicCountsOut(Schema):
    """How many signed, as everybody may know."""

    total = ma.fields.Integer(required=True, metadata={"description": "Those that are counted."})
    paper = ma.fields.Integer(required=True, metadata={"description": "Of them, on paper."})
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
    withheld = ma.fields.Integer(
        required=True, metadata={"description": "Counted, and not listed in public."}
    )


class CountsOut(PublicCountsOut):
    """How many signed, and how many would."""

    waiting = ma.fields.Integer(
        required=True, metadata={"description": "Those that a material revision left behind."}
    )


class ImportArgs(table_schemas.EntryArgs):
    """How a table is entered."""

    revision_sha256 = Sha256(required=True, metadata=SHA256)
    evidence_id = ma.fields.UUID(
        load_default=None,
        metadata={"description": "The scan of what they signed on paper.", "example": None},
    )


class EvidenceArgs(Schema):
    """What is said of a scan."""

    note = Text(most=300, load_default=None, metadata={"example": "Sheets 1 to 12."})


class EvidenceOut(Schema):
    """A scan of what was signed on paper."""

    id = ma.fields.UUID(required=True)
    statement_id = ma.fields.UUID(required=True)
    content_type = ma.fields.String(required=True, metadata={"example": "application/pdf"})
    bytes = ma.fields.Integer(required=True)
    sha256 = ma.fields.String(required=True)
    note = ma.fields.String(required=True, allow_none=True)
    created_at = ma.fields.AwareDateTime(required=True)
    created_by = ma.fields.UUID(required=True, allow_none=True)


class SignatoryLineOut(table_schemas.LineOut):
    """What became of one line."""

    state = ma.fields.Enum(LineState, by_value=True, required=True)


class ReportOut(table_schemas.TableReportOut):
    """What became of a table, line by line."""

    entered = table_schemas.count_of(LineState.ENTERED, "They were not there.")
    duplicates = table_schemas.count_of(LineState.DUPLICATE, "The same signatory is there already.")
    refused = table_schemas.count_of(LineState.REFUSED, "They break rules.")
    lines = ma.fields.List(ma.fields.Nested(SignatoryLineOut), required=True)


TABLE = (
    f"{tables.HOW_CSV} They are: {', '.join(rules.COLUMNS)}. Only kind is needed in every line,"
    " and name unless the visibility is anonymous."
    f" Up to {MOST_LINES:,} lines and {MOST_BYTES:,} bytes."
)
