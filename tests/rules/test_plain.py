"""Plain text and Markdown of a statement."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from api.documents.rules.html import Look, html
from api.documents.rules.plain import markdown, text
from api.documents.rules.word.document import document
from tests.support.word_files import WordFile

if TYPE_CHECKING:
    from api.portable.rules.printing import Printed
    from api.portable.rules.signing import Signatories

STATEMENT: Printed = {
    "language": "en",
    "direction": "ltr",
    "kind": "joint_statement",
    "title": "Words given at the summit must open prison doors",
    "coalition": "Steppe & Mountain Coalition",
    "specimen": True,
    "dateline": "Brussels, 14 May 2031",
    "occasion": "Second Summit of Specimen States, Samarkand, 8 May 2031",
    "addressees": [
        {"name": "Helene Mustermann", "title": "President", "salutation": "Your Excellencies,"},
        {"name": "The Heads of State", "country": "Kazakhstan", "salutation": "Your Excellencies,"},
    ],
    "blocks": [
        {"type": "paragraph", "text": "Five governments met.[^1] We *welcome* each word."},
        {
            "type": "quote",
            "lead": "It says:",
            "text": "“We recognise the part that independent media play.”[^7]",
            "source": "Declaration of the summit",
            "locator": "paragraph 9",
            "url": "https://summit.example/declaration",
            "retrieved": "12 May 2031",
        },
        {"type": "heading", "text": "What we **ask**"},
        {
            "type": "demands",
            "lead": "In particular:",
            "layout": "list",
            "lists": [
                {
                    "heading": "Kazakhstan",
                    "demands": [
                        {"id": "a", "text": "Release Dana Exampleva.", "rationale": "She spoke."},
                        {"id": "b", "text": "Repeal the article.[^1]"},
                    ],
                },
                {"heading": "Tajikistan", "demands": [{"id": "c", "text": "Open the trials."}]},
            ],
        },
        {
            "type": "demands",
            "layout": "paragraph",
            "lists": [
                {
                    "demands": [
                        {"id": "d", "text": "The Union should ask.", "rationale": "It can."},
                        {"id": "e", "text": "It should send observers."},
                    ]
                }
            ],
        },
        {"type": "cases", "lead": "In prison tonight:", "items": ["Dana Exampleva (1984), editor"]},
        {"type": "list", "ordered": True, "items": ["name these cases;", "give visas."]},
        {
            "type": "list",
            "lead": "Also:",
            "ordered": False,
            "items": ["a [link](https://l.example)"],
        },
    ],
    "footnotes": [
        {"label": "1", "text": "Article 2 of the agreement."},
        {"label": "7", "text": "Paragraph 9 of the *declaration*."},
    ],
    "contacts": [
        {"name": "Dana Beispiel", "role": "press officer", "email": "press@specimen.example"}
    ],
}
SIGNATORIES: Signatories = {
    "lines": [
        {"text": "Circle of Lawyers (LC)", "lead": True, "kind": "organisation"},
        {"text": "بنیاد نمونه", "lead": False, "kind": "organisation"},
        {"text": "D. E., Kazakhstan", "lead": False, "kind": "individual"},
    ],
    "withheld": 14,
}
BARE: Printed = {
    "language": "en",
    "direction": "ltr",
    "kind": "appeal",
    "title": "Free Dana Exampleva",
    "coalition": "Steppe Coalition",
    "specimen": False,
    "addressees": [],
    "blocks": [{"type": "quote", "text": "Free her."}],
    "footnotes": [],
    "contacts": [],
}
NOBODY: Signatories = {"lines": [], "withheld": 0}
IN_ORDER = """
Specimen|Steppe & Mountain Coalition|Joint statement
Words given at the summit must open prison doors
Brussels, 14 May 2031|Occasion|Second Summit of Specimen States, Samarkand, 8 May 2031
To|Helene Mustermann|President|The Heads of State|Kazakhstan|Your Excellencies,
Five governments met.|We welcome each word.|It says:
“We recognise the part that independent media play.”|Declaration of the summit, paragraph 9
https://summit.example/declaration|retrieved 12 May 2031
What we ask|In particular:|Kazakhstan|Release Dana Exampleva.|She spoke.|Repeal the article.
Tajikistan|Open the trials.|The Union should ask. It can. It should send observers.
In prison tonight:|Dana Exampleva (1984), editor|name these cases;|give visas.|Also:|a link
Signatories|Organisations|Circle of Lawyers (LC)|lead organisation|بنیاد نمونه
People|D. E., Kazakhstan
and 14 signatories whose names are withheld for their safety
Notes|Article 2 of the agreement.|Paragraph 9 of the declaration.
Contact|Dana Beispiel|press officer|press@specimen.example
"""


def _rendered(source: str) -> str:
    """Return the words of Markdown or HTML as a reader sees them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", source)).split())


def _of_word(data: bytes) -> str:
    """Return the words with the footnotes, which stand at the foot of pages, where others do."""
    file = WordFile(data)
    mark, text = "".join(file.root("word/header2.xml").itertext()), " ".join(file.text.split())
    before, contact, after = text.rpartition("Contact")
    return " ".join((mark, before, "Notes", *file.notes, contact, after))


def _body(page: str) -> str:
    return page.split("<body>")[1]


def _with(**changes: Any) -> Printed:
    return {**STATEMENT, **changes}  # type: ignore[typeddict-item] # a test's own keys


@pytest.mark.parametrize(
    "said",
    [
        " ".join(text(STATEMENT, SIGNATORIES).split()),
        _rendered(MarkdownIt().render(markdown(STATEMENT, SIGNATORIES))),
        _rendered(_body(html(STATEMENT, SIGNATORIES, Look(), for_paper=False))),
        _of_word(document(STATEMENT, SIGNATORIES, Look())),
    ],
    ids=["text", "markdown", "html", "docx"],
)
def test_every_format_says_the_same_words_in_the_same_order(said: str) -> None:
    place = 0
    for words in IN_ORDER.strip().replace("\n", "|").split("|"):
        found = said.find(words, place)
        assert found >= 0, f"{words!r} does not follow {said[place - 40 : place]!r}"
        place = found + len(words)


def test_plain_text_is_wrapped_at_76_columns_between_words() -> None:
    sentence = "They are in prison tonight for having used the freedoms it names. " * 9
    link = "https://summit.example/" + "declaration/" * 9
    printed = _with(blocks=[{"type": "paragraph", "text": sentence + link}])
    lines = text(printed, SIGNATORIES).splitlines()
    assert max(len(line) for line in lines if link not in line) <= 76
    assert link in lines


def test_plain_text_keeps_labels_of_footnotes_with_their_gap() -> None:
    said = text(STATEMENT, SIGNATORIES)
    assert "Five governments met.[1]" in said
    assert "\n[7] Paragraph 9 of the declaration.\n" in said


def test_plain_text_sets_the_reason_under_its_demand() -> None:
    said = text(STATEMENT, SIGNATORIES)
    assert "1. Release Dana Exampleva.\n\n   She spoke.\n\n2. Repeal" in said


def test_plain_text_counts_in_the_digits_of_its_language() -> None:
    said = text(_with(language="fa", direction="rtl"), SIGNATORIES)
    assert "\n\u06f1. Release" in said


def test_markdown_keeps_emphasis_links_and_footnotes() -> None:
    source = markdown(STATEMENT, SIGNATORIES)
    assert "Five governments met.[^1] We *welcome* each word." in source
    assert "## What we **ask**" in source
    assert "### Kazakhstan" in source
    assert (
        "> “We recognise the part that independent media play.”[^7]\n>\n> — Declaration" in source
    )
    assert "<https://summit.example/declaration>" in source
    assert "\n\n[^7]: Paragraph 9 of the *declaration*.\n" in source


def test_markdown_prints_plain_fields_literally() -> None:
    title = "1. *Free* [Dana](x) <b> O'Brien_s # list"
    printed = _with(title=title, coalition="- Coalition", occasion="[^1] & co")
    rendered = _rendered(MarkdownIt().render(markdown(printed, SIGNATORIES)))
    source = MarkdownIt().render(markdown(printed, SIGNATORIES))
    assert "<h1>1. *Free* [Dana](x) &lt;b&gt; O'Brien_s # list</h1>" in source
    assert "- Coalition Joint statement" in rendered
    assert "Occasion: [^1] & co" in rendered


def test_a_statement_with_nothing_optional_says_only_what_is_there() -> None:
    said = text(BARE, NOBODY)
    assert said == (
        "Steppe Coalition\n\nAppeal\n\nFree Dana Exampleva\n===================\n\n    Free her.\n"
    )


def test_signatories_who_are_all_withheld_are_counted() -> None:
    said = text(BARE, {"lines": [], "withheld": 2})
    assert said.endswith(
        "Signatories\n-----------\n\n2 signatories whose names are withheld for their safety\n"
    )
