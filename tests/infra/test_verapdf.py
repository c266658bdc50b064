# ruff: noqa: RUF001 - letters that look alike are what is tested
"""Every document is PDF/A-2a and PDF/UA-1, by the judgment of veraPDF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from api.documents.rules import html, rendering
from api.documents.rules.logos import Logo
from api.infra.pdf import fonts
from api.portable.rules import checking, reading
from api.texts.rules import themes
from bench import large
from tests.support import verapdf
from tests.support.portable import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from api.infra.sandbox.pool import ChildPool

pytestmark = pytest.mark.long

SIGNATORIES = 2000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle r="9"/></svg>'
# The same few words, as each script that we have letters of writes them.
SCRIPTS = (
    "Let the bakers go home, at once. Şöhrat, ğözel, O‘zbekiston, Łódź, Đà Nẵng.",
    "Отпустите пекарей домой. Қазақстан, Ўзбекистон, Тоҷикистон, Ћирилица.",
    "Αφήστε τους αρτοποιούς να πάνε σπίτι.",
    "نانوایان را آزاد کنید. گوگوش، پژمان.",
    "أطلقوا سراح الخبازين. المعتقلين.",
    "שחררו את האופים.",
    "Թողեք հացթուխներին գնալ տուն։",
    "გაათავისუფლეთ მეპურეები.",
    "बेकरों को घर जाने दो।",
    "5 % ≤ ½ · € 12 — “quoted”, ‘so’ … ™ © № →",
)
HAN = ("让面包师回家。", "パン屋を帰せ。", "제빵사를 돌려보내라.")


@pytest.fixture(scope="module", autouse=True)
def _judge() -> None:
    verapdf.must_be_there()


def a_png() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (40, 40), (11, 85, 99, 128)).save(file, "PNG")
    return file.getvalue()


LOGOS: dict[str, dict[str, Any]] = {
    "no-logo": {},
    "png": {"logo": a_png(), "logo_type": "image/png"},
    "svg": {"logo": SVG, "logo_type": "image/svg+xml"},
}
SIGNING = (Logo("House of Bread", a_png(), "image/png"), Logo("Дом хлеба", SVG, "image/svg+xml"))


def a_document(**more: Any) -> dict[str, Any]:
    document = {
        "format": "undersigned.statement/1",
        "slug": "specimen",
        "kind": "briefing",
        "language": "en",
        "title": "Let the bakers go home",
        "coalition": {"name": "Specimen Coalition"},
        "body": [{"paragraph": "We ask that the doors be opened."}],
        "specimen": True,
        **more,
    }
    checking.require(document)
    return document


def every_script() -> dict[str, Any]:
    lines = (*SCRIPTS, *HAN) if fonts.has_cjk() else SCRIPTS
    body: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        label = f"[^{number + 1}]"
        body += [
            {"heading": line},
            {"paragraph": f"{line} **{line}** *{line}*{label}"},
            {"paragraph": f"[{line} **{line}** *{line}*](https://specimen.example/)"},
            {"quote": {"lead": line, "text": line, "source": line, "url": "https://a.example/"}},
            {"list": {"lead": line, "items": [line, line], "ordered": number % 2 == 0}},
        ]
    notes = {str(number + 1): line for number, line in enumerate(lines)}
    signed = [{"kind": "individual", "name": line, "role": line} for line in lines]
    return a_document(body=body, footnotes=notes, signatories=signed)


def many_signatories() -> dict[str, Any]:
    half = SIGNATORIES // 2
    named = [
        {"kind": "organisation", "name": f"Specimen House {number}", "lead": number < 3}
        for number in range(half)
    ]
    named += [
        {"kind": "individual", "name": f"A. Specimen {number}", "role": "baker", "country": "KZ"}
        for number in range(half)
    ]
    return a_document(signatories=named, withheld=7)


def printed(
    folder: Path, children: ChildPool, documents: Iterable[tuple[str, Any]], **look: Any
) -> list[Path]:
    files = []
    if themes.shows_logos(look["theme"]):
        look["logos"] = SIGNING
    for name, document in documents:
        inputs = rendering.input_of(document, rendering.Format.PDF, html.Look(**look))
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(rendering.rendered(inputs, children))
    return files


def must_comply(files: list[Path]) -> None:
    checks, broken = verapdf.judged(files)

    assert len(checks) == 2 * len(files)
    assert min(checks.values()) > 100
    assert broken == ""


@pytest.mark.parametrize("theme", themes.available())
def test_each_statement_complies_in_each_theme(
    children: ChildPool, tmp_path: Path, theme: str
) -> None:
    documents = [(path.stem, reading.read(path.read_bytes())) for path in ALL]

    must_comply(printed(tmp_path, children, documents, theme=theme))


@pytest.mark.parametrize("theme", themes.available())
def test_a_page_of_all_scripts_complies(children: ChildPool, tmp_path: Path, theme: str) -> None:
    document = every_script()
    files = [
        file
        for name, logo in LOGOS.items()
        for file in printed(tmp_path, children, [(name, document)], theme=theme, **logo)
    ]

    must_comply(files)


@pytest.mark.parametrize("theme", themes.available())
def test_two_thousand_signatories_and_sixty_pages_comply(
    children: ChildPool, tmp_path: Path, theme: str
) -> None:
    documents = [("signatories", many_signatories()), ("pages", large.document())]

    must_comply(printed(tmp_path, children, documents, theme=theme, is_draft=True))
