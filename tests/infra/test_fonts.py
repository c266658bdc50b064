# ruff: noqa: RUF001 - letters that look alike are what is tested
"""Fonts: the same on every machine, and a character that none has is named."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from fontTools.ttLib import TTFont

from api.infra.pdf import fonts, render

if TYPE_CHECKING:
    from pathlib import Path

    from api.infra.sandbox.pool import ChildPool


def test_the_characters_found_are_those_that_fonttools_finds() -> None:
    for path in fonts.files():
        with TTFont(path, lazy=True, fontNumber=0) as font:
            expected = set(font["cmap"].getBestCmap())

        assert set(fonts.code_points(path)) == expected, path.name  # the proof


@pytest.mark.parametrize(
    "text",
    [
        "Łódź, Đorđe, Ştefan, İğdır, Çağ, Ñandú, Ærø, Ấn Độ, O'Brien — “so” « да » …",
        "Әбілқасым Ғұмар Қыз Ңұр Өмір Ұлы Үміт Һәм Ілияс",
        "Өмүрбек Ңамыс Үмүт, Ӣсо Ғаффор Қодир Ҳаким Ҷамшед Ӯғлон",
        "Gülnara Žaňyl Şöhrat Ýüzük Ähli, Oʻzbekiston Gʻafur, Ўғил Қизи Ғайрат Ҳамид",
        "محمد بن عبد الله، شيرين عبادي، پژمان گل چای ۱۲۳ می\u200cخواهم",
        "გიორგი ჯავახიშვილი, Հայաստան և Արցախ, שלום עולם, नरेन्द्र शर्मा",
        "tab\tline\nend\r\n nbsp\u00a0thin\u2009 soft\u00ad \u200e\u200f",
    ],
)
def test_the_scripts_of_the_issue_are_printable(text: str) -> None:
    assert fonts.unprintable(text) is None


def test_chinese_japanese_and_korean_are_printable() -> None:
    assert fonts.unprintable("中文名字 日本語の名前 한국어 이름") is None


def test_the_first_character_without_a_glyph_is_named() -> None:
    assert (
        fonts.unprintable("A\U00013000\U00013001")
        == "U+13000 EGYPTIAN HIEROGLYPH A001 (\U00013000)"
    )


def test_a_character_without_a_name_is_told_by_its_number() -> None:
    assert fonts.unprintable("a\x01b") == "U+0001"
    assert fonts.unprintable("\ue000") == "U+E000"


def test_a_lone_surrogate_is_unprintable() -> None:
    assert fonts.unprintable("\ud800") == "U+D800"


def test_checking_a_first_text_takes_less_than_a_third_of_a_second() -> None:
    program = (
        "import time; t = time.process_time(); from api.infra.pdf import fonts;"
        "fonts.unprintable('Ж'); print(time.process_time() - t)"
    )
    command = [sys.executable, "-c", program]
    times = [subprocess.check_output(command) for _ in range(3)]  # noqa: S603 - our own interpreter

    best = min(map(float, times))
    assert best < 0.3


def test_checking_a_long_text_again_is_quick() -> None:
    text = "Не называть имён. " * 50_000
    fonts.unprintable(text)

    start = time.perf_counter()
    assert fonts.unprintable(text) is None
    assert time.perf_counter() - start < 0.5


def test_the_fontconfig_file_names_our_folders_only(tmp_path: Path) -> None:
    text = fonts.write_fontconfig(tmp_path).read_text()

    assert text.count("<dir>") == len(fonts.folders())
    assert "/usr/share/fonts" not in text
    assert "<include" not in text


def test_every_face_of_chinese_japanese_and_korean_fits_the_memory(children: ChildPool) -> None:
    words = '骨 <b>骨</b> <i>骨</i> <b><i>骨</i></b> <span style="font-weight: 600">骨</span>'
    lines = [f'<p lang="{tag}">{words}</p>' for tag in ("zh", "ja", "ko", "zh-Hant", "zh-HK")]
    page = (
        f'<!doctype html><html lang="en"><title>Faces</title><body>{"".join(lines)}</body></html>'
    )

    assert render.render(children, page, {})[:5] == b"%PDF-"
