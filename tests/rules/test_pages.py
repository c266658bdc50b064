"""The public pages: small, complete in each language, safe to look at, and readable by machines."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pytest

from api.config import share
from api.documents.rules import blocks
from api.documents.rules.html import contrast
from api.errors import Code
from api.exchange.rules.return_remarks import WordReturnKind
from api.infra.text import languages
from api.pages.rules import facts, forms, pages, sentences, widget
from tests.support.page_samples import every, integrity, printed

MOST_BYTES = 20_000
LANGUAGES = ("en", "ru")
CASES = ("summit-twin", "russian", "persian")
EVERY = [(language, case) for language in LANGUAGES for case in CASES]
FIELDS = {"input", "select", "textarea"}
EVIL = '"><script>alert(1)</script><b title="'


class Tags(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name in names]

    def each(self, attribute: str) -> list[str]:
        return [str(found[attribute]) for _, found in self.found if attribute in found]


def _sent(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


@cache
def shown(language: str, case: str) -> dict[str, str]:
    """Return the HTML of every page by its name."""
    return dict(every(language, case))


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_a_page_with_its_style_and_script_is_small(language: str, case: str) -> None:
    around = _sent(pages.style(facts.ACCENT)) + _sent(pages.small("sign.js"))

    for name, html in shown(language, case).items():
        assert _sent(html) + around < MOST_BYTES, name


def test_the_script_is_small_even_unpacked() -> None:
    assert len(pages.small("sign.js")) < 3_000


def test_the_widget_with_its_words_and_its_look_is_small() -> None:
    assert _sent(widget.script()) < 15_000


@pytest.mark.parametrize("sign", ["@", "innerHTML", "eval(", "Function(", ".style", "import"])
def test_the_widget_does_nothing_that_a_strict_site_forbids(sign: str) -> None:
    code = pages.small("widget.js")
    for place in ("words", "said", "visibilities", "countries", "style"):
        code = code.replace(f'"@{place}"', "")

    assert sign not in code
    assert not re.search('"@[a-z]+"', widget.script())


def test_the_paper_of_the_widget_tells_its_very_hash() -> None:
    told = share("docs", "widget.md").read_text("utf-8")

    assert f"/widget/{widget.version()}.js" in told, "Write its new address into docs/widget.md"
    assert integrity() in told, f"Write {integrity()} into docs/widget.md"


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_a_page_takes_nothing_from_elsewhere_and_obeys_its_own_policy(
    language: str, case: str
) -> None:
    for name, html in shown(language, case).items():
        tags = Tags(html)
        assert not tags.each("style"), name
        assert not [key for _, found in tags.found for key in found if key.startswith("on")], name
        for attribute in ("src", "action", "data-challenge"):
            inside = ("/", "?", "data:")
            assert all(found.startswith(inside) for found in tags.each(attribute)), name
        linked = [str(found["href"]) for found in tags.named("link")]
        assert all(each.startswith(("/look/", "data:")) for each in linked), name
        assert "<style" not in html, name
        assert "<script>" not in html, name


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_every_field_has_a_label_and_every_reference_its_place(language: str, case: str) -> None:
    for name, html in shown(language, case).items():
        tags = Tags(html)
        ids = Counter(tags.each("id"))
        labelled = set(tags.each("for"))

        assert max(ids.values()) == 1, name
        assert labelled <= set(ids), name
        for found in tags.named(*FIELDS):
            assert found.get("type") == "hidden" or found["id"] in labelled, name
            assert (
                found.get("type") in {"hidden", "checkbox", "radio", "file"}
                or "autocomplete" in found
                or (found["id"] or "").startswith(("r", "p-", "f-reason"))
            ), name
        described = {one for each in tags.each("aria-describedby") for one in each.split()}
        assert described <= set(ids), name
        links = {each[1:] for each in tags.each("href") if each.startswith("#")}
        assert links <= set(ids), name


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_the_statement_keeps_its_language_inside_the_page(language: str, case: str) -> None:
    for name, html in shown(language, case).items():
        tags = Tags(html)
        (root,) = tags.named("html")
        assert root["lang"] in LANGUAGES, name
        assert root["dir"] == "ltr", name
        for article in tags.named("article"):
            assert article["dir"] == languages.direction(str(article["lang"])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_a_form_tells_has_its_words(language: str) -> None:
    words = sentences.table(language)["field"]

    assert {*forms.SAID.values(), "other"} <= words.keys()
    assert {key.rpartition(".")[2] for key in forms.SAID if "." in key} <= set(Code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_told_of_a_file_has_its_words(language: str) -> None:
    assert set(WordReturnKind) <= sentences.table(language)["word"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_reveals_is_ticked_beforehand(language: str) -> None:
    fresh = dict(every(language))["open"]
    ticked = [found["value"] for found in Tags(fresh).named("input") if "checked" in found]

    assert ticked == ["anonymous"]  # of a sensitive statement; of any other nothing is chosen
    assert "checked" not in dict(every(language, "russian"))["open"]


def test_what_was_typed_comes_back() -> None:
    tags = Tags(dict(every("en"))["faults"])
    values = {found.get("name"): found.get("value") for found in tags.named("input")}

    assert values["name"] == "Dana <Exampleva>"
    assert values["organisation"] == "Specimen & Co"
    assert [found["value"] for found in tags.named("option") if "selected" in found] == ["KZ"]
    chosen = {found["value"] for found in tags.named("input") if "checked" in found}
    assert chosen == {"organisation", "public"}


def test_nothing_that_people_wrote_can_bring_markup() -> None:
    evil = {"title": EVIL, "dateline": EVIL, "occasion": EVIL}
    text = blocks.text(printed("english") | evil)
    frame = facts.Frame(language="en", coalition=EVIL, logo=EVIL)
    html = pages.render(
        "statement.html",
        facts.StatementPage(
            frame=frame,
            address="a",
            text=text,
            state="open",
            total=1,
            organisations=0,
            lines=(facts.ListedSignatory(EVIL, EVIL),),
            when=EVIL,
            offer=facts.Offer(
                revision_sha256="0",
                visibilities=("public",),
                boxes=(facts.Box(EVIL, EVIL, "en", "signing"),),
            ),
            form=facts.Form(values={"name": [EVIL], "country": [EVIL]}, faults={"name": EVIL}),
        ),
    )

    assert "<script>" not in html
    assert "<b title" not in html


def test_a_note_of_several_lines_is_set_in_paragraphs_and_escaped() -> None:
    assert pages.paragraphs("a <b>\n\n c") == ('<p dir="auto">a &lt;b&gt;</p><p dir="auto">c</p>')


def test_countries_stand_in_the_order_of_the_alphabet() -> None:
    english = [name for _, name in pages.countries("en")]

    assert len(english) == len(languages.COUNTRIES)
    assert english.index("Åland Islands") < english.index("Albania")
    assert dict(pages.countries("ru"))["KZ"] == "Казахстан"


@pytest.mark.parametrize("accent", ["#ffe600", "#0b5563", "#000000", "#ffffff"])
def test_any_accent_can_be_read_in_light_and_dark(accent: str) -> None:
    style = pages.style(accent)
    light, dark = re.findall(r"--accent(?:-in-the-dark)?:(#[0-9a-f]{6})", style)[:2]

    assert contrast(light, "#ffffff") >= 4.5
    assert contrast(dark, "#14171a") >= 7


def _flat(language: str) -> dict[str, Any]:
    return {
        f"{part}.{key}": sentence
        for part, sentences in sentences.table(language).items()
        if isinstance(sentences, dict)
        for key, sentence in sentences.items()
    }


def _places(sentence: Any) -> set[str]:
    one = sentence if isinstance(sentence, str) else "".join(sentence.values())
    return {name for _, name, _, _ in Formatter().parse(one) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_places(language: str) -> None:
    english, other = _flat("en"), _flat(language)

    assert set(other) == set(english)
    for key, sentence in other.items():
        assert _places(sentence) | {"count"} == _places(english[key]) | {"count"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_of_a_language_is_written(language: str) -> None:
    needed = {languages.plural(count, language) for count in (*range(1, 201), 1_000_000)}

    for key, sentence in _flat(language).items():
        assert isinstance(sentence, str) or needed <= set(sentence), key


def test_a_language_is_chosen_among_those_that_are_offered() -> None:
    assert sentences.closest(["fa", "ru-KZ", "en"]) == "ru"
    assert sentences.closest([None, "fa"]) == "en"
    assert sentences.offered() == ["en", "ru"]
