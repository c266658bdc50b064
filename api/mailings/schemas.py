"""Letters as JSON: how far they are, never to whom."""

from __future__ import annotations

import marshmallow as ma

from api.infra.letters import LetterState
from api.web.paging import PageArgs
from api.web.rest import Schema

KIND = {"description": "docs/letters.md lists them.", "example": "signoffs.request"}


class LetterOut(Schema):
    """A letter, and how far it is. To whom it goes, no row says."""

    id = ma.fields.UUID(required=True)
    kind = ma.fields.String(required=True, metadata=KIND)
    object_id = ma.fields.UUID(
        required=True, metadata={"description": "What it is about: an approver, a signature ..."}
    )
    state = ma.fields.Enum(LetterState, by_value=True, required=True, metadata={"example": "sent"})
    fault = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why it was not taken: smtp- and the server's code, or what broke.",
            "example": "smtp-550",
        },
    )
    attempts = ma.fields.Integer(required=True, metadata={"example": 1})
    created_at = ma.fields.AwareDateTime(required=True)
    run_after = ma.fields.AwareDateTime(
        required=True, metadata={"description": "Of a queued one: not before then is it tried."}
    )
    ended_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class LetterArgs(PageArgs):
    """A page of letters."""

    state = ma.fields.Enum(LetterState, by_value=True, metadata={"example": "failed"})
    kind = ma.fields.String(validate=ma.validate.Length(1, 60), metadata=KIND)
