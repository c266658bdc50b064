"""What a mail server says of a letter that came back, or of one that somebody complained of.

A report comes from anybody and says anything, so it is read within bounds: so many bytes, lines,
signs in a line and parts. What it says counts only with the token of a letter (`infra/mail/verp`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from enum import StrEnum
from itertools import chain

import structlog
from flufl.bounce import all_failures

from api.infra.mail import bounce_texts, refusals, verp

log = structlog.get_logger()
MOST_BYTES = 1_000_000  # of a message; what follows is not read
MOST_LINES, LONGEST_LINE = 20_000, 1_000  # RFC 5322 knows lines of 998
MOST_HEADERS, LONGEST_HEADER = 200, 2_000  # of one part
MOST_PARTS = 20  # that hold parts
# Of its words: the patterns that look through them take the square of a line's length.
MOST_WORDS, LONGEST_WORDS = 200, 200
MOST_TOKENS, MOST_ADDRESSES = 5, 100
MOST_ABOUT = 10  # addresses that are known again in what a server says
DEEP = re.compile(rb"multipart/|message/", re.IGNORECASE)
LETTER = re.compile(rb"^X-Letter:[ \t]*([a-z2-7]{40})\s*$", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>()\[\]\",:;@\\]{1,64}@[^\s<>()\[\]\",:;@\\]{1,253}")
# Who writes reports that have no form. Others quote, too: who is away, or answers.
REPORTERS = re.compile(
    r"\b(mailer-?daemon|mdaemon|post-?master|mail delivery|delivery (sub)?system|mail system"
    r"|mail administrator|system administrator)",
    re.IGNORECASE,
)
UNWANTED = frozenset({"abuse", "fraud", "opt-out"})  # RFC 5965, and what some send besides


class BounceKind(StrEnum):
    """What a report says of a letter."""

    GONE = "gone"  # nobody is there
    FAILED = "failed"  # it did not arrive, and the next one may
    UNWANTED = "unwanted"  # somebody complained


@dataclass(frozen=True)
class BounceReport:
    """A report, as far as it can be believed: not at all before a token fits an address."""

    kind: BounceKind
    tokens: tuple[str, ...]
    failing: tuple[str, ...]  # the addresses that it speaks of
    named: tuple[str, ...]  # others that stand in it, such as whom the letter was written to


@dataclass(frozen=True)
class BounceReading:
    """How a message was read, and why."""

    kind: BounceKind | None  # None: it is no report, or nothing has failed yet
    why: str
    said: str = ""  # the words that count
    failing: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class _Part(Message):
    """A message or a part of one, with few and short headers."""

    def set_raw(self, name: str, value: str) -> None:
        """Keep a header as the parser found it."""
        if len(self) < MOST_HEADERS:
            super().set_raw(name, value[:LONGEST_HEADER])


def read(raw: bytes) -> BounceReport | None:
    """Return what a message reports; None: it is no report of a letter of ours. Never raises."""
    bounded = _bounded(raw)
    if not _tokens(bounded):
        return None
    found = _reading(bounded)
    if found.kind is None:
        return None
    return BounceReport(found.kind, found.tokens, found.failing, found.named)


def explained(raw: bytes) -> BounceReading:
    """Return how a message is read, whether or not it is about a letter of ours. Never raises."""
    return _reading(_bounded(raw))


def _reading(raw: bytes) -> BounceReading:
    try:
        return _read(raw)
    except Exception as fault:  # noqa: BLE001 # whatever a stranger's message does to a parser
        log.warning("report unreadable", error=type(fault).__name__)
        return BounceReading(None, "it cannot be read")


def _bounded(raw: bytes) -> bytes:
    lines = raw[:MOST_BYTES].splitlines()[:MOST_LINES]
    return b"\n".join(line[:LONGEST_LINE] for line in lines)


def _read(raw: bytes) -> BounceReading:
    if len(DEEP.findall(raw)) > MOST_PARTS:
        return BounceReading(None, "it holds too many parts")
    whole = BytesParser(_Part, policy=compat32).parsebytes(raw)
    complaint = [part for part in whole.walk() if _type(part) == "message/feedback-report"]
    found = _complaint(complaint) if complaint else _bounce(whole)
    if found.kind is None:
        return found
    named = ADDRESS.findall(raw.decode(errors="replace"))
    return replace(
        found, failing=_several(found.failing), tokens=_tokens(raw), named=_several(named)
    )


def _tokens(raw: bytes) -> tuple[str, ...]:
    text = raw.decode("latin-1")
    found = [each["token"] for each in verp.TOKEN.finditer(text)]
    found += [each.decode() for each in LETTER.findall(raw)]
    return tuple(dict.fromkeys(each.lower() for each in found))[:MOST_TOKENS]


def _shorten(parts: list[Message]) -> None:
    """Leave so many words in the parts, decoded."""
    left = MOST_WORDS
    for part in parts:
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        lines = content.decode(errors="replace").splitlines() if isinstance(content, bytes) else []
        kept = "\n".join(line[:LONGEST_WORDS] for line in lines[:left]) + "\n"
        left -= len(lines[:left])
        del part["Content-Transfer-Encoding"]
        part.set_payload(kept)


def _complaint(parts: Iterable[Message]) -> BounceReading:
    """Return whose complaint it is."""
    fields = [each for part in parts for each in part.walk()]
    kinds = {str(each.get("Feedback-Type", "")).strip().lower() for each in fields}
    if not kinds & UNWANTED:
        return BounceReading(None, "a report about a letter that nobody calls unwanted")
    values = (str(value) for each in fields for value in each.get_all("Original-Rcpt-To", []))
    failing = chain.from_iterable(map(ADDRESS.findall, values))
    return BounceReading(
        BounceKind.UNWANTED, "somebody called the letter unwanted", failing=tuple(failing)
    )


def _bounce(whole: Message) -> BounceReading:
    """Return what a bounce says, and of whom. That a letter is late is no bounce."""
    words = bounce_texts.before_the_letter(whole)
    parts = list(bounce_texts.parts_before(whole))
    blocks = [each for part in parts for each in _blocks(part)]
    acted = [each for each in blocks if each.get("Action")]
    failed = [each for each in acted if _action(each).startswith(("fail", "error"))]
    if acted and not failed:
        return BounceReading(None, f"nothing has failed: {_action(acted[0])}")
    if not failed and (why := _why_not(whole, parts, words)):
        return BounceReading(None, why)
    found = _failing(whole, failed)
    if not failed and not found:
        if not bounce_texts.FAILED.search(words):
            return BounceReading(None, "it does not say that something failed")
        found = ADDRESS.findall(words)
    about = list(dict.fromkeys(found))[:MOST_ABOUT]
    tail = _from_the_first(words, found)
    meanings = [_meaning(each, tail, about) for each in failed] or [
        refusals.read(tail, "", about) or refusals.of_status("")
    ]
    # Of several recipients, all have to be gone: a letter has one, and the rest are sent on to.
    first = next((each for each in meanings if not each.is_gone), meanings[0])
    kind = BounceKind.GONE if first.is_gone else BounceKind.FAILED
    return BounceReading(kind, first.why, first.said, tuple(found))


def _why_not(whole: Message, parts: list[Message], words: str) -> str | None:
    """Tell why a message without a form of its own is no report; None: it may be one."""
    if not _is_by_a_server(whole, parts):
        return "it is not by a mail server"
    if bounce_texts.DELAYED.search(f"{whole.get('Subject', '')}\n{words}"):
        return "it is late, and still tried"
    return None


def _failing(whole: Message, failed: list[Message]) -> list[str]:
    """Return the addresses of which a report says that they failed."""
    _shorten(list(whole.walk()))  # it changes them: the words were read before
    _, permanent = all_failures(whole)
    found = [each.decode(errors="replace") for each in permanent]
    return found + [
        address
        for each in [*failed, whole]
        for name in ("Original-Recipient", "Final-Recipient", "X-Failed-Recipients")
        for value in _fields(each, name)
        for address in ADDRESS.findall(value)
    ]


def _from_the_first(words: str, failing: Iterable[str]) -> str:
    """Return the words from where the first of these addresses stands: before are greetings."""
    folded = words.casefold()
    places = [folded.find(each.casefold()) for each in failing]
    return words[min((each for each in places if each >= 0), default=0) :]


def _meaning(block: Message, words: str, about: Collection[str]) -> refusals.Meaning:
    """Return what is said of one recipient.

    The words of the server that refused go first. Where it gave some, the status that the reporting
    server adds is a guess of its own: Sendmail writes 5.1.1 whatever the other's 550 was for.
    """
    status = next(_fields(block, "Status"), "")
    by, semicolon, said = next(_fields(block, "Diagnostic-Code"), "").partition(";")
    by, said = (by.strip().casefold(), said.strip()) if semicolon else ("", by.strip())
    if found := refusals.read(said, status, about):
        return found
    if by == "smtp" and refusals.plain(said).strip(" .:;-"):
        return refusals.of_status("")
    return refusals.read(words, status, about) or refusals.of_status(status)


def _fields(block: Message, name: str) -> Iterator[str]:
    """Return the fields of a name as their author wrote them, in whatever language."""
    found = (value for key, value in block.raw_items() if key.casefold() == name.casefold())
    return map(bounce_texts.header, found)


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
            text = each.get_payload(decode=True)
            blocks = text.decode(errors="replace").split("\n\n") if isinstance(text, bytes) else []
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
