"""PDF: tagged, deterministic, and loading nothing that was not handed to it."""

from __future__ import annotations

import io
import re
import threading
import time
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from PIL import Image

from api.errors import Invalid
from api.infra.pdf import fonts, render
from api.infra.sandbox.pool import ChildPool, LimitReached, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIEF = Limits(cpu_seconds=2, wall_seconds=10.0, memory_bytes=700 << 20)

LETTER = """<!doctype html><html lang="{language}"><head><title>Joint letter</title><style>
body {{ font: 10.5pt/1.45 "Noto Serif" }} h1, h2 {{ font-family: "Noto Sans" }}
</style></head><body>{body}</body></html>"""


def a_page(body: str = "<h1>Heading</h1><p>Some words.</p>", language: str = "en") -> str:
    return LETTER.format(body=body, language=language)


def a_picture(kind: str = "PNG", size: int = 8) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size, size), "#0b5563").save(file, kind)
    return file.getvalue()


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    with closing(ChildPool([render.LAYOUT], spares=1)) as started:
        yield started


@pytest.fixture(scope="module")
def brief() -> Iterator[ChildPool]:
    with closing(ChildPool([render.LAYOUT], spares=1, limits=BRIEF)) as started:
        yield started


class Sink(HTTPServer):
    hits: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    class Count(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.hits += 1
            self.send_error(404)

    with Sink(("127.0.0.1", 0), Count) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def outcome(children: ChildPool, page: str) -> bytes | Invalid:
    try:
        return render.render(children, page, {})
    except Invalid as refused:
        return refused


def links(data: bytes) -> list[str]:
    found = []
    for page in opened(data).pages:
        for note in page.obj.get("/Annots", []):
            found += [str(note.A.URI)] if "/A" in note and "/URI" in note.A else []
    return found


def test_a_page_becomes_a_tagged_titled_bookmarked_pdf(children: ChildPool) -> None:
    data = render.render(children, a_page(language="ru"), {})

    with opened(data) as document:
        root = document.Root
        assert str(root.Lang) == "ru"
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo["/Title"]) == "Joint letter"
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Heading"]
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2A"
            assert metadata["pdfuaid:part"] == "1"


def test_a_pdf_tells_neither_the_time_nor_a_version(children: ChildPool) -> None:
    data = render.render(children, a_page(), {})

    with opened(data) as document:
        assert set(document.docinfo.keys()) == {"/Title", "/Producer"}
        assert str(document.docinfo["/Producer"]) == "Undersigned"
        assert b"WeasyPrint" not in document.Root.Metadata.read_bytes()
    assert b"WeasyPrint" not in data


def test_the_same_input_gives_the_same_bytes_in_every_child_and_process(
    children: ChildPool,
) -> None:
    body = "<h1>Жұмыс</h1><p>Some <b>bold</b> <i>words</i>. شیرین <b>გიორგი</b></p>"
    page = a_page(body + '<img src="asset:logo" alt="Logo">')
    assets = {"logo": a_picture()}

    first = render.render(children, page, assets)

    assert render.render(children, page, assets) == first
    with closing(ChildPool([render.LAYOUT], spares=0)) as another:
        assert render.render(another, page, assets) == first


def test_only_our_fonts_are_embedded_each_in_its_weight(children: ChildPool) -> None:
    body = '<p>a <b>b</b> <i>c</i> <b><i>d</i></b> <span style="font-weight: 600">e</span></p>'
    body += '<p style="font-family: DejaVu Sans, Arial">f</p>'
    data = render.render(children, a_page(body), {})

    with opened(data) as document:
        faces = dict(document.pages[0].Resources.Font.items()).values()
        names = {str(face.BaseFont).partition("+")[2] for face in faces}
    styles = ("", "-Bold", "-Italic", "-Bold-Italic", "-Semi-Bold")
    assert names == {*(f"Noto-Serif{style}" for style in styles)} | {"Noto-Sans"}


def embedded(data: bytes) -> dict[str, TTFont]:
    with opened(data) as document:
        fonts = dict(document.pages[0].Resources.Font.items()).values()
        return {
            str(font.BaseFont).partition("+")[2]: TTFont(
                io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes())
            )
            for font in fonts
        }


def test_a_variable_font_is_made_static_as_fonttools_would(children: ChildPool) -> None:
    path = next(path for path in fonts.files() if path.stem == "NotoSansArmenian[wght]")
    with TTFont(path) as variable:
        expected = instantiateVariableFont(variable, {"wght": 700})
        name = expected["cmap"].getBestCmap()[ord("Հ")]
        number, wanted = expected.getGlyphID(name), expected["glyf"][name]
        width = expected["hmtx"][name][0]

    font = embedded(render.render(children, a_page("<h1>Հ</h1>"), {}))["Noto-Sans-Armenian-Bold"]

    found = font["glyf"][font.getGlyphName(number)]
    assert "fvar" not in font
    assert font["hmtx"][font.getGlyphName(number)][0] == pytest.approx(width, abs=1)
    for side in ("xMin", "yMin", "xMax", "yMax"):
        assert getattr(found, side) == pytest.approx(getattr(wanted, side), abs=1)


def test_chinese_japanese_and_korean_get_the_shapes_of_their_language(children: ChildPool) -> None:
    body = '<p>骨 <span lang="ja">骨</span> <span lang="ko">한</span> <b lang="zh-Hant">骨</b></p>'

    found = embedded(render.render(children, a_page(body), {}))

    assert {name for name in found if "CJK" in name} == {
        *("Noto-Sans-CJK-SC", "Noto-Sans-CJK-JP", "Noto-Sans-CJK-KR", "Noto-Sans-CJK-TC-Bold"),
    }
    for font in found.values():
        assert any(font["glyf"][name].numberOfContours for name in font.getGlyphOrder())


def test_the_words_of_each_script_can_be_copied_from_the_pdf(children: ChildPool) -> None:
    words = "сўз şöhrat شیرین پژمان المعتقلين გიორგი Հայաստան שלום नर"
    data = render.render(children, a_page(f"<p>{words}</p>"), {})

    found = set()
    with opened(data) as document:
        for font in dict(document.pages[0].Resources.Font.items()).values():
            for text in re.findall(rb"<[0-9a-f]+> <([0-9a-f]+)>", font.ToUnicode.read_bytes()):
                found.add(bytes.fromhex(text.decode()).decode("utf-16-be"))
    assert set(words) - set("".join(found)) == set()
    assert all(found), "a glyph without a letter: parts of letters drawn apart"


CHANNELS = {
    "stylesheet link": '<link rel="stylesheet" href="{url}">',
    "import": "<style>@import url({url});</style>",
    "font": "<style>@font-face {{ font-family: x; src: url({url}) }}</style>x",
    "local font": '<style>@font-face {{ font-family: x; src: local("A"), url({url}) }}</style>',
    "background": '<p style="background: url({url})">x</p>',
    "list marker": '<ul style="list-style: url({url})"><li>x</ul>',
    "content": "<style>p::before {{ content: url({url}) }}</style><p>x</p>",
    "page": "<style>@page {{ background: url({url}) }}</style>x",
    "page margin": "<style>@page {{ @top-left {{ content: url({url}) }} }}</style>x",
    "border image": '<p style="border: 1px solid; border-image: url({url}) 1">x</p>',
    "mask": '<p style="border: 1px solid; mask-border: url({url}) 1">x</p>',
    "image": '<img src="{url}" alt="x">',
    "object": '<object data="{url}">x</object>',
    "embed": '<embed src="{url}">',
    "attachment link": '<link rel="attachment" href="{url}">',
    "attachment anchor": '<a rel="attachment" href="{url}">x</a>',
    "base": '<base href="{url}"><img src="" alt="x"><a href="x">x</a><img src="/y" alt="y">',
    "svg image": '<svg width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    "svg use": '<svg width="9" height="9"><use href="{url}#x"/></svg>',
}


UNKNOWN = {"mask", "svg use"}


@pytest.mark.parametrize("target", ["{sink}", "file:///etc/passwd", "data:text/css,p{{}}"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_page_reaches_nothing(children: ChildPool, sink: Sink, channel: str, target: str) -> None:
    url = target.format(sink=sink.url)
    page = a_page(CHANNELS[channel].format(url=url))
    before = sink.hits

    answer = outcome(children, page)

    assert sink.hits == before
    if isinstance(answer, Invalid):
        assert not isinstance(answer, LimitReached)
        named = " ".join(map(str, answer.faults))
        assert re.search(r"127\.0\.0\.1|/etc/passwd|data:text|/y", named), named
    else:  # what WeasyPrint does not know; then nothing of it may be there
        assert channel in UNKNOWN
        with opened(answer) as document:
            assert "/EmbeddedFiles" not in document.Root.get("/Names", {})


def test_what_was_refused_is_named_once_and_in_order(children: ChildPool) -> None:
    body = '<img src="https://a.example/1.png" alt=""><img src="asset:gone" alt="">' * 2

    with pytest.raises(Invalid) as refused:
        render.render(children, a_page(body), {})

    assert [fault.detail for fault in refused.value.faults] == [
        "May not be loaded or linked: https://a.example/1.png",
        "May not be loaded or linked: asset:gone",
    ]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/shadow", "ftp://a.example/"])
@pytest.mark.parametrize(
    "body",
    [
        '<p><a href="{link}">x</a></p>',
        '<p style="-weasy-link: url({link})">x</p>',
        '<p style="link: url({link})">x</p>',
    ],
)
def test_a_link_out_of_the_web_never_becomes_an_annotation(
    children: ChildPool, link: str, body: str
) -> None:
    answer = outcome(children, a_page(body.format(link=link)))

    if isinstance(answer, Invalid):
        assert link[:10] in str(answer.faults[0])
    else:
        assert links(answer) == []


def test_links_to_the_web_to_mail_and_within_are_kept(children: ChildPool) -> None:
    body = (
        '<p id="here"><a href="https://a.example/b?c=(d)">x<em>y</em></a>'
        ' <a href="mailto:a@b.example">y</a> <a href="tel:+3212345">t</a> <a href="#here">z</a></p>'
    )

    data = render.render(children, a_page(body), {})

    assert links(data) == ["https://a.example/b?c=(d)", "mailto:a@b.example", "tel:+3212345"]


def test_pictures_that_were_handed_over_are_shown(children: ChildPool) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
    body = "".join(f'<img src="asset:{name}" alt="{name}">' for name in ("png", "jpeg", "svg"))
    assets = {"png": a_picture(), "jpeg": a_picture("JPEG"), "svg": svg}

    with opened(render.render(children, a_page(body), assets)) as document:
        shown = document.pages[0].get_images()
        assert len(shown) == 2
        assert not any(picture.Interpolate for picture in shown.values()), "PDF/A forbids it"


@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        a_picture(size=12_000),
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    ],
    ids=["no picture", "12,000 pixels wide", "a picture that loads another"],
)
def test_a_picture_that_cannot_be_shown_is_told(children: ChildPool, data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        render.render(children, a_page('<img src="asset:logo" alt="Logo">'), {"logo": data})

    assert re.search("asset:logo|/etc/passwd", str(refused.value.faults[0]))


DOUBLING = "".join(f"--a{n + 1}: var(--a{n}) var(--a{n});" for n in range(29))
USES = '<g id="u0"><rect width="1" height="1"/></g>' + "".join(
    f'<g id="u{n + 1}">' + f'<use href="#u{n}"/>' * 10 + "</g>" for n in range(7)
)
BOMBS = {
    "nested flex": '<div style="display: flex">' * 14 + "x",
    "wide cell": "<table><tr><td colspan=1000000>x</table>",
    "doubling": "<style>p { --a0: xxxxxxxxxx; "
    f"{DOUBLING} }} p::before {{ content: var(--a29) }}</style><p>x</p>",
    "svg use": f"<svg>{USES}</svg>",
    "nested boxes": "<div>" * 2_000 + "x",
    "tiny pages": "<style>@page { size: 1px; margin: 0 }</style>" + "<p>word" * 20_000,
    "long table": "<table>" + "<tr><td>Name<td>Place" * 20_000,
    "many items": "<ol>" + "<li>Name" * 30_000,
}


ALWAYS = ("nested flex", "doubling")  # of time, and of memory; the rest take two seconds each, too


@pytest.mark.parametrize(
    "bomb", [pytest.param(each, marks=[pytest.mark.rest] * (each not in ALWAYS)) for each in BOMBS]
)
def test_a_layout_bomb_ends_in_time_and_the_next_page_is_laid_out(
    brief: ChildPool, bomb: str
) -> None:
    start = time.monotonic()

    with pytest.raises(LimitReached, match="simpler"):
        render.render(brief, a_page(BOMBS[bomb]), {})

    assert time.monotonic() - start < BRIEF.wall_seconds + 8  # with its start
    assert render.render(brief, a_page(), {})[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "body",
    ['<p style="font-size: 1e8px">x</p>', "<p>\ud800</p>", "<style>@page { size: 0 }</style>x"],
    ids=["vast letters", "lone surrogate", "no page"],
)
def test_a_page_that_cannot_be_laid_out_is_invalid_or_harmless(brief: ChildPool, body: str) -> None:
    answer = outcome(brief, a_page(body))

    assert answer.detail if isinstance(answer, Invalid) else answer[:5] == b"%PDF-"


def test_a_character_without_a_glyph_is_refused_as_the_last_guard(children: ChildPool) -> None:
    with pytest.raises(Invalid, match=r"U\+13000 EGYPTIAN HIEROGLYPH A001"):
        render.render(children, a_page("<p>\U00013000</p>"), {})


def test_characters_that_leave_no_mark_are_no_boxes(children: ChildPool) -> None:
    body = "<p>a\u00adb\u200bc\u200cd\u200de\u200ef\u200fg\u2060h\u2009i\u00a0j\u202fk\u3000l</p>"

    assert render.render(children, a_page(body), {})


def test_a_large_picture_and_a_large_page_fit_the_memory(children: ChildPool) -> None:
    body = '<img src="asset:logo" alt="Logo">' + "<p>Organisation for human rights</p>" * 1_500

    assert render.render(children, a_page(body), {"logo": a_picture(size=2_000)})


def test_importing_the_render_call_does_not_bring_weasyprint_in() -> None:
    text = Path(render.__file__).read_text()

    assert "import weasyprint" not in text
    assert "from weasyprint" not in text


def test_the_handle_may_set_shorter_limits() -> None:
    with (
        closing(ChildPool([render.LAYOUT], spares=1, limits=replace(BRIEF, cpu_seconds=1))) as mine,
        pytest.raises(LimitReached),
    ):
        render.render(mine, a_page("<table><tr><td colspan=1000000>x</table>"), {})
