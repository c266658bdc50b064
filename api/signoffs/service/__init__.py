"""The use cases of sign-offs; other rungs call what takes a session."""

from __future__ import annotations

from api.signoffs.service import (
    appearances as appearances,
    mentions as mentions,  # statements call it
    redaction as redaction,  # cases call it
)
from api.signoffs.service.answers import answer, asked, choose, enter, hand_over
from api.signoffs.service.board import board, told
from api.signoffs.service.publishing import printed, with_logos
from api.signoffs.service.rounds import (
    ask_more,
    close,
    has_round,
    is_due,
    remind,
    round_of,
    set_round,
)

__all__ = [
    "answer",
    "ask_more",
    "asked",
    "board",
    "choose",
    "close",
    "enter",
    "hand_over",
    "has_round",
    "is_due",
    "printed",
    "remind",
    "round_of",
    "set_round",
    "told",
    "with_logos",
]
