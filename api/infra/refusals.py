"""What a mail server's refusal means: that nobody is there, or anything else.

Nobody is there only on a positive sign: the server says that this mailbox, or its whole domain,
does not exist, in words or by a code of RFC 3463 that means nothing else. A refusal that says more
than one thing, or something that is not known here, says nothing of the mailbox.
`docs/mail.md` has the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.infra.refusal_words import ABSENT, BESIDES, DISABLED, DOMAIN_ABSENT, OTHERWISE, SHUT

if TYPE_CHECKING:
    from collections.abc import Collection

MOST = 4_000  # characters of a refusal that are read
# An enhanced status code, and not an address of the internet.
CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
REPLY = re.compile(r"(?<![\w.:#=/-])([45])\d\d(?=[ \-]|$)")
NOT_OF_IT = re.compile(r"4|53[0458]")  # it may pass, or who we are is asked (RFC 4954)
# These mean that nobody is there, where the words say nothing else: no such mailbox, no such
# domain, it has moved, and 5.1.10, no mail here (RFC 7505) or a recipient not found (Exchange).
GONE = frozenset({"5.1.1", "5.1.2", "5.1.6", "5.1.10"})
# These mean something else, whatever the words are: it may pass, the address is valid or ambiguous,
# our sender, a full mailbox, a long letter, a list, the server's state, a loop or a queue that ran
# out, what a letter holds. And 5.7, policy, which some (Yandex) send with words that are plain.
ELSE = re.compile(
    r"4\.|5\.1\.[4578]$|5\.2\.[234]$|5\.3\.[1-9]|5\.4\.(?:[2356789]|[1-9]\d)$|5\.4\.300$"
    r"|5\.4\.31[2-9]$|5\.5\.[3-6]$|5\.6\."
)
POLICY = re.compile(r"5\.7\.")
# Where one server quotes another, the last one that is quoted is the one that refused.
QUOTED = re.compile(
    r"-+>|\bsaid:|\bresponded(?: with)?:?|\breturned(?: was)?:|\bresponse was:|\bserver was:"
    r"|^[ \t]{0,20}<<<|\(reason:"
    r"|\bafter (?:pipelined )?(?:rcpt to|end of data|data)(?::<[^<>]{0,320}>)?[^:\n]{0,80}:",
    re.IGNORECASE | re.MULTILINE,
)
# Refused before it was said for whom the letter is.
BEFORE = re.compile(
    r"\b(?:after|to|in|at|during|while sending)\s+(?:the\s+)?(?:pipelined\s+)?"
    r"(?:mail[ _]from\b|ehlo|helo|lhlo|initial connection|banner|greeting"
    r"|starttls|auth\b)"
    r"|sender was rejected|>>> (?:mail|ehlo|helo|starttls|auth)\b[^\n]*\n\s*<<< 5",
    re.IGNORECASE,
)
# What a server says next, after it has refused every recipient.
FOLLOWING = re.compile(
    r"^.{0,40}\b(?:503|554)[ -].{0,40}(?:need|valid|no)\b.{0,20}(?:rcpt|recipients?)\b.*$",
    re.IGNORECASE | re.MULTILINE,
)
NAMED_DOMAIN = re.compile(
    r"(?:\bname=|\bhost (?:named )?|\bdomain (?:name )?)[\"'<(]*"
    r"((?:[\w-]{1,63}\.){1,8}[a-z][\w-]{1,62})",
    re.IGNORECASE,
)

_ADDRESS = r"[^\s<>()\[\]\",:;]{1,64}@[^\s<>()\[\]\",:;]{1,253}"
_NOISE = re.compile(
    r"https?://\S+|\bwww\.\S+"  # pages that explain
    rf"|<[^<>]{{0,320}}>|{_ADDRESS}"  # a mailbox may be called "user.unknown"
    r"|\[[^\[\]]{0,200}\]"  # addresses of the internet, server names, tickets
    r"|(?<![\w.-])(?:[a-z0-9_-]+\.)+[a-z]{2,24}(?![\w-])"  # hosts
    r"|(?<![\w.-])(?:[A-Z0-9_-]+\.)+[A-Z]{2,24}(?![\w-])"
)
_TICKETS = re.compile(
    r"\b[45]\d\d[ -]|[#(]*\b[245]\.\d{1,3}\.\d{1,3}\b\)?|#<|\b\w{0,20}?\d\w{0,20}?\d\w{0,40}"
)
_INTERNAL = re.compile(r"\b[A-Z]{4,}(?:\.[A-Za-z]+)+")  # RESOLVER.ADR.RecipNotFound
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})


@dataclass(frozen=True)
class Idiom:
    """What one maker says of a mailbox that is not there, as its documents have it."""

    codes: frozenset[str]  # one of them stands beside the words; "": any, or none
    words: re.Pattern[str]


IDIOMS = (
    # Microsoft 365, where the edge knows the directory; Outlook.com; Cisco; GMX, WEB.DE, mail.com.
    Idiom(
        frozenset({"5.4.1"}), re.compile("recipient address rejected: access denied", re.IGNORECASE)
    ),
    Idiom(frozenset({"5.5.0"}), re.compile(r"mailbox unavailable \(S2017062302\)", re.IGNORECASE)),
    Idiom(
        frozenset({"5.1.0"}),
        re.compile(r"(?<!recipient )(?<!sender )address rejected\b", re.IGNORECASE),
    ),
    Idiom(
        frozenset({""}),
        re.compile(
            r"requested action not taken: mailbox unavailable"
            r"(?=.{0,80}postmaster\.(?:gmx|web|mail)\.)",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True)
class Meaning:
    """What a refusal means, and by what that is known."""

    is_gone: bool
    why: str
    said: str = ""


def read(said: str, status: str = "", domains: Collection[str] = ()) -> Meaning | None:
    """Return what the words of a server mean; None: they say nothing either way.

    `status` is what the server that reports adds of its own. `domains` are those of whom it is
    about: that another host is unknown, such as a relay on the way, says nothing of a mailbox.
    """
    said = FOLLOWING.sub("", said[:MOST])
    if not said.strip():
        return None
    if BEFORE.search(said):
        return _else("refused before the recipient was named", said)
    inner = _innermost(said)
    codes = CODE.findall(inner) or CODE.findall(said)
    if found := _by_code(said, status, codes):
        return found
    words = plain(inner)
    if any({*codes, ""} & each.codes and each.words.search(_on_one_line(inner)) for each in IDIOMS):
        return _gone("words by which this server says that nobody is there", inner)
    if sign := OTHERWISE.search(words):
        return _else(f"words: {sign[0]!r}", inner)
    return _by_words(words, inner, codes, domains)


def of_status(status: str) -> Meaning:
    """Return what a code alone means, where nobody's words stand beside it."""
    return of_codes(CODE.findall(status), status)


def of_codes(codes: list[str], said: str) -> Meaning:
    """Return what codes mean, where no words that are known outweigh them."""
    if not codes:
        return _else("neither a code nor words that are known", said)
    if set(codes) <= GONE:
        return _gone(f"code {codes[0]}, and no words against it", said)
    return _else(f"code {codes[0]} does not say that nobody is there", said)


def _by_code(said: str, status: str, codes: list[str]) -> Meaning | None:
    """Return what codes say that no words can outweigh."""
    if reply := next((each for each in REPLY.finditer(said) if NOT_OF_IT.match(each[0])), None):
        why = "may pass" if reply[1] == "4" else "asks who we are"
        return _else(f"reply {reply[0]} {why}", said)
    for code in [*CODE.findall(said), *codes, *CODE.findall(status)]:
        if code.startswith("4."):
            return _else(f"code {code} may pass", said)
    for code in codes:
        if ELSE.match(code):
            return _else(f"code {code} is not about whether the mailbox is there", said)
    for code in CODE.findall(status):
        if ELSE.match(code) or (POLICY.match(code) and code not in codes):
            return _else(f"status {code} contradicts the words", said)
    return None


def _by_words(words: str, inner: str, codes: list[str], domains: Collection[str]) -> Meaning | None:
    is_coded = bool(codes) and set(codes) <= GONE
    absent = ABSENT.search(words)
    if not absent and not is_coded and (shut := SHUT.search(words)):
        return _else(f"words: {shut[0]!r}: it may be for a while", inner)
    if (closed := DISABLED.search(words)) and not (is_coded and absent):
        return _else(f"words: {closed[0]!r}: the mailbox is there", inner)
    if any(map(POLICY.match, codes)) and not GONE.isdisjoint(codes):
        return _else("codes that contradict each other", inner)
    sign = DOMAIN_ABSENT.search(words)
    if sign and _another_domain(inner, domains):
        return _else(f"words: {sign[0]!r}, but of another host", inner)
    if found := absent or sign:
        return _gone(f"words: {found[0].strip()!r}", inner)
    return of_codes(codes, inner) if codes else None


def _another_domain(said: str, domains: Collection[str]) -> bool:
    """Tell whether a host is named that has nothing to do with whom it is about."""
    named = [each.casefold().strip(".") for each in NAMED_DOMAIN.findall(said)]
    return bool(domains and named) and not any(
        name == domain or name.endswith(f".{domain}") for name in named for domain in domains
    )


def _innermost(said: str) -> str:
    """Return what was said by the last server that is quoted."""
    pieces = [each for each in QUOTED.split(said) if each.strip()]
    coded = [each for each in pieces if CODE.search(each) or REPLY.search(each)]
    if not coded:
        return said
    last = coded[-1]
    # Its words may go on after a further arrow that has no code.
    return last if len(plain(last)) > 1 else said


def plain(text: str) -> str:
    """Return the words alone, in small letters: no addresses, hosts, pages, codes and tickets."""
    text = text.translate(_APOSTROPHES)
    text = _INTERNAL.sub(lambda found: _CAMEL.sub(" ", found[0].replace(".", " ")), text)
    text = _TICKETS.sub(" ", _NOISE.sub(" ", text))
    return BESIDES.sub(" ", re.sub(r"[\s_*\"]+", " ", text).casefold())


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _gone(why: str, said: str) -> Meaning:
    return Meaning(is_gone=True, why=why, said=said.strip())


def _else(why: str, said: str) -> Meaning:
    return Meaning(is_gone=False, why=why, said=said.strip())
