"""Blocks, the queue, invalidations, trends and what is kept of people, as JSON."""

from __future__ import annotations

import marshmallow as ma

from api.errors import Code, Reason
from api.moderation.service.queue import Decision
from api.signatures.models import BlockAct, BlockKind, SignatureState, Source
from api.signatures.schemas import SignatureOut
from api.web import fields, validate
from api.web.rest import OutSchema, Schema

MOST_AT_ONCE = 200
_ID = "7d0c3a9e-5b1f-4a44-9c55-0d3a6f1e2b90"


def _reason() -> fields.Text:
    return fields.Text(
        most=500,
        required=True,
        description="For the record; no signatory is told.",
        example="A robot.",
    )


class BlockIn(Schema):
    """What a coalition does not let sign, or wants to look at first."""

    kind = fields.Enum(BlockKind, required=True, example="domain")
    value = fields.Text(
        required=True,
        description="An e-mail address, with all spellings of its mailbox; a domain, with"
        " all below it; or a whole name, in any script, where * is anything and ? one sign.",
        example="specimen.example",
    )
    act = fields.Enum(
        BlockAct,
        load_default=BlockAct.HOLD,
        description="drop: no letter goes out, and who asks is answered as everybody;"
        " hold: a coordinator looks at it first.",
        example="hold",
    )
    note = fields.Text(load_default=None, example="Sends robots.")


class BlockOut(OutSchema):
    """One block."""

    id = fields.UUID(attribute="block.id")
    kind = fields.Enum(BlockKind, attribute="block.kind")
    value = fields.String()
    act = fields.Enum(BlockAct, attribute="block.act")
    note = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(attribute="block.created_at")
    created_by = fields.UUID(allow_none=True, attribute="block.created_by")


class ResembledOut(OutSchema):
    """An organisation of the coalition that a signature may pass for."""

    id = fields.UUID()
    names = fields.Dict(example={"en": "Specimen Committee"})


class HeldOut(SignatureOut):
    """A signature that waits for a coordinator."""

    reasons = fields.List(
        fields.String(),
        attribute="signature.flags",
        description="What is odd: mixed_script, capitals, repeated, long, number, symbols,"
        " address, blocked; same_organisation: another signature of that entry counts;"
        " sounds_alike: it sounds like an organisation of the coalition, bears its acronym or"
        " holds its name, and is not linked to it; unknown_address: it signs in the name of one,"
        " from an address of nobody who may commit it. None: every signature is looked at.",
        example=["mixed_script"],
    )
    resembles = fields.List(
        fields.Nested(ResembledOut),
        description="Organisations of the coalition that it is, or may be taken for.",
    )


class RejectionIn(Schema):
    """Why a signature does not count."""

    reason = _reason()


class DecisionIn(Schema):
    """What becomes of several signatures."""

    decision = fields.Enum(Decision, required=True)
    ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(1, MOST_AT_ONCE), example=[_ID]
    )
    reason = fields.Text(
        most=500, load_default=None, description="To reject needs one.", example="A robot."
    )

    @ma.validates_schema
    def _needs_reason(self, given: dict[str, object], **_: object) -> None:
        if given.get("decision") is Decision.REJECT and not given.get("reason"):
            raise ma.ValidationError(Reason(Code.REQUIRED, "To reject needs a reason."), "reason")


class DecidedOut(OutSchema):
    """How many a decision changed."""

    changed = fields.Integer()
    unchanged = fields.Integer(description="They were so already.", example=0)


class RuleIn(Schema):
    """Whom an invalidation means: who fits everything that is said. One part is needed."""

    domain = fields.String(
        validate=validate.Length(1, 253),
        description="Of the address, itself only.",
        example="specimen.example",
    )
    name_pattern = fields.Text(
        description="A whole name, in any script: * is anything, ? one sign.", example="*robot*"
    )
    from_ = fields.Instant(data_key="from", description="Confirmed from this moment on.")
    until = fields.Instant(description="Confirmed before this moment.")
    country = fields.CountryCode()
    prefix_of = fields.UUID(
        description="A signature: those from its part of the internet, on its day. Known"
        " for seven days."
    )
    domain_of = fields.UUID(description="A signature: those with the domain of its address.")
    source = fields.Enum(
        Source,
        load_default=Source.PUBLIC,
        description="Those that came from here alone.",
        example="public",
    )

    @ma.post_load
    def _name(self, given: dict[str, object], **_: object) -> dict[str, object]:
        return {part.rstrip("_"): value for part, value in given.items()}


_RULE = {"domain": "specimen.example", "name_pattern": "*robot*", "source": "public"}


class InvalidationIn(Schema):
    """A rule by which signatures leave the count."""

    rule = fields.Nested(RuleIn, required=True, example=_RULE)
    reason = _reason()


class InvalidationArgs(Schema):
    """Whether anything is done."""

    is_preview = fields.Boolean(
        data_key="preview",
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        description="Count whom the rule means, and change nothing.",
    )


class InvalidationOut(OutSchema):
    """Signatures that left the count together."""

    id = fields.UUID(attribute="invalidation.id")
    statement_id = fields.UUID(attribute="invalidation.statement_id")
    rule = fields.Dict(example=_RULE)
    reason = fields.String()
    number = fields.Integer(
        attribute="invalidation.number", description="How many it took out, so far."
    )
    created_at = fields.AwareDateTime(attribute="invalidation.created_at")
    created_by = fields.UUID(allow_none=True, attribute="invalidation.created_by")
    undone_at = fields.AwareDateTime(allow_none=True, attribute="invalidation.undone_at")
    job_id = fields.UUID(
        dump_default=None,
        allow_none=True,
        attribute="job.id",
        description="Of the job that carries it out or undoes it, as it begins.",
        required=False,
    )


class InvalidationReportOut(OutSchema):
    """Whom a rule means."""

    number = fields.Integer(description="How many it takes out, of those that were looked at.")
    looked_at = fields.Integer(
        description="Names are sealed: a pattern looks at the latest 2,000 of the"
        " candidates here, and at all of them once it is carried out."
    )
    candidates = fields.Integer(description="How many all but the pattern fits.")
    sample = fields.List(fields.UUID(), description="Some of them.")
    made = fields.Nested(
        InvalidationOut,
        allow_none=True,
        description="The invalidation; null for a preview.",
        example=None,
    )


class HourOut(OutSchema):
    """One hour."""

    from_ = fields.AwareDateTime(data_key="from")
    asked = fields.Integer()
    confirmed = fields.Integer()


class ShareOut(OutSchema):
    """How many share what is not told, and one of them to point at it by."""

    number = fields.Integer(example=40)
    signature_id = fields.UUID(description="For domain_of or prefix_of of an invalidation's rule.")


def _numbers(example: dict[str, int]) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, example=example
    )


class TrendsOut(OutSchema):
    """How a statement was signed in the last 24 hours."""

    hours = fields.List(fields.Nested(HourOut))
    total = fields.Integer()
    states = _numbers({state.value: 0 for state in SignatureState})
    domains = fields.List(
        fields.Nested(ShareOut), description="Addresses of one domain: the five most, from five on."
    )
    prefixes = fields.List(
        fields.Nested(ShareOut),
        description="From one part of the internet: the five most, from five on.",
    )
    flags = _numbers({"mixed_script": 3})


class RetentionOut(OutSchema):
    """What of a statement will be forgotten, and when; the counts stay."""

    retain_until = fields.Date(
        allow_none=True, description="The last day on which it is known who signed."
    )
    acts_on = fields.Date(
        allow_none=True,
        description="The day on which it is forgotten: the day after, and not before the"
        " owners have known by letter for seven days. While none has left: as if one did now.",
    )
    told_on = fields.Date(
        allow_none=True, description="The day on which the first letter to an owner left."
    )
    warning = fields.String(
        allow_none=True,
        description="Why the day does not act: the letter was due, and none has left.",
        example=None,
    )
    purged_on = fields.Date(allow_none=True)
    identities = fields.Integer()
    mailing_consents = fields.Integer(
        description="To mailings: export them before, they go as well."
    )
    evidence = fields.Integer()
    pending = fields.Integer(description="Asked and not confirmed: gone after seven days.")
    turned_away = fields.Integer(description="Rejected or invalidated: known for 90 days.")
    turned_away_until = fields.AwareDateTime(
        allow_none=True, description="When the first of them go."
    )
