# ruff: noqa: RUF001 - letters that look alike are what is tested
"""One sentence says all in one language: days, times, counts; and it ends with one full stop."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.documents.rules.html import Look, html
from api.infra.mail.letters import Facts
from api.infra.text import languages
from api.mailings import rules
from api.pages.rules import commenting, sentences
from api.portable.rules import printing
from api.texts.rules import words
from tests.rules.test_letters import KINDS, VALUES, VARIANTS
from tests.rules.test_plain import NOBODY

SPOKEN = ("en", "ru", "fa", "ar", "fr", "de", "kk", "ky", "tg", "tk", "uz", "uk", "tr", "ur")
DAY = date(2031, 6, 12)
INSTANT = datetime(2031, 6, 12, 13, tzinfo=UTC).astimezone(ZoneInfo("Asia/Almaty"))
ALMATY = "Asia/Almaty"
DATED: dict[str, Any] = {
    "until_text": DAY,
    "soft": INSTANT,
    "hard": INSTANT,
    "asked_at": INSTANT,
}
# A month's name in languages that letters are not written in.
JUNE = {
    "juin",
    "Juni",
    "маусым",
    "июнь",
    "июн",
    "iyun",
    "Haziran",
    "червня",
    "ژوئن",
    "يونيو",
    "جون",
}
DOUBLED = re.compile(r"[^.]\.\.(?!\.)|[^\S\n\u00a0]{2,}\S|[{}]|None|,,|\( | \)")


def a_letter(kind: str, language: str, **more: Any) -> str:
    values = {**VALUES, **DATED, **more}
    facts = {key: values[key] for key in rules.KINDS[kind] if key in values}
    if kind == "signing.confirmation":
        facts["asked_at"] = INSTANT
    message = rules.write(
        kind, Facts(to="a@b.example", language=language, coalition="Salt Circle", facts=facts)
    )
    return message.subject + "\n" + message.text


@pytest.mark.parametrize("language", SPOKEN)
def test_a_letter_writes_its_days_in_its_own_language(language: str) -> None:
    own = "ru" if language == "ru" else "en"
    said = {languages.date_text(DAY.isoformat(), own), languages.instant_text(INSTANT, ALMATY, own)}

    for kind in KINDS:
        text = a_letter(kind, language)
        assert not set(re.findall(r"\w+", text)) & JUNE, kind
        if {"until_text", "soft", "hard", "asked_at"} & rules.KINDS[kind]:
            flat = " ".join(text.split())
            assert any(" ".join(each.split()) in flat for each in said), (kind, flat)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("variant", range(len(VARIANTS)))
def test_no_letter_has_a_doubled_stop_or_space(language: str, variant: int) -> None:
    for kind in KINDS:
        text = a_letter(kind, language, **VARIANTS[variant])
        text = re.sub(r"(?m)^( {4}|--$)", "", text)
        assert DOUBLED.search(text) is None, (kind, text)


@pytest.mark.parametrize("language", SPOKEN)
def test_our_words_around_a_day_are_in_its_language(language: str) -> None:
    quote = {"quote": {"text": "Salt.", "url": "https://a.example/", "retrieved": "2031-06-12"}}
    document: Any = {
        "language": language,
        "kind": "appeal",
        "title": "Salt",
        "slug": "salt",
        "coalition": {"name": "Circle"},
        "body": [quote],
    }
    printed = printing.resolve(document)
    said = words.words(language)

    page = html(printed, NOBODY, Look(), for_paper=True)

    day = languages.date_text("2031-06-12", said.language)
    assert said.retrieved.format(date=day) in page
    assert ".." not in said.edited_line(DAY)


@pytest.mark.parametrize("language", sorted(words.available()))
def test_no_page_ends_a_sentence_twice(language: str) -> None:
    said = sentences.said(language)
    day = languages.date_text("2031-06-12", said.language)

    for key, sentence in said.all.items():
        places = set(re.findall(r"{(\w+)}", sentence if isinstance(sentence, str) else ""))
        if places:
            assert DOUBLED.search(said.say(key, 0, **dict.fromkeys(places, day))) is None, key


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("До 12 мая 2031 г..", "До 12 мая 2031 г."),
        ("Am 12. 5..", "Am 12. 5."),
        ("So…. And... and so on...", "So…. And... and so on..."),
        ("https://a.example/a../b and ../c", "https://a.example/a../b and ../c"),
    ],
)
def test_a_sentence_ends_with_one_full_stop(text: str, right: str) -> None:
    assert languages.one_stop(text) == right


def test_guillemets_of_a_name_and_of_the_sentence_around_it_end_together() -> None:
    told = sentences.said("ru").say("names.none", organisation="Центр «Образец»")

    assert told == "Сейчас название «Центр «Образец» не стоит ни под одним текстом."


def test_so_they_do_in_letters_but_not_in_what_a_person_wrote() -> None:
    facts = {**VALUES, "organisation": "Центр «Образец»", "note": "Пишет «Центр «Образец»»."}
    facts = {key: facts[key] for key in rules.KINDS["signoffs.request"] if key in facts}
    letter = rules.write(
        "signoffs.request",
        Facts(to="a@specimen.example", language="ru", facts=facts, coalition="Коалиция"),
    )

    assert "организацию «Центр «Образец» одобрить" in " ".join(letter.text.split())
    assert "Пишет «Центр «Образец»»." in letter.text


@pytest.mark.parametrize(
    ("language", "suggestions", "comments", "told"),
    [
        ("en", 3, 1, "It gave 3 suggestions and 1 comment."),
        ("en", 1, 0, "It gave 1 suggestion."),
        ("en", 0, 0, "It gave no suggestion and no comment that is not here already."),
        ("ru", 21, 2, "В нём 21 предложение и 2 комментария."),
        ("ru", 0, 5, "В нём 5 комментариев."),
    ],
)
def test_what_a_file_gave_is_one_sentence(
    language: str, suggestions: int, comments: int, told: str
) -> None:
    new = {"word.suggestions": suggestions, "word.comments": comments}

    assert commenting.gave(new, sentences.said(language)) == told
