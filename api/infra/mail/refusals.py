"""What a mail server's refusal means: that nobody is there, or anything else.

Nobody is there only on a positive sign: a code of RFC 3463 that means nothing else, or a sentence
that is wholly made of words of "nobody is there". With one word that is not known, it says nothing
of the mailbox: what else a server may say has no end. `docs/mail.md` has the table.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from api.infra.mail.refusal_words import AGAINST, ITSELF, VOCABULARY

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
    r"|\(reason:|\bpermanent failure for one or more recipients \([^\s()]{1,320}:"
    r"|\bafter (?:pipelined )?(?:rcpt to|end of data|data)(?::<[^<>]{0,320}>)?[^:\n]{0,80}:",
    re.IGNORECASE | re.MULTILINE,
)
# What the other server answered, in a log of what was said: the lines between are by who reports.
ANSWERED = re.compile(r"^[ \t]{0,20}<<<(.*)$", re.MULTILINE)
PARAGRAPHS = re.compile(r"\n[ \t]*\n")
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

_ADDRESS = re.compile(
    r"(?:\b(?:for|in) )?<?([^\s<>()\[\]\",:;]{1,64})@([^\s<>()\[\]\",:;]{1,253})>?"
)
# A page that explains, and the words that lead to it.
_PAGE = re.compile(
    r"(?:for (?:an? )?(?:more|explanation|details|(?:more |further )?information)[, ]+)?"
    r"(?:please )?(?:\b(?:see|visit|go to|learn more at|read)[: ]+)?(?:https?://\S+|\bwww\.\S+)",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?<![\w.-])(?:(?:[a-z0-9_-]+\.)+[a-z]{2,24}|(?:[A-Z0-9_-]+\.)+[A-Z]{2,24})(?![\w-])"
)
_CODES = re.compile(r"\b[45]\d\d[ -]|(?<![#(])[#(]*+\b[245]\.\d{1,3}\.\d{1,3}\b\)?|#<")
# Addresses of the internet, servers, tickets. A bracket with words only may say anything.
_TICKETS = re.compile(r"\[[^\[\]\s]{0,200}\d[^\[\]\s]{0,200}\]|\b\w{0,60}\d\w{0,60}\b")
_LONG = 10  # characters of what is a ticket if there is a digit in it
_STANDARD = re.compile(r"rfc", re.IGNORECASE)
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


def read(said: str, status: str = "", about: Collection[str] = ()) -> Meaning | None:
    """Return what the words of a server mean; None: they say nothing either way.

    `status` is what the server that reports adds of its own. `about` are the addresses that failed:
    that another one or another host is unknown, such as a relay on the way, says nothing of them.
    """
    said = FOLLOWING.sub("", said[:MOST])
    if not said.strip():
        return None
    if BEFORE.search(said):
        return _else("refused before the recipient was named", said)
    inner = _innermost("\n".join(ANSWERED.findall(said)) or said)
    codes = CODE.findall(inner)
    if found := _by_code(said, status, codes or CODE.findall(said)):
        return found
    if any(map(POLICY.match, codes)) and not GONE.isdisjoint(codes):
        return _else("codes that contradict each other", inner)
    on_one_line = re.sub(r"\s+", " ", inner)
    if any({*codes, ""} & each.codes and each.words.search(on_one_line) for each in IDIOMS):
        return _gone("words by which this server says that nobody is there", inner)
    return _by_words(inner, codes, about)


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


def _by_words(inner: str, codes: list[str], about: Collection[str]) -> Meaning | None:
    words, around = plain(_sentence(inner), about), plain(inner)
    unknown = re.search(r"[^\W\d_]+", VOCABULARY.sub(" ", words))
    if sign := AGAINST.search(around if unknown else VOCABULARY.sub(" ", around)):
        return _else(f"words: {sign[0]!r}", inner)
    known = {each.lastgroup for each in VOCABULARY.finditer(words)}
    if not unknown and known >= {"absent", "noun"}:
        return _gone(f"words: {words.strip()!r}", inner)
    if "5.1.2" in codes and _another_domain(inner, about):
        return _else("another host is unknown", inner)
    if codes:
        return of_codes(codes, inner)
    if REPLY.search(inner) and words.strip(" .:;-"):
        what = (
            f"a word that is not known: {unknown[0]!r}" if unknown else "words that do not say it"
        )
        return _else(f"no code, and {what}", inner)
    return None


def _another_domain(said: str, about: Collection[str]) -> bool:
    """Tell whether a host is named that has nothing to do with whom it is about."""
    named = NAMED_DOMAIN.findall(said)
    return bool(about and named) and not any(_is_about(each, about) for each in named)


def _is_about(host: str, about: Collection[str]) -> bool:
    name = host.casefold().strip(".")
    domains = {each.rpartition("@")[2].casefold() for each in about}
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _sentence(said: str) -> str:
    """Return what a server said, without what stands around it in a report."""
    pieces = [each for each in PARAGRAPHS.split(said) if plain(each).strip(" .:;-")]
    coded = [each for each in pieces if CODE.search(each) or REPLY.search(each)]
    return "\n".join(
        each[start.start() :] if (start := REPLY.search(each)) else each
        for each in coded or pieces[:1]
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


def plain(text: str, about: Collection[str] = ()) -> str:
    """Return the words alone, in small letters: no hosts, pages, codes and tickets.

    Nor the addresses that it is about, or any where that is not known. Their domain has a word that
    stands for it.
    """
    text = text.translate(_APOSTROPHES)
    text = _INTERNAL.sub(lambda found: _CAMEL.sub(" ", found[0].replace(".", " ")), text)
    text = _PAGE.sub(" ", text)
    text = _ADDRESS.sub(
        lambda found: " " if not about or _is_about(found[2], about) else found[0], text
    )
    for each in about:  # "user merlin.canary": alone, a name may be any word
        name = re.escape(each.rpartition("@")[0])
        text = re.sub(
            rf"(?i)\b(user|mailbox|account|recipient|part)[: ]+{name}(?!\w)", r"\1 ", text
        )
    text = _HOST.sub(lambda found: _without_host(found, about), text)
    text = _TICKETS.sub(_without_ticket, _CODES.sub(" ", text))
    return re.sub(r"[\s_*\"]+", " ", text).casefold()


def _without_host(found: re.Match[str], about: Collection[str]) -> str:
    """Return a word where it may be the end of a sentence and the beginning of another."""
    if _is_about(found[0], about):
        return f" {ITSELF} "
    return found[0] if found[0].count(".") == 1 else " "


def _without_ticket(found: re.Match[str]) -> str:
    """Return the word where it is no number, such as `IPv6` or `base64`."""
    word = found[0]
    digits = sum(map(str.isdigit, word))
    is_ticket = word.startswith("[") or len(word) >= _LONG or digits * 2 >= len(word)
    return " " if is_ticket and not _STANDARD.match(word) else word


def _gone(why: str, said: str) -> Meaning:
    return Meaning(is_gone=True, why=why, said=said.strip())


def _else(why: str, said: str) -> Meaning:
    return Meaning(is_gone=False, why=why, said=said.strip())
