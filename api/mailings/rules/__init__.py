"""Puts the facts of a letter into words: plain text and HTML, from one source.

A letter is `templates/letters/<language>/<kind>.md`: its first line is the subject, the rest
paragraphs of inline Markdown with placeholders. docs/letters.md says how to write one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from api.config import share
from api.documents.rules.html import environment_of, legible, shortened
from api.infra.mail import calendars
from api.infra.mail.letters import Facts
from api.infra.net.smtp import Attachment, Message
from api.infra.text import languages
from api.infra.text.characters import on_one_line
from api.mailings.rules.changes import compared
from api.texts.rules import catalogues, markdown

HEAD_EVERY = timedelta(days=7)
MOST_SUBJECT = 150
ACCENT = "#0b5563"  # where the coalition has no colour of its own
WIDTH = 72  # of a line of plain text
SMALL = "---"  # what follows is in small type
_PREVIEW = 140
_LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<address>\S+)\)")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U0001e900-\U0001e943]")
_ISOLATE, _END = "\u2068", "\u2069"

_SIGNING = {"name", "title", "link"}
_REQUEST = {"name", "organisation", "title", "link", "soft", "hard", "note", "silence"}
_EDIT = {"title", "link", "change_note", "change_reason", "changes"}
_REVIEW = {"name", "title", "link", "closes", "read_by"}
_TOOL = {"name", "label", "whose", "number"}
# What each kind of letter is made of; "coalition" stands in all that are not neutral.
KINDS: Mapping[str, AbstractSet[str]] = {
    "accounts.sign_in": {"link", "code", "number"},
    "accounts.noticed": {"what", "link"},
    "accounts.invited": {"name", "by", "role", "link"},
    "accounts.access_ended": {"name", "link"},
    "signing.confirmation": _SIGNING | {"code", "code_link", "days", "asked_at"},
    "signing.again": _SIGNING,
    "signing.receipt": _SIGNING | {"statement_link"},
    "invitations.invitation": {
        "name",
        "organisation",
        "note",
        "link",
        "role",
        "until_text",
    },
    "signoffs.request": _REQUEST,
    "signoffs.again": _REQUEST | {"change_note", "changes"},
    "signoffs.edited": _EDIT,
    "signoffs.corrected": _EDIT,
    "signoffs.reminder": _REQUEST | {"is_last"},
    "signoffs.handed": _REQUEST | {"handed_by"},
    "signoffs.half": {
        "name",
        "organisation",
        "title",
        "link",
        "hard",
        "proposed_by",
        "reservations",
    },
    "signoffs.appearance": {"name", "organisation", "title", "link", "is_published"},
    "signoffs.names": {"name", "organisation", "link"},
    "signoffs.closed": {"name", "organisation", "title", "link", "reason"},
    "reviews.consultation": _REVIEW | {"organisation", "note"},
    "reviews.moved": _REVIEW,
    "moderation.waiting": {"title", "number", "link"},
    "moderation.retention": {"statements", "number"},
    "audit.head": {"name", "head"},
    "updates.update": {"subject", "body", "title", "link"},
    "updates.test": {"subject", "body"},
    "mailings.test": {"name", "host"},
    "mailings.broken": {"name", "host", "fault"},
    "connectors.trouble": _TOOL | {"fault"},
    "connectors.expired": _TOOL,
    "connectors.file": {"label", "whose", "number"},
    "webhooks.disabled": {"name", "gone", "failing"},
    "deliveries.published": {"name", "organisation", "title", "link", "statement_link"},
    "desk.daily": {"name", "lines", "link"},
    "deliveries.cover": {"subject", "salutation", "body", "title"},
}
# Anybody may type any address and any name: these letters carry no name that was only typed.
UNASKED = frozenset({"signing.confirmation", "signing.again"})
# Written for no coalition: there are no other words.
OF_THE_HOUSE = frozenset({"accounts.sign_in", "accounts.noticed"})


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a letter: `text`, `quote`, `button` or `link`."""

    kind: str
    text: str  # inline Markdown; of a link its words
    address: str = ""
    is_small: bool = False


def write(kind: str, facts: Facts) -> Message:
    """Return the letter of a kind, in the language that is offered and fits best."""
    language = catalogues.best(folder(), facts.language)
    source = _source(language, kind, is_neutral=facts.coalition is None)
    values = {**dict.fromkeys(KINDS.get(kind, ())), **facts.facts}
    if facts.coalition is not None:
        values["coalition"] = facts.coalition
    subject, _, body = source.partition("\n")
    title = _tidied(_template(subject, language, is_subject=True).render(values))
    filled = _template(body, language, is_subject=False).render(values)
    parts = list(_parts(_tidied(filled)))
    colour = None if facts.coalition is None else values.get("accent")  # it would tell whose it is
    tongue = (facts.coalition and values.get("text_language")) or language
    return Message(
        to=facts.to,
        to_name=None if kind in UNASKED or facts.coalition is None else facts.to_name,
        sender_name=facts.coalition or _source(language, "sender").strip(),
        subject=shortened(on_one_line(title), MOST_SUBJECT),
        text=_text(parts),
        html=_html(parts, (tongue, language), title, facts.coalition, colour or ACCENT),
        attachments=[*facts.attachments, *_calendar(facts, language, values)],
        unsubscribe=facts.unsubscribe,
        reply_to=facts.reply_to,
        is_automatic=facts.is_automatic,
    )


def _tidied(text: str) -> str:
    """Return a text with one full stop and one mark where two met; what is quoted keeps its own."""
    lines = languages.one_stop(text).split("\n")
    return "\n".join(each if each.startswith(">") else languages.one_mark(each) for each in lines)


def _calendar(facts: Facts, language: str, values: Mapping[str, Any]) -> list[Attachment]:
    """Return the deadlines of a letter for a calendar; a neutral one has none, which would tell."""
    if facts.coalition is None or not facts.deadlines:
        return []
    words = _template(_source(language, "deadline").strip(), language, is_subject=True)
    is_review = "read_by" in values
    titles = [
        words.render(values, is_last=each.is_last, is_review=is_review) for each in facts.deadlines
    ]
    return calendars.attached(facts.deadlines, titles, facts.coalition, values["link"])


@cache
def folder() -> Path:
    """Return where the letters are."""
    return share("templates", "letters")


@cache
def _source(language: str, kind: str, *, is_neutral: bool = False) -> str:
    """Return the text of a letter; of a neutral one its own, or the one that fits all."""
    is_neutral = is_neutral and kind not in OF_THE_HOUSE
    names = [f"{kind}.neutral.md", "neutral.md"] if is_neutral else [f"{kind}.md"]
    path = next(path for name in names if (path := folder() / language / name).is_file())
    return path.read_text("utf-8")


@cache
def _template(source: str, language: str, *, is_subject: bool) -> Template:
    """Return a text to be filled. Every value is put literally; one that is missing is an error."""
    put = on_one_line if is_subject else _literal(language)

    def printed(value: object) -> str:
        if isinstance(value, Markup):
            return str(value)
        if isinstance(value, bool) or not isinstance(value, str | int | date):
            raise TypeError("A letter holds texts, numbers, days and instants of a zone only.")
        return put(_day(value, language) if isinstance(value, date) else str(value))

    env = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=printed)
    filters = {"counted": _counted(language), "quoted": _quoted, "compared": compared(language)}
    env.filters = filters
    env.globals = {}
    return env.from_string(source)


def _day(value: date, language: str) -> str:
    """Return a day, or an instant of a zone, in the language of the letter."""
    if isinstance(value, datetime):
        return languages.instant_text(value, str(value.tzinfo), language)
    return languages.date_text(value.isoformat(), language)


def _literal(language: str) -> Callable[[str], str]:
    """Return what makes a value stand literally in Markdown, and disturb no direction around it."""
    is_rtl = languages.direction(language) == "rtl"

    def put(value: str) -> str:
        escaped = markdown.escape(on_one_line(value))
        is_foreign = bool(_RIGHT_TO_LEFT.search(value)) != is_rtl
        is_address = value.startswith(("https://", "http://"))
        return escaped if is_address or not is_foreign else f"{_ISOLATE}{escaped}{_END}"

    return put


def _counted(language: str) -> Callable[..., str]:
    def counted(count: int, **forms: str) -> str:
        """Return "3 days": a count with the form of its noun, by CLDR's plural categories."""
        form = forms.get(languages.plural(count, language)) or forms.get("other") or forms["many"]
        return f"{languages.number(count, language)}\N{NO-BREAK SPACE}{form}"

    return counted


def _quoted(value: str) -> Markup:
    """Return what a person wrote, of one or several paragraphs, as a quote."""
    paragraphs = (on_one_line(each) for each in value.splitlines())
    return Markup("\n\n".join(f"> {markdown.escape(each)}" for each in paragraphs if each))  # noqa: S704 # escaped for Markdown, which is all that it goes through


def _parts(body: str) -> Iterator[Paragraph]:
    is_small, has_button = False, False
    for block in re.split(r"\n\s*\n", body.strip()):
        text = " ".join(line.strip() for line in block.splitlines())
        if text == SMALL:
            is_small = True
        elif found := _LINK.fullmatch(text):
            kind = "link" if has_button else "button"
            has_button = True
            (address,) = markdown.links(text)
            yield Paragraph(kind, found["words"], address, is_small)
        elif text.startswith("> "):
            yield Paragraph("quote", text.removeprefix("> "), is_small=is_small)
        elif text:
            yield Paragraph("text", text, is_small=is_small)


def _text(parts: list[Paragraph]) -> str:
    """Return the letter as plain text: lines of some 72 characters, each address on its own."""
    blocks = []
    is_small = False
    for part in parts:
        if part.is_small and not is_small:
            blocks.append("--")
        is_small = part.is_small
        words = markdown.plain(part.text)
        if part.address:
            blocks.append(f"{words}:\n{part.address}")
        else:
            blocks.append(_wrapped(words, "    " if part.kind == "quote" else ""))
    return "\n\n".join(blocks) + "\n"


def _wrapped(text: str, before: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=before,
        subsequent_indent=before,
        break_long_words=False,
        break_on_hyphens=False,
    )


def flowing(text: str) -> str:
    """Return a letter's plain text without the ends of lines that its width alone made."""
    lines: list[str] = []
    was = ""
    for line in text.split("\n"):
        first = line.strip().split(" ", 1)[0]
        if was.strip() and first and len(was) + 1 + len(first) > WIDTH:
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line)
        was = line
    return "\n".join(lines)


def _html(
    parts: list[Paragraph], tongues: tuple[str, str], title: str, coalition: str | None, accent: str
) -> str:
    """Return the letter as HTML; its small print may be in another language than the rest."""
    language, small_language = tongues
    rest = [part for part in parts[1:] if part.kind == "text"]
    page = _base().render(
        language=language,
        direction=languages.direction(language),
        small_language=small_language,
        small_direction=languages.direction(small_language),
        title=title,
        coalition=coalition,
        accent=legible(accent),
        accent_in_the_dark=legible(accent, on="#15181b", least=7.0),
        preview=shortened(markdown.plain(rest[0].text), _PREVIEW) if rest else "",
        parts=[part for part in parts if not part.is_small],
        small=[part for part in parts if part.is_small],
        inline=lambda text: Markup(markdown.html(text)),  # noqa: S704 # clean
    )
    return _inliner().inline(page)


@cache
def _base() -> Template:
    return environment_of(folder()).get_template("base.html")


@cache
def _inliner() -> css_inline.CSSInliner:
    css = (folder() / "letters.css").read_text("utf-8")
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=css)
