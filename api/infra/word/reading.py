"""Has a file of Word read in the limited child, and says what is wrong with one that is none."""

from __future__ import annotations

import json
from typing import cast

from api.errors import Invalid
from api.infra import office
from api.infra.runtime import runtime
from api.infra.sandbox.bulkhead import Busy
from api.infra.sandbox.pool import LimitReached
from api.infra.word.text import SAVE_IT, WordText

WORD_READER = "api.infra.word.reader"  # runs in the limited child
MOST_BYTES = 10_000_000
_LOCKED = f"A password locks this document. Open it and take the password away. {SAVE_IT}"
_OLD = f"This is a document of Word 97 to 2003 (.doc) or another old format. {SAVE_IT}"
_NONE = f"This is no document of Word. {SAVE_IT}"
_TOO_MUCH = (
    "This document takes more time or memory than a text may. Copy the text alone into a new one,"
    " and send that."
)


class NotAWordFile(Invalid, title="This file is not a document of Word that can be read"):
    """A file of Word is read whole or not at all."""


def read(data: bytes) -> WordText:
    """Return what a file says; raise NotAWordFile with what to do. Nothing of it is kept."""
    if data.startswith(office.COMPOUND):
        raise NotAWordFile(_LOCKED if office.is_locked(data) else _OLD)
    if not data.startswith(office.ZIP):
        raise NotAWordFile(_NONE)
    try:
        return cast("WordText", json.loads(runtime().pool.run(WORD_READER, {}, {"file": data})))
    except LimitReached as limit:
        if limit.is_late:  # of computing it had less than it may take
            raise Busy("It took too long beside others. Try again in a while.") from limit
        raise NotAWordFile(_TOO_MUCH) from limit
    except Invalid as refused:
        raise NotAWordFile(refused.detail) from refused
