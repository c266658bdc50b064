"""What somebody confirms of a text that goes out, as JSON: fields of whatever puts it out."""

from __future__ import annotations

from api.web import fields, validate

MOST = 1000


def confirmed_cases() -> fields.List:
    """Return the field of the cases that a text rightly names."""
    return fields.List(
        fields.String(validate=validate.Length(1, 80)),
        load_default=list,
        validate=validate.Length(0, MOST),
        description="Where it puts the text out: the cases, by key or id, that it rightly"
        " names though they were released or have died. Needed for each for whose freedom it"
        " asks, or of which it says another status, or none; once in a statement, until that"
        " changes.",
        example=[],
    )


def confirmed_mentions() -> fields.List:
    """Return the field of what a text rightly says of members."""
    return fields.List(
        fields.String(validate=validate.Length(1, 500)),
        load_default=list,
        validate=validate.Length(0, MOST),
        description="Where it puts the text out: what of the board's warnings is right as it is,"
        " by their keys: a member that the text names and that does not stand under it by name,"
        " or a number of organisations in the text's words. Of an edit of a text that is out, what"
        " it did not say before.",
        example=[],
    )
