"""What is told of deliveries that failed."""

from __future__ import annotations

# What to do about it, by what the outbox says went wrong.
_TOLD = {
    "suppressed": "Letters to this address came back, or it is left alone. Ask for another one.",
    "smtp-550": "The mail server knows no such mailbox. Check the addressee's e-mail, then repeat.",
    "smtp-551": "The mailbox has moved. Ask the addressee for its e-mail, then repeat.",
    "smtp-552": "The mailbox is full, or the PDF too large for it. Hand it over by other means.",
    "smtp-553": "The address is none. Correct the addressee's e-mail, then repeat.",
    "smtp-554": "The mail server took it for unwanted mail. Hand it over by other means.",
    "NotPrinted": "The PDF is not printed yet. It goes out once it is.",
}
_AGAIN = "It was not taken, and is tried again by itself."
_NEVER = "The mail server did not take it. Check the addressee's e-mail, then repeat."
_GONE = "The text, the addressee or the e-mail was gone when its turn came."


def told(state: str, fault: str | None) -> str | None:
    """Say in a sentence what went wrong with a delivery; None: nothing."""
    if state == "dropped":
        return _GONE
    if fault is None or state == "delivered":
        return None
    return _TOLD.get(fault) or (_AGAIN if state == "waiting" else _NEVER)
