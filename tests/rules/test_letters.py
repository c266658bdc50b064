"""The words of letters: whole in each language, literal with any name, silent where they must."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment, meta
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

import api.app
from api.app import FEATURES
from api.infra.mail.letters import Facts
from api.mailings import rules
from api.portable.rules.diff import Version, diff
from api.portable.rules.guard import turns
from api.portable.rules.measuring import measure
from api.texts.rules import catalogues

if TYPE_CHECKING:
    from pathlib import Path

    from api.infra.net.smtp import Message

LINK = "https://sign.specimen.example/c/q_Zm9v*YmFy-YmF6__cXV4"
PLACE = "https://sign.specimen.example/s/kestrel-canary-k3v9x2q7"
PERSIAN = "درها را باز کنید"  # it is Persian
VALUES: dict[str, Any] = {
    "name": "A. Specimen",
    "title": "Open the doors",
    "organisation": "Specimen Committee",
    "link": LINK,
    "code": "481-207",
    "code_link": f"{PLACE}/code",
    "statement_link": PLACE,
    "days": 7,
    "number": 3,
    "role": "member",
    "what": "passkey",
    "by": "B. Specimen",
    "until_text": "14 June 2031",
    "asked_at": "14 May 2031, 10:02 (UTC)",
    "soft": "14 May 2031, 18:00",
    "hard": "16 May 2031, 18:00",
    "closes": "14 May 2031, 18:00",
    "read_by": "commenters_named",
    "note": "We publish in the morning.\n\nSee demand 3.",
    "change_note": "Demand 3 is new.",
    "change_reason": "It was asked before.",
    "changes": lambda: a_diff("We ask 12 of them.", "We ask *all* of them."),
    "silence": "nothing",
    "is_last": False,
    "handed_by": "B. Specimen",
    "proposed_by": "B. Specimen, Chair",
    "reason": "Nobody can be reached.\n\nWe tried twice.",
    "label": "Specimen letters",
    "whose": "Specimen Committee",
    "fault": "key-refused",
    "host": "mail.specimen.example",
    "gone": "Our web site (hooks.specimen.example)",
    "failing": None,
    "subject": "It was handed over",
    "body": Markup("Yesterday we handed the letter over.\n\n> Open the doors."),
    "salutation": "Dear President,",
    "lines": ["2 texts with suggestions to decide"],
    "statements": [{"title": "Open the doors", "until_text": "14 June 2031", "number": 3}],
    "head": "4711:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
}


def a_diff(before: str, after: str) -> Any:
    """Return what one paragraph changed of another."""
    texts: list[Any] = [
        {"language": "en", "kind": "appeal", "title": "Open", "coalition": {"name": "S"},
         "body": [{"paragraph": text}]}
        for text in (before, after)
    ]  # fmt: skip
    parts = diff(Version(texts[0], ["a"]), Version(texts[1], ["a"]))
    change = measure(parts, turns(parts, texts[0], texts[1], []), "en")
    return SimpleNamespace(parts=parts, change=change)


KINDS = sorted(rules.KINDS)
# To who knows whose it is.
NEVER = (
    "accounts.access_ended",
    "accounts.invited",
    "audit.",
    "connectors.",
    "deliveries.cover",
    "desk.",
    "invitations.",
    "mailings.",
    "webhooks.",
)
NEUTRAL = [kind for kind in KINDS if not kind.startswith(NEVER)]
LANGUAGES = sorted(catalogues.offered(rules.folder()))
EACH = [(kind, language) for kind in KINDS for language in LANGUAGES]
# What may be missing, and each choice that words make.
VARIANTS: list[dict[str, Any]] = [
    {},
    dict.fromkeys(
        (
            "organisation",
            "soft",
            "hard",
            "note",
            "change_note",
            "change_reason",
            "changes",
            "until_text",
            "code",
            "by",
        )
    ),
    {"silence": "approval", "is_last": True, "role": "lead", "days": 1, "number": 1},
    *({"what": each} for each in ("provider", "setup")),
    *({"role": each} for each in ("owner", "coordinator", "editor", "viewer")),
    {"read_by": "coordinators"},
    {"read_by": "commenters_unnamed"},
    {"silence": "decline", "role": "observer", "soft": None, "number": 21},
    *({"fault": each, "number": 0} for each in ("list-gone", "many-left", "certificate", "junk")),
    {"gone": None, "failing": "Our web site (hooks.specimen.example)"},
]
HOSTILE = [
    "*x*",
    "__x__ `y`",
    "[a](http://b.example)",
    "<http://b.example>",
    "<script>alert(1)</script>",
    "# x",
    "> x",
    "---",
    "1. x",
    "{{ link }} {% raw %}",
    "a & b &amp; c",
    "\\*x\\*",
    "[^1]",
    "«Образец» — O'Specimen",
]


def written(kind: str, language: str = "en", *, neutral: bool = False, **facts: Any) -> Message:
    values = {key: value for key, value in (VALUES | facts).items() if key in rules.KINDS[kind]}
    name = None if neutral else facts.get("coalition", "Specimen Coalition")
    return rules.write(
        kind,
        Facts(
            to="a@specimen.example",
            to_name=VALUES["name"],
            language=language,
            facts={**values, "accent": facts.get("accent")},
            coalition=name,
        ),
    )


class _Reader(HTMLParser):
    """Reads what a person sees of an HTML letter, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.hidden = tag in {"style", "title"}
        if tag == "a":
            self.links.append(str(dict(attrs)["href"]))

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_letter_is_written_in_every_language(variant: dict[str, Any]) -> None:
    for kind, language in EACH:
        must_be_whole(kind, language, variant)


def must_be_whole(kind: str, language: str, variant: dict[str, Any]) -> None:
    """See that a letter lacks nothing, in its text as in its HTML."""
    message = written(kind, language, **variant)

    read = _Reader(message.html)
    assert message.subject
    assert "None" not in message.text + read.text
    assert "{" not in message.text + read.text
    assert "*" not in (message.text + read.text).replace(LINK, "")
    assert "\\" not in message.text + read.text
    (page,) = [facts for tag, facts in read.tags if tag == "html"]
    assert (page["lang"], page["dir"]) == (language, "ltr")
    assert read.links[:1] == ([LINK] if "link" in rules.KINDS[kind] else [])
    for link in read.links:
        assert link in message.text.splitlines()  # alone, to be clicked or copied
    for line in message.text.splitlines():
        assert len(line) <= rules.WIDTH or " " not in line.strip(), line


@pytest.mark.parametrize("variant", VARIANTS)
def test_who_reads_only_text_reads_all(variant: dict[str, Any]) -> None:
    for kind, language in EACH:
        message = written(kind, language, **variant)
        seen = _Reader(message.html).text
        for block in re.split(r"\n\n+", message.text):
            first = " ".join(block.split()).partition(": http")[0].removesuffix(":")
            assert first in seen or first == "--", (kind, language, first)


def _placeholders(path: Path) -> set[str]:
    env = Environment()  # noqa: S701 # it is only parsed
    env.filters = dict.fromkeys(("counted", "quoted"), str)
    return meta.find_undeclared_variables(env.parse(path.read_text("utf-8")))


def test_letters_are_made_of_known_facts_and_of_the_same_in_each_language() -> None:
    english = {path.name for path in (rules.folder() / "en").glob("*.md")}
    assert {f"{kind}.md" for kind in KINDS} < english
    for language in LANGUAGES:
        assert {path.name for path in (rules.folder() / language).glob("*.md")} == english
    for name in english:
        found = [_placeholders(rules.folder() / language / name) for language in LANGUAGES]
        assert all(each == found[0] for each in found), name
        kind = name.removesuffix(".md").removesuffix(".neutral")
        is_neutral = name.endswith("neutral.md") or name == "sender.md"
        more = {"title", "is_last", "is_review"} if name == "deadline.md" else {"link"}
        known = rules.KINDS.get(kind, more) | (set() if is_neutral else {"coalition"})
        assert found[0] <= known, name
        if is_neutral:
            assert found[0] <= {"link", "code", "days", "number"}, name


def test_every_letter_that_some_rung_promises_has_words() -> None:
    assert api.app  # which knows every rung
    assert {kind.name for feature in FEATURES for kind in feature.letters} <= set(KINDS)


@pytest.mark.parametrize("value", HOSTILE)
def test_what_people_write_stands_literally(value: str) -> None:
    given: dict[str, Any] = {"name": value, "title": value, "organisation": value, "note": value}
    message = written("signoffs.request", coalition=value, **given)

    read = _Reader(message.html)
    seen = " ".join(value.split())
    for place in (f"Dear {seen},", f"asks {seen} to approve", f"answer for {seen}, so"):
        assert place in read.text
        assert place in " ".join(message.text.split())
    assert read.links == [LINK]
    assert not [tag for tag, _ in read.tags if tag in {"em", "script", "h1", "img"}]
    assert message.subject == f"For your approval: {seen}"
    assert message.sender_name == value


def test_a_note_of_several_paragraphs_is_one_quote_of_them() -> None:
    message = written("signoffs.request", note="One *two*.\r\n\r\n> [x](http://y.example)\nThree.")

    assert "    One *two*.\n\n    > [x](http://y.example)\n\n    Three.\n" in message.text
    assert _Reader(message.html).links == [LINK]
    assert message.html.count('class="quote ltr"') == 2  # the title, and the note


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NEUTRAL)
def test_a_neutral_letter_tells_nothing(kind: str, language: str) -> None:
    canary = ("name", "title", "organisation", "note", "change_note", "handed_by")
    facts = {**dict.fromkeys(canary, "Kestrel Canary"), "accent": "#7a1f2b"}
    message = written(kind, language, neutral=True, **facts)

    whole = (
        f"{message.sender_name} {message.subject} {message.to_name} {message.text} {message.html}"
    )
    assert "canary" not in whole.lower()  # nor the address of the statement, which has its words
    assert "Specimen Coalition" not in whole
    assert "#7a1f2b" not in whole
    assert message.to_name is None
    assert ("link" not in rules.KINDS[kind]) or LINK in message.text


def test_what_anybody_may_ask_for_carries_no_name_that_was_only_typed() -> None:
    for kind in ("signing.confirmation", "signing.again"):
        message = written(kind, name="Kestrel Canary")
        assert message.to_name is None
        assert "Canary" not in message.subject + message.text + message.html
    assert written("signing.receipt").to_name == "A. Specimen"
    for kind, language in EACH:
        assert "Canary" not in written(kind, language, name="Canary", handed_by="Canary").subject


def test_a_subject_is_one_short_line() -> None:
    title = "Open\r\nBcc: b@specimen.example\n\n" + "the \u202edoors " * 80

    message = written("signoffs.request", title=title)

    assert message.subject.startswith("For your approval: Open Bcc: b@specimen.example the doors")
    assert message.subject.endswith("…")
    assert len(message.subject) <= rules.MOST_SUBJECT
    assert message.subject.isprintable()


def test_a_title_of_another_direction_is_kept_apart() -> None:
    message = written("signing.confirmation", title=PERSIAN)

    assert f"\u2068{PERSIAN}\u2069" in message.text
    assert "\u2068" not in written("signing.confirmation").text


def test_a_language_that_nobody_reviewed_is_english_and_a_region_its_language() -> None:
    assert written("signing.receipt", "fa").text == written("signing.receipt", "en").text
    assert written("signing.receipt", "ru-KZ").text == written("signing.receipt", "ru").text
    assert written("signing.receipt", "RU").text == written("signing.receipt", "ru").text


def test_a_language_is_offered_once_somebody_stands_for_it(tmp_path: Path) -> None:
    for language, who in (("fa", "R. Specimen"), ("de", ""), ("fr", "  ")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "catalogue.toml").write_text(f'reviewed_by = "{who}"\n')
    (tmp_path / "kk").mkdir()

    assert catalogues.offered(tmp_path) == {"en", "ru", "fa"}
    assert catalogues.best(tmp_path, "fa-AF") == "fa"
    assert catalogues.best(tmp_path, "de") == "en"


def test_a_fact_that_is_missing_or_no_text_is_an_error_and_no_letter() -> None:
    facts = Facts(to="a@specimen.example", language="en", facts={}, coalition="Specimen")
    with pytest.raises(TypeError):
        rules.write("signing.confirmation", facts)
    with pytest.raises(TypeError):
        written("signing.confirmation", title=["Open"])
    with pytest.raises((UndefinedError, StopIteration)):
        rules.write("tests.unknown", facts)


def test_letters_load_nothing_and_say_their_colour_so_that_it_can_be_read() -> None:
    message = written("signoffs.request", accent="#ffff66")

    read = _Reader(message.html)
    assert not [tag for tag, _ in read.tags if tag in {"img", "link", "script", "iframe"}]
    assert "url(" not in message.html
    assert "#ffff66" not in message.html.partition("</style>")[2]
    assert "prefers-color-scheme: dark" in message.html
    assert len(message.html) < 12_000
