# ruff: noqa: RUF001 - letters that look alike are what is tested
"""What is read from a PDF are the letters that were written, in each face and script."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import icu
import pypdfium2
import pytest

from api.infra.pdf import fonts, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.infra.sandbox.pool import ChildPool

FACES = [
    (family, weight, style)
    for family in (fonts.SERIF, fonts.SANS)
    for weight in (400, 600, 700)
    for style in ("normal", "italic")
]
# Words with letters that fonts draw from parts, share between texts or turn round.
WORDS = {
    "en": "Trần Thị Ánh Nguyệt ij xi office İi Ị ọ̀ x̣ ɨ̀ q̃ Å Kelvin",
    "vi": "Thi\u0323 Nguye\u0323\u0302t Tra\u0302\u0300n nghiêng",
    "lt": "i̇́ j̇̃ ė̃ Į̃",
    "ru": "ы́ ю́ Ё ї́ й ӂ е\u0308 и\u0306",
    "el": "Υ̓́ ΰ Ϊ̀ ᾧ α\u0313\u0301",
    "hy": "Հայաստան և",
    "ka": "გიორგი Ქართული",
    "hi": "नरेन्द्र शर्मा हिन्दी किताब क्षत्रिय ज़ ढ़",
    "bn": "বাংলা কোটি ড়য় ক্ষ",
    "ta": "கோவில் தமிழ்",
    "th": "ที่นี่ น้ำ",
    "my": "မြန်မာ",
}
# A line ends without marks: MuPDF and poppler read one there as the end of the line before.
RIGHT_TO_LEFT = {
    "ar": "مُحَمَّد بن عبد الله آمن شيئًا إله أ ئ",
    "fa": "شیرین عبادی کتابِ پژمان",
    "he": "שָׁלוֹם שלום פֿ ירושלים",
}
HAN = {"ja", "ko", "yue", "zh"}  # thousands of letters, drawn one by one: no two share a part
FORMS: tuple[Literal["NFC"], Literal["NFD"]] = ("NFC", "NFD")


class Reader(NamedTuple):
    """What reads the letters of a file."""

    name: str
    read: Callable[[Path], str]


def by_pdfium(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_poppler(path: Path) -> str:
    program = shutil.which("pdftotext")
    if not program:
        pytest.skip("No pdftotext reads PDFs here: apt-get install poppler-utils")
    return subprocess.check_output([program, path, "-"], text=True)  # noqa: S603 - a file of ours


READERS = [Reader("pdfium", by_pdfium), Reader("poppler", by_poppler)]


def alike(text: str) -> Counter[str]:
    """Return the words of a text, as Unicode has them alike, without marks of direction."""
    bare = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\x02]", "", text)
    return Counter(unicodedata.normalize("NFC", bare).split())


def a_page(lines: list[tuple[str, str]], face: tuple[str, int, str]) -> str:
    family, weight, style = face
    shown = "".join(
        f'<p lang="{language}" dir="{"rtl" if language in RIGHT_TO_LEFT else "ltr"}">{line}</p>'
        for language, line in lines
    )
    css = f'p {{ font: {style} {weight} 12pt/1.9 "{family}"; margin: 0; hyphens: none }}'
    return f'<!doctype html><html lang="en"><title>Letters</title><style>{css}</style>{shown}'


def unread(reader: Reader, children: ChildPool, page: str, path: Path, words: str) -> list[str]:
    path.write_bytes(render.render(children, page, {}))
    return sorted(alike(words) - alike(reader.read(path)))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("face", FACES, ids=lambda face: "-".join(map(str, face)))
def test_words_are_read_as_they_were_written_in_each_face(
    children: ChildPool, tmp_path: Path, face: tuple[str, int, str], reader: Reader
) -> None:
    lines = [
        (language, unicodedata.normalize(form, line))
        for language, line in (WORDS | RIGHT_TO_LEFT).items()
        for form in FORMS
    ]
    words = " ".join(line for _, line in lines)

    assert unread(reader, children, a_page(lines, face), tmp_path / "words.pdf", words) == []


@pytest.mark.parametrize("first", ["ị i", "i ị", "क कि", "كب ب"])
def test_what_was_read_first_takes_no_letter_from_what_follows(
    children: ChildPool, tmp_path: Path, first: str
) -> None:
    page = a_page([("en", first), ("en", "xi Thị xin i")], FACES[6])

    words = f"{first} xi Thị xin i"
    assert unread(READERS[0], children, page, tmp_path / "order.pdf", words) == []


def is_mark(text: str) -> bool:
    return unicodedata.category(text[0]).startswith("M")


def letters(language: str) -> Iterator[str]:
    """Yield what a language is written with, by CLDR, in both cases and as Unicode may write it."""
    data = icu.LocaleData(language)
    # Its alphabet, and what else occurs.
    known = [str(letter) for kind in (0, 1) for letter in data.getExemplarSet(0, kind)]
    base = next((letter for letter in known if not is_mark(letter)), "")
    for letter in known:
        for one in (letter, letter.upper()):
            for form in FORMS:
                text = unicodedata.normalize(form, one)
                yield base + text if is_mark(text) else text


def is_seen(text: str) -> bool:
    return unicodedata.category(text[0]) != "Cf" and fonts.unprintable(text) is None


@pytest.mark.long
@pytest.mark.parametrize("face", FACES, ids=lambda face: "-".join(map(str, face)))
def test_every_letter_of_every_language_is_read_in_each_face(
    children: ChildPool, tmp_path: Path, face: tuple[str, int, str]
) -> None:
    found: dict[str, list[str]] = {}
    spaced = {"ĩĩĩ"}  # Noto Sans holds them so far apart that readers see spaces
    for locale in sorted(icu.Locale.getAvailableLocales()):
        some = [one for one in letters(locale) if is_seen(one)]
        if "_" not in locale and locale not in HAN:
            found[locale] = [
                one
                for one in dict.fromkeys(one * 3 for one in some)
                if unicodedata.normalize("NFC", one) not in spaced
            ]
    lines = [
        (language, " ".join(some[at : at + 6]))
        for language, some in found.items()
        for at in range(0, len(some), 6)
    ]
    words = " ".join(line for _, line in lines)

    assert unread(READERS[0], children, a_page(lines, face), tmp_path / "all.pdf", words) == []
