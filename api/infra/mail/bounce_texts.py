"""The words of a report that stand before the letter that it returns.

Whatever the letter says of mailboxes says nothing of the one that it did not reach.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from email.message import Message

MOST_BYTES, MOST_CHARACTERS, LONGEST_LINE = 60_000, 20_000, 1_000
RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
    | {"text/rfc822", "message/partial", "message/external-body"}
)
# What the parser decodes in time that grows with the text.
CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|(?:windows-|cp)\d{3,4}|koi8-[ru]|gb(?:2312|k|18030)|big5"
    r"|euc-(?:jp|kr)|shift_jis|iso-2022-jp",
    re.IGNORECASE,
)
# Where the letter begins in a report that is one text: a line that says so, or a letter's headers.
LETTER = re.compile(
    r"^[ \t>|*#-]{0,60}(?:(?:this is |here is )?(?:a|the) copy of (?:the|your) (?:message|mail"
    r"|headers)|below (?:this|the) line|below is (?:a|the) (?:copy|original)|original message"
    r"|original message (?:follows|headers?)|your (?:original )?message follows|message headers?"
    r" follows?|(?:the )?(?:text|header|body|content)s? of (?:the|your) (?:original )?(?:message"
    r"|mail)|included (?:is|below)|-{3,} ?(?:ursprüngliche nachricht|исходное сообщение"
    r"|message d'origine|mensaje original|原始邮件|原邮件|unsent message|returned (?:message|mail)))"
    r"|^[ \t>|]{0,20}(?:return-path|received|delivered-to|dkim-signature|mime-version|x-letter"
    r"|message-id|auto-submitted|list-unsubscribe):",
    re.IGNORECASE | re.MULTILINE,
)
# A report quotes the subject and the names of our letter.
QUOTED = re.compile(
    r"^[ \t>|]{0,20}(?:subject|betreff|objet|тема|тема письма|主题|主題|asunto|oggetto|assunto|temat|konu"
    r"|onderwerp|件名|제목|from|von|de|от|发件人)\s*[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
TAGS = re.compile(
    r"<(?:style|script|head)\b.{0,4000}?</(?:style|script|head)>|<[^<>]{0,2000}>",
    re.IGNORECASE | re.DOTALL,
)
BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|hr)\b[^<>]{0,200}>", re.IGNORECASE)
SPACES = re.compile(r"[ \t\xa0]{2,}")
# It is late, and still tried. Such a report may have no form either.
DELAYED = re.compile(
    r"\bdelayed\b|\bdelivery delay|will (?:keep|continue|be retried|retry|try again)|continue trying"
    r"|not yet (?:been )?delivered|still (?:being )?tr(?:ying|ied)|no action is required"
    r"|warning message only|attempts will continue|delivery will be (?:re-?)?attempted"
    r"|(?:could not send message|has not been delivered) for (?:the )?past|verzögert|verzoegert"
    r"|weitere zustellversuche|retardée?|nouvelles tentatives|отложен[ао]?|задерж|попытки доставки"
    r" (?:будут|продолж)|延迟|延遲|继续尝试|仍在尝试|retrasad|in ritardo|atrasad|opóźnion|vertraagd",
    re.IGNORECASE,
)
FAILED = re.compile(
    r"undeliver|not (?:be )?deliver|n'?t (?:be )?deliver|could ?n[o']t|unable to|fail(?:ed|ure)"
    r"|returned|reject|bounced|unzustellbar|nicht (?:zugestellt|zustellbar|ausgeliefert)|nicht"
    r" möglich|non remis|pas pu|échec|не (?:было |может быть )?доставлен|недоставл|не удалось"
    r"|невозможно|退信|退回|无法|無法|失败|失敗|未能|no (?:se )?(?:pudo|ha podido)|rechazad|impossibile"
    r"|non (?:è stato|consegnat)|não (?:foi|pôde)|nie (?:można|został)|\b5\d\d[ -]|\b5\.\d\.\d",
    re.IGNORECASE,
)


def parts_before(whole: Message) -> Iterator[Message]:
    """Return the parts of a report, and nothing of the letter that it returns."""
    kind = whole.get_content_type()
    yield whole
    payload = whole.get_payload()
    if kind.startswith("message/") or not isinstance(payload, list):
        return
    for each in payload:
        if isinstance(each, Message) and each.get_content_type() not in RETURNED:
            yield from parts_before(each)


def before_the_letter(whole: Message) -> str:
    """Return what a report says in words, decoded, up to the letter."""
    texts, pages = list[str](), list[str]()
    for part in parts_before(whole):
        kind = part.get_content_type()
        if not part.is_multipart() and kind in {"text/plain", "text/html"}:
            (pages if kind == "text/html" else texts).append(_decoded(part))
    said = "\n".join(texts)
    if not said.strip():
        said = "\n".join(map(_of_a_page, pages))
    lines = (SPACES.sub(" ", line[:LONGEST_LINE]) for line in said.splitlines())
    said = "\n".join(lines)[:MOST_CHARACTERS]
    begins = LETTER.search(said)
    return QUOTED.sub("", said[: begins.start()] if begins else said)


def header(value: object) -> str:
    """Return a header as its author wrote it: in UTF-8, whatever the standard says."""
    text = str(value)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = str(part.get_content_charset() or "utf-8")
    known = charset if CHARSETS.fullmatch(charset) else "utf-8"
    try:
        return content[:MOST_BYTES].decode(known, "replace")
    except LookupError:
        return content[:MOST_BYTES].decode("utf-8", "replace")


def _of_a_page(source: str) -> str:
    return html.unescape(TAGS.sub(" ", BREAKS.sub("\n", source)))
