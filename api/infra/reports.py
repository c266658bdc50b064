"""What a mail server says of a letter that came back, or of one that somebody complained of.

A report comes from anybody and says anything, so it is read within bounds: so many bytes, lines,
signs in a line and parts. What it says counts only with the token of a letter (`infra/returns`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog
from flufl.bounce import all_failures

from api.infra import returns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

log = structlog.get_logger()
MOST_BYTES = 1_000_000  # of a message; what follows is not read
MOST_LINES, LONGEST_LINE = 20_000, 1_000  # RFC 5322 knows lines of 998
MOST_HEADERS, LONGEST_HEADER = 200, 2_000  # of one part
MOST_PARTS = 20  # that hold parts
# Of its words: the patterns that look through them take the square of a line's length.
MOST_WORDS, LONGEST_WORDS = 200, 200
MOST_TOKENS, MOST_ADDRESSES = 5, 100
DEEP = re.compile(rb"multipart/|message/", re.IGNORECASE)
LETTER = re.compile(rb"^X-Letter:[ \t]*([a-z2-7]{40})\s*$", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>()\[\]\",:;@\\]{1,64}@[^\s<>()\[\]\",:;@\\]{1,253}")
# Who writes reports that have no form. Others quote, too: who is away, or answers.
REPORTERS = re.compile(
    r"\b(mailer-?daemon|post-?master|mail delivery|delivery subsystem)", re.IGNORECASE
)
# RFC 3463: an enhanced status code, and not an address of the internet.
STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
# What may pass, though a server gave up: 4.x.x, a full mailbox, a server that is out of order or
# finds the letter too long, one that waited too long, what a letter holds, and who may write.
PASSING = re.compile(r"4\.|5\.2\.[23]$|5\.3\.|5\.4\.7$|5\.6\.|5\.7\.")
UNSAID = ".0.0"  # a code that says nothing; the server's own words may hold another
UNWANTED = frozenset({"abuse", "fraud", "opt-out"})  # RFC 5965, and what some send besides


class Kind(StrEnum):
    """What a report says of a letter."""

    GONE = "gone"  # nobody is there
    FAILED = "failed"  # it did not arrive, and the next one may
    UNWANTED = "unwanted"  # somebody complained


@dataclass(frozen=True)
class Report:
    """A report, as far as it can be believed: not at all before a token fits an address."""

    kind: Kind
    tokens: tuple[str, ...]
    failing: tuple[str, ...]  # the addresses that it speaks of
    named: tuple[str, ...]  # others that stand in it, such as whom the letter was written to


class _Part(Message):
    """A message or a part of one, with few and short headers."""

    def set_raw(self, name: str, value: str) -> None:
        """Keep a header as the parser found it."""
        if len(self) < MOST_HEADERS:
            super().set_raw(name, value[:LONGEST_HEADER])


def read(raw: bytes) -> Report | None:
    """Return what a message reports; None: it is no report of a letter of ours. Never raises."""
    try:
        return _read(_bounded(raw))
    except Exception as fault:  # noqa: BLE001 # whatever a stranger's message does to a parser
        log.warning("report unreadable", error=type(fault).__name__)
        return None


def _bounded(raw: bytes) -> bytes:
    lines = raw[:MOST_BYTES].splitlines()[:MOST_LINES]
    return b"\n".join(line[:LONGEST_LINE] for line in lines)


def _read(raw: bytes) -> Report | None:
    tokens = _tokens(raw)
    if not tokens or len(DEEP.findall(raw)) > MOST_PARTS:
        return None
    whole = BytesParser(_Part, policy=compat32).parsebytes(raw)
    parts = list(whole.walk())
    words = _shortened(parts)
    complaint = [part for part in parts if _type(part) == "message/feedback-report"]
    if complaint:
        found = _complaint(complaint)
        kind = Kind.UNWANTED if found is not None else None
    else:
        kind, found = _bounce(whole, parts, words)
    if kind is None or found is None:
        return None
    named = ADDRESS.findall(raw.decode(errors="replace"))
    return Report(kind, tokens, _several(found), _several(named))


def _tokens(raw: bytes) -> tuple[str, ...]:
    text = raw.decode("latin-1")
    found = [each["token"] for each in returns.TOKEN.finditer(text)]
    found += [each.decode() for each in LETTER.findall(raw)]
    return tuple(dict.fromkeys(each.lower() for each in found))[:MOST_TOKENS]


def _shortened(parts: list[Message]) -> str:
    """Leave so many words in the parts, decoded; return them."""
    left, words = MOST_WORDS, []
    for part in parts:
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        lines = content.decode(errors="replace").splitlines() if isinstance(content, bytes) else []
        kept = "\n".join(line[:LONGEST_WORDS] for line in lines[:left]) + "\n"
        left -= len(lines[:left])
        del part["Content-Transfer-Encoding"]
        part.set_payload(kept)
        words.append(kept)
    return "".join(words)


def _complaint(parts: Iterable[Message]) -> list[str] | None:
    """Return whose complaint it is; None: it is about something else."""
    fields = [each for part in parts for each in part.walk()]
    kinds = {str(each.get("Feedback-Type", "")).strip().lower() for each in fields}
    if not kinds & UNWANTED:
        return None
    return [
        address
        for each in fields
        for value in each.get_all("Original-Rcpt-To", [])
        for address in ADDRESS.findall(str(value))
    ]


def _bounce(
    whole: Message, parts: list[Message], words: str
) -> tuple[Kind | None, list[str] | None]:
    """Return what a bounce says, and of whom. That a letter is late is no bounce."""
    blocks = [each for part in parts for each in _blocks(part)]
    acted = [each for each in blocks if each.get("Action")]
    failed = [each for each in acted if _action(each).startswith(("fail", "error"))]
    if acted and not failed:
        return None, None
    if not failed and not _is_by_a_server(whole, parts):
        return None, None
    _, permanent = all_failures(whole)
    found = [each.decode(errors="replace") for each in permanent]
    found += [
        address
        for each in [*failed, whole]
        for name in ("Original-Recipient", "Final-Recipient", "X-Failed-Recipients")
        for value in each.get_all(name, [])
        for address in ADDRESS.findall(str(value))
    ]
    if not failed and not found:
        return None, None
    codes = [each for block in failed for each in _codes(block)] or STATUS.findall(words)
    may_pass = bool(codes) and all(map(PASSING.match, codes))
    return (Kind.FAILED if may_pass else Kind.GONE), found


def _codes(block: Message) -> list[str]:
    """Return the code of one recipient; the words of the other server, where it says nothing."""
    status = STATUS.findall(str(block.get("Status", "")))[:1]
    if not status or status[0].endswith(UNSAID):
        return STATUS.findall(str(block.get("Diagnostic-Code", "")))[:1] or status
    return status


def _is_by_a_server(whole: Message, parts: list[Message]) -> bool:
    """Tell whether a message without a form of its own may be a report all the same."""
    if any(_type(part) == "message/disposition-notification" for part in parts):
        return False  # it was read, or deleted: so it arrived
    return "X-Failed-Recipients" in whole or bool(REPORTERS.search(str(whole.get("From", ""))))


def _blocks(part: Message) -> Iterator[Message]:
    """Return what a report in the form of RFC 3464 or RFC 6533 says of each recipient."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return
    inner = [each for each in payload if isinstance(each, Message)]
    if _type(part) == "message/delivery-status":
        yield from inner
    elif _type(part) == "message/global-delivery-status":  # the parser takes it for a message
        for each in inner:
            text = each.get_payload()
            blocks = text.split("\n\n") if isinstance(text, str) else []
            yield from map(Parser(_Part, policy=compat32).parsestr, blocks)


def _type(part: Message) -> str:
    return part.get_content_type()


def _action(block: Message) -> str:
    return str(block.get("Action", "")).strip().lower()


def _several(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses in the forms in which a letter may have been written to them."""
    found = dict.fromkeys(each.strip().strip("'.") for each in addresses)
    plain = [each for each in found if "@" in each][:MOST_ADDRESSES]
    return tuple(dict.fromkeys([*plain, *filter(None, map(_in_its_script, plain))]))


def _in_its_script(address: str) -> str | None:
    """Return an address whose domain is written in ASCII for the DNS as people write it."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain.lower():
        return None
    try:
        return f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return None
