"""Lays out HTML as PDF, in a limited child; only the render process imports it.

Importing it points fontconfig at our own fonts, so it does so before it imports WeasyPrint.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

from pydyf import PDF, Object  # type: ignore[import-untyped] # it has none

from api.errors import Code, Fault, Invalid
from api.infra.pdf import fonts
from api.infra.sandbox import confine
from api.infra.sandbox.pool import Limits

os.environ["FONTCONFIG_FILE"] = str(fonts.write_fontconfig(Path(tempfile.mkdtemp())))

import PIL.Image
import pyphen  # type: ignore[import-untyped] # it has none
from weasyprint import HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from api.infra.pdf import embedding, lines, quicker  # they import WeasyPrint too

# Eighty pages take some 8 seconds of computing, and far longer where others compute too.
LIMITS = Limits(cpu_seconds=40, wall_seconds=120.0, memory_bytes=1 << 30)
PRODUCER = "Undersigned"  # without the version of anything

_ASSET = "asset:"
_LINKS = re.compile(rb"\((https?://|mailto:|tel:)", re.IGNORECASE)  # where a PDF may lead
_MAX_PIXELS = 20_000_000
_OPTIONS = {"pdf_variant": "pdf/a-2a", "presentational_hints": False}
_MAX_REFUSED = 50  # as many as a person reads
_HYPHENATED = ("en", "de", "fr", "ru")  # a dictionary takes 50 to 100 ms to read
_WARM_SHEET = """
body { font: 10pt/1.45 "Noto Serif"; hyphens: auto } div { font-family: "Noto Sans"; columns: 2 }
h1, h2 { font: 700 12pt "Noto Sans"; bookmark-level: 1 } h2, th { font-weight: 600 }
blockquote { border-left: 1pt solid #0b5563; padding-left: 8pt; break-inside: avoid }
@page { @bottom-center { content: counter(page) " / " counter(pages); font: 8pt "Noto Sans" } }
"""
_WARM_PAGE = f"""<!doctype html><html lang="en"><title>Warm</title><style>{_WARM_SHEET}</style>
<h1>Warm</h1><h2>Қазақстан</h2><blockquote>Incomprehensibilities “a” <b>bold <i>both</i>
</b> <i>italic</i><sup>1</sup></blockquote><div>Sans <b>bold</b> <i>italic</i></div>
<ol><li><a href="https://example.org">a</a></ol><ul><li>b</ul><table><tr><th>c<td>d</table>
<p dir="rtl" lang="fa">شیرین <b>عبادی</b></p><p>Հայ გიო שלום नर</p>
"""
# Source: ISO 14289-1, 5 and ISO 19005-2, 6.6.2.3.3 (the schema must be described in the file).
_ABOUT_PDFUA = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfuaid:part>1</pdfuaid:part>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF>"""


class _Assets(URLFetcher):  # type: ignore[misc] # WeasyPrint has no types
    """Serves what the caller handed over, refuses the rest and remembers it."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        # A bare context: newer Pythons would read the machine's certificates for each job.
        context = SSLContext(PROTOCOL_TLS_CLIENT)
        super().__init__(ssl_context=context, allowed_protocols=(), allow_redirects=False)
        self.assets = assets
        self.refused: dict[str, None] = {}  # in the order of the page

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return an asset's bytes; a page may ask for nothing else."""
        del headers
        name = url.removeprefix(_ASSET)
        if name == url or name not in self.assets:
            self.refuse(url)
            raise ValueError("refused")
        return URLFetcherResponse(url, self.assets[name])

    def refuse(self, what: str) -> None:
        self.refused[what[:200]] = None


class _Fonts(FontConfiguration):  # type: ignore[misc] # WeasyPrint has no types
    """Our fonts and no others: a page's own would have to be written to a file first."""

    def add_font_face(
        self, rule_descriptors: Mapping[str, Iterable[tuple[str, str]]], url_fetcher: _Assets
    ) -> None:
        """Refuse what `@font-face` names."""
        for _, url in rule_descriptors["src"]:
            url_fetcher.refuse(f"@font-face {url}")


class _Unreadable(logging.Handler):
    """Collects the images that WeasyPrint leaves out with no more than a line in a log."""

    def __init__(self, assets: _Assets) -> None:
        super().__init__(logging.ERROR)
        self.assets = assets

    def emit(self, record: logging.LogRecord) -> None:
        """Refuse the image that the record is about."""
        if str(record.msg).startswith("Failed to load image") and isinstance(record.args, tuple):
            self.assets.refuse(str(record.args[0]))


class _Warmth:
    """What the warm process leaves to its children."""

    fonts: FontConfiguration | None = None


def warm() -> None:
    """Lay out one page, so that fonts, styles and hyphenation are there before the first job."""
    for language in _HYPHENATED:
        pyphen.Pyphen(lang=language)  # keeps what it has read
    configuration, assets = _Fonts(), _Assets({})
    page = partial(_write, _WARM_PAGE, assets, configuration)
    if not quicker.install(page, _WARM_SHEET, assets):
        warnings.warn("WeasyPrint is not as we know it: it prints, in more time.", stacklevel=1)
    # Newer Pangos keep a thread for each of these; a fork would not have it, and wait for ever.
    _Warmth.fonts = configuration if _is_alone() else None


def learn(sheet: str) -> None:
    """Read a style sheet before the first job; pages that have it as an element are made sooner."""
    quicker.learn(sheet, _Assets({}))


def run(payload: Mapping[str, str], blobs: dict[str, bytes]) -> bytes:
    """Return `payload["html"]` as PDF; `asset:NAME` in it is `blobs[NAME]`.

    With `payload["counts"]` it is laid out, and the number of its pages is all that comes back.
    Tagged, PDF/A-2a and PDF/UA-1, the same bytes for the same input. Raises Invalid for a page
    that asks for anything else, leads where it may not, or holds what cannot be printed.
    """
    assets = _Assets(blobs)
    handler = _Unreadable(assets)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        configuration = _Warmth.fonts or _Fonts()
        if payload.get("counts"):
            made = str(len(_laid_out(payload["html"], assets, configuration).pages)).encode()
        else:
            made = _write(payload["html"], assets, configuration)
    except (MemoryError, RecursionError, Invalid):
        raise
    except FatalURLFetchingError as refused:  # a BaseException
        raise Invalid("The page asks for something that it may not load.") from refused
    except Exception as error:
        _tell(list(assets.refused))
        raise Invalid(f"The page cannot be laid out ({type(error).__name__}).") from error
    finally:
        logger.removeHandler(handler)
    _tell(list(assets.refused))
    return made


def _tell(refused: Sequence[str]) -> None:
    """Raise Invalid if anything was refused."""
    if refused:
        faults = [
            Fault("", Code.UNREACHABLE, f"May not be loaded or linked: {what}")
            for what in refused[:_MAX_REFUSED]
        ]
        raise Invalid(
            "The page asks for something outside itself, or for an image that cannot be read. "
            f"Take it out: {refused[0]}",
            faults,
        )


def _write(html: str, assets: _Assets, configuration: FontConfiguration) -> bytes:
    def finish(document: Document, pdf: PDF) -> None:
        _check_links(pdf, assets)
        _check_glyphs(document)
        _leave_pictures_alone(pdf)
        _identify(pdf)
        document.pages.clear()  # or a long document has all of them beside what is made of them
        _make_ready(pdf)

    document = _laid_out(html, assets, configuration)
    for each in document.pages:
        # Emphasis inside a link would get a link of its own, which is not tagged as one.
        each.links = [link for link in each.links if link[-1].link]
    lines.end_rules(document)
    return bytes(document.write_pdf(finisher=finish, **_OPTIONS))


def _laid_out(html: str, assets: _Assets, configuration: FontConfiguration) -> Document:
    page = HTML(string=html, base_url=None, url_fetcher=assets)
    return page.render(font_config=configuration, **_OPTIONS)


def _check_links(pdf: PDF, assets: _Assets) -> None:
    """Refuse annotations that lead elsewhere than the web, mail or telephone; the last guard."""
    for item in pdf.objects:
        action = item.get("A") if isinstance(item, dict) else None
        if action and "URI" in action and not _LINKS.match(action["URI"].data):
            assets.refuse(action["URI"].data.decode("latin-1").strip("()"))


def _check_glyphs(document: Document) -> None:
    lacking = {code for font in document.fonts.values() for code in font.missing}
    for character in sorted(map(chr, lacking)):
        if described := fonts.unprintable(character):
            raise Invalid(f"No font has {described}. Replace it.")


def _leave_pictures_alone(pdf: PDF) -> None:
    """Let no reader smooth pictures, as WeasyPrint would have it. Source: ISO 19005-2, 6.2.8."""
    for item in pdf.objects:
        about = getattr(item, "extra", {})
        if "Interpolate" in about:
            about["Interpolate"] = "false"


def _identify(pdf: PDF) -> None:
    """Say PDF/UA-1 beside PDF/A-2a, which WeasyPrint cannot, and hide the versions."""
    number = int(pdf.catalog["Metadata"].split()[0])
    stream = pdf.objects[number].stream
    text = re.sub(r'Producer="[^"]*"', f'Producer="{PRODUCER}"', stream[0].decode(), count=1)
    stream[0] = text.replace("</rdf:RDF>", _ABOUT_PDFUA, 1).encode()
    pdf.info["Producer"].string = PRODUCER


class _Ready(Object):  # type: ignore[misc] # pydyf has no types
    """An object that is written as it is."""

    data = b""
    compressible = False  # with others, into a stream of objects

    def __init__(self, item: Object) -> None:
        super().__init__()
        self.number, self.generation, self.free = item.number, item.generation, item.free
        self.data, self.compressible = bytes(item.data), item.compressible


def _make_ready(pdf: PDF) -> None:
    """Turn each object into bytes once: pydyf does it to write, and again for an identifier."""
    for place, item in enumerate(pdf.objects):
        if place:  # the first is none, by the format
            pdf.objects[place] = _Ready(item)  # at once, and the item is gone


def _is_alone() -> bool:
    """Tell whether the process has one thread, or is about to: Pango's short ones end at once."""
    for _ in range(100):
        if confine.threads() == 1:
            return True
        time.sleep(0.005)
    return False


PIL.Image.MAX_IMAGE_PIXELS = _MAX_PIXELS
warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
embedding.install()
lines.install()
