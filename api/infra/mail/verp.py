"""Where letters come back to: an address for each letter and recipient (VERP).

`bounces@ngo.example` becomes `bounces+TOKEN@ngo.example`. The token holds the letter's id, and a
code over it and the address that it went to, under a key of the coalition: whoever forges a report
can tell of nobody but of the address that the letter went to.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from api.infra.mail.letters import Letter
from api.infra.security import keys

PURPOSE = "letters.return"
_CODE_BYTES, _ID_BYTES = 9, 16
# 25 bytes in base32, which survives servers that fold the case of an address.
TOKEN = re.compile(r"\+(?P<token>[a-z2-7]{40})@", re.IGNORECASE)


def token_of(session: Session, coalition_id: UUID | None, letter_id: UUID, address: str) -> str:
    """Return what stands in the return path of a coalition's letter to an address."""
    whole = letter_id.bytes + _code(session, coalition_id, letter_id, address)
    return base64.b32encode(whole).decode().lower()


def read(session: Session, token: str, candidates: Iterable[str]) -> tuple[Letter, str] | None:
    """Return the letter of a token, and to which of these addresses it went; None: forged."""
    try:
        whole = base64.b32decode(token.upper())
    except ValueError:
        return None
    letter = session.get(Letter, UUID(bytes=whole[:_ID_BYTES]))
    if letter is None or letter.coalition_id is None:
        return None
    code = whole[_ID_BYTES:]
    for address in candidates:
        if hmac.compare_digest(code, _code(session, letter.coalition_id, letter.id, address)):
            return letter, address
    return None


def _code(session: Session, coalition_id: UUID | None, letter_id: UUID, address: str) -> bytes:
    text = f"{letter_id}:{address.strip().casefold()}"
    return keys.blind(session, coalition_id, PURPOSE, text)[:_CODE_BYTES]
