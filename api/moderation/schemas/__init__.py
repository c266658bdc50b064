"""Blocks, the queue, invalidations, trends and what is kept of people, as JSON."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from api.errors import Code, Reason
from api.moderation.service.queue import Decision
from api.signatures.models import BlockAct, BlockKind, SignatureState, Source
from api.signatures.schemas import SignatureOut
from api.web import validate
from api.web.fields import CountryCode, Instant, Text
from api.web.rest import Schema

MOST_AT_ONCE = 200
_ID = "7d0c3a9e-5b1f-4a44-9c55-0d3a6f1e2b90"


def _reason() -> Text:
    return Text(
        most=500,
        required=True,
        metadata={"description": "For the record; no signatory is told.", "example": "A robot."},
    )


class BlockIn(Schema):
    """What a coalition does not let sign, or wants to look at first."""

    kind = ma.fields.Enum(BlockKind, by_value=True, required=True, metadata={"example": "domain"})
    value = Text(
        required=True,
        metadata={
            "description": "An e-mail address, with all spellings of its mailbox; a domain, with"
            " all below it; or a whole name, in any script, where * is anything and ? one sign.",
            "example": "specimen.example",
        },
    )
    act = ma.fields.Enum(
        BlockAct,
        by_value=True,
        load_default=BlockAct.HOLD,
        metadata={
            "description": "drop: no letter goes out, and who asks is answered as everybody;"
            " hold: a coordinator looks at it first.",
            "example": "hold",
        },
    )
    note = Text(load_default=None, allow_none=True, metadata={"example": "Sends robots."})


class BlockOut(Schema):
    """One block."""

    id = ma.fields.UUID(required=True, attribute="block.id")
    kind = ma.fields.Enum(BlockKind, by_value=True, required=True, attribute="block.kind")
    value = ma.fields.String(required=True)
    act = ma.fields.Enum(BlockAct, by_value=True, required=True, attribute="block.act")
    note = ma.fields.String(required=True, allow_none=True, attribute="block.note")
    created_at = ma.fields.AwareDateTime(required=True, attribute="block.created_at")
    created_by = ma.fields.UUID(required=True, allow_none=True, attribute="block.created_by")


class HeldOut(SignatureOut):
    """A signature that waits for a coordinator."""

    reasons = ma.fields.List(
        ma.fields.String(),
        required=True,
        attribute="signature.flags",
        metadata={
            "description": "What is odd: mixed_script, capitals, repeated, long, number, symbols,"
            " address, blocked; same_organisation: another signature of that entry counts;"
            " sounds_alike: it sounds like an organisation of the coalition, or bears its acronym,"
            " and is not linked to it. None: every signature is looked at.",
            "example": ["mixed_script"],
        },
    )


class RejectionIn(Schema):
    """Why a signature does not count."""

    reason = _reason()


class DecisionIn(Schema):
    """What becomes of several signatures."""

    decision = ma.fields.Enum(Decision, by_value=True, required=True)
    ids = ma.fields.List(
        ma.fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST_AT_ONCE),
        metadata={"example": [_ID]},
    )
    reason = Text(
        most=500,
        load_default=None,
        allow_none=True,
        metadata={"description": "To reject needs one.", "example": "A robot."},
    )

    @ma.validates_schema
    def _needs_reason(self, given: dict[str, Any], **_: Any) -> None:
        if given.get("decision") is Decision.REJECT and not given.get("reason"):
            raise ma.ValidationError(Reason(Code.REQUIRED, "To reject needs a reason."), "reason")


class DecidedOut(Schema):
    """How many a decision changed."""

    changed = ma.fields.Integer(required=True)
    unchanged = ma.fields.Integer(
        required=True, metadata={"description": "They were so already.", "example": 0}
    )


class RuleIn(Schema):
    """Whom an invalidation means: who fits everything that is said. One part is needed."""

    domain = ma.fields.String(
        validate=validate.Length(1, 253),
        metadata={"description": "Of the address, itself only.", "example": "specimen.example"},
    )
    name_pattern = Text(
        metadata={
            "description": "A whole name, in any script: * is anything, ? one sign.",
            "example": "*robot*",
        }
    )
    from_ = Instant(data_key="from", metadata={"description": "Confirmed from this moment on."})
    until = Instant(metadata={"description": "Confirmed before this moment."})
    country = CountryCode()
    prefix_of = ma.fields.UUID(
        metadata={
            "description": "A signature: those from its part of the internet, on its day. Known"
            " for seven days."
        }
    )
    domain_of = ma.fields.UUID(
        metadata={"description": "A signature: those with the domain of its address."}
    )
    source = ma.fields.Enum(
        Source,
        by_value=True,
        load_default=Source.PUBLIC,
        metadata={"description": "Those that came from here alone.", "example": "public"},
    )

    @ma.post_load
    def _name(self, given: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {part.rstrip("_"): value for part, value in given.items()}


_RULE = {"domain": "specimen.example", "name_pattern": "*robot*", "source": "public"}


class InvalidationIn(Schema):
    """A rule by which signatures leave the count."""

    rule = ma.fields.Nested(RuleIn, required=True, metadata={"example": _RULE})
    reason = _reason()


class PreviewArgs(Schema):
    """Whether anything is done."""

    is_preview = ma.fields.Boolean(
        data_key="preview",
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": "Count whom the rule means, and change nothing."},
    )


class InvalidationOut(Schema):
    """Signatures that left the count together."""

    id = ma.fields.UUID(required=True, attribute="invalidation.id")
    statement_id = ma.fields.UUID(required=True, attribute="invalidation.statement_id")
    rule = ma.fields.Dict(required=True, metadata={"example": _RULE})
    reason = ma.fields.String(required=True, attribute="invalidation.reason")
    number = ma.fields.Integer(
        required=True,
        attribute="invalidation.number",
        metadata={"description": "How many it took out, so far."},
    )
    created_at = ma.fields.AwareDateTime(required=True, attribute="invalidation.created_at")
    created_by = ma.fields.UUID(required=True, allow_none=True, attribute="invalidation.created_by")
    undone_at = ma.fields.AwareDateTime(
        required=True, allow_none=True, attribute="invalidation.undone_at"
    )
    job_id = ma.fields.UUID(
        dump_default=None,
        allow_none=True,
        attribute="job.id",
        metadata={"description": "Of the job that carries it out or undoes it, as it begins."},
    )


class InvalidationReportOut(Schema):
    """Whom a rule means."""

    number = ma.fields.Integer(
        required=True,
        metadata={"description": "How many it takes out, of those that were looked at."},
    )
    looked_at = ma.fields.Integer(
        required=True,
        metadata={
            "description": "Names are sealed: a pattern looks at the latest 2,000 of the"
            " candidates here, and at all of them once it is carried out."
        },
    )
    candidates = ma.fields.Integer(
        required=True, metadata={"description": "How many all but the pattern fits."}
    )
    sample = ma.fields.List(
        ma.fields.UUID(), required=True, metadata={"description": "Some of them."}
    )
    made = ma.fields.Nested(
        InvalidationOut,
        required=True,
        allow_none=True,
        metadata={"description": "The invalidation; null for a preview.", "example": None},
    )


class HourOut(Schema):
    """One hour."""

    from_ = ma.fields.AwareDateTime(data_key="from", required=True)
    asked = ma.fields.Integer(required=True)
    confirmed = ma.fields.Integer(required=True)


class ShareOut(Schema):
    """How many share what is not told, and one of them to point at it by."""

    number = ma.fields.Integer(required=True, metadata={"example": 40})
    signature_id = ma.fields.UUID(
        required=True,
        metadata={"description": "For domain_of or prefix_of of an invalidation's rule."},
    )


def _numbers(example: dict[str, int]) -> ma.fields.Dict:
    return ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"example": example},
    )


class TrendsOut(Schema):
    """How a statement was signed in the last 24 hours."""

    hours = ma.fields.List(ma.fields.Nested(HourOut), required=True)
    total = ma.fields.Integer(required=True)
    states = _numbers({state.value: 0 for state in SignatureState})
    domains = ma.fields.List(
        ma.fields.Nested(ShareOut),
        required=True,
        metadata={"description": "Addresses of one domain: the five most, from five on."},
    )
    prefixes = ma.fields.List(
        ma.fields.Nested(ShareOut),
        required=True,
        metadata={"description": "From one part of the internet: the five most, from five on."},
    )
    flags = _numbers({"mixed_script": 3})


class RetentionOut(Schema):
    """What of a statement will be forgotten, and when; the counts stay."""

    retain_until = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The last day on which it is known who signed."},
    )
    acts_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "The day on which it is forgotten: the day after, and not before the"
            " owners have known by letter for seven days. While none has left: as if one did now."
        },
    )
    told_on = ma.fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The day on which the first letter to an owner left."},
    )
    warning = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why the day does not act: the letter was due, and none has left.",
            "example": None,
        },
    )
    purged_on = ma.fields.Date(required=True, allow_none=True)
    identities = ma.fields.Integer(required=True)
    mailing_consents = ma.fields.Integer(
        required=True,
        metadata={"description": "To mailings: export them before, they go as well."},
    )
    evidence = ma.fields.Integer(required=True)
    pending = ma.fields.Integer(
        required=True, metadata={"description": "Asked and not confirmed: gone after seven days."}
    )
    turned_away = ma.fields.Integer(
        required=True, metadata={"description": "Rejected or invalidated: known for 90 days."}
    )
    turned_away_until = ma.fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When the first of them go."}
    )
