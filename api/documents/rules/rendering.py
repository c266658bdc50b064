"""A document's bytes from all that goes into it. Needs no database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from typing import Any, cast

import rfc8785

from api.config import share
from api.documents.rules import html, logos, plain
from api.documents.rules.word import document as word, package, pictures
from api.errors import Code, Fault, Invalid
from api.infra.pdf import drawings, fonts, render
from api.infra.sandbox.pool import ChildPool
from api.portable.rules import printing, signing
from api.texts.rules.document import PortableDocument

LAYOUT, DRAWING = render.LAYOUT, drawings.DRAWING
THEME = "letter"


class Format(StrEnum):
    """What a statement is printed as."""

    PDF = "pdf"
    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"
    DOCX = "docx"


CONTENT_TYPES = {
    Format.PDF: "application/pdf",
    Format.HTML: "text/html; charset=utf-8",
    Format.TEXT: "text/plain; charset=utf-8",
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.DOCX: package.DOCX,
}
ENDINGS = {
    Format.PDF: "pdf",
    Format.HTML: "html",
    Format.TEXT: "txt",
    Format.MARKDOWN: "md",
    Format.DOCX: "docx",
}
PICTURED = frozenset({Format.PDF, Format.HTML, Format.DOCX})  # that show logos
_BOX = 8.4, 3.4  # rem: as voice.css has it for the coalition's logo


@dataclass(frozen=True)
class RenderInput:
    """What goes into one document: all of it, and nothing else, decides its bytes."""

    printed: printing.Printed
    signatories: signing.Signatories
    look: html.Look
    format: Format
    revision: int | None = None  # its number, where the document tells it
    block_ids: tuple[str, ...] = ()  # where it tells which block is which

    @property
    def key(self) -> str:
        """The SHA-256 of what goes in, and of what prints it."""
        look = self.look
        logo = look.logo and hashlib.sha256(look.logo).hexdigest()
        logos = [
            (one.name, one.kind, hashlib.sha256(one.picture).hexdigest()) for one in look.logos
        ]
        facts: dict[str, object] = {
            "printed": self.printed,
            "signatories": self.signatories,
            "look": {**vars(look), "logo": logo, "logos": logos, "edited_on": str(look.edited_on)},
            "format": str(self.format),
            "press": made_by(),
        }
        if self.revision is not None:
            facts["revision"] = self.revision
        if self.block_ids:
            facts["block_ids"] = list(self.block_ids)
        return hashlib.sha256(rfc8785.dumps(cast("Any", facts))).hexdigest()


def by_ending(name: str) -> Format:
    """Return the format that a file's ending stands for, or raise Invalid."""
    for form, ending in ENDINGS.items():
        if name.endswith(f".{ending}"):
            return form
    known = ", ".join(f".{ending}" for ending in ENDINGS.values())
    raise Invalid(
        f"End the output's name in one of {known}.",
        [Fault("", Code.NOT_A_CHOICE, f"{name} does not.")],
    )


@cache
def made_by() -> str:
    """Return a hash of what turns a text into bytes: we, the engine, fonts, theme and words."""
    packages = (
        "undersigned",
        "weasyprint",
        "pikepdf",
        "fonttools",
        "pillow",
        "resvg-py",
        "fontpkg-noto-sans",
        "fontpkg-noto-serif",
        "fontpkg-amiri",
        "manimgx-fonts",
    )
    made = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in packages).encode())
    made.update(b"cjk" * fonts.has_cjk())  # an extra: its presence changes what letters look like
    for folder in ("themes", "words"):
        for path in sorted(share("templates", folder).rglob("*.*")):
            made.update(path.read_bytes())
    return made.hexdigest()


def input_of(
    document: PortableDocument, form: Format, look: html.Look | None = None
) -> RenderInput:
    """Return what is rendered of a whole portable document, as its public would see it."""
    printed, signed = printing.resolve(document), signing.signatories(document)
    look = look or html.Look(theme=document.get("theme", THEME))
    ids = tuple(block["id"] for block in document["body"] if "id" in block)
    tells_blocks = form is Format.DOCX and len(ids) == len(document["body"])
    return RenderInput(printed, signed, look, form, block_ids=ids if tells_blocks else ())


def rendered(inputs: RenderInput, children: ChildPool, *, is_waited_for: bool = False) -> bytes:
    """Return the bytes of a document; raise Invalid or Unavailable where they cannot be made.

    What a request waits for may take less.
    """
    printed, signed, look = inputs.printed, inputs.signatories, inputs.look
    if inputs.format is Format.PDF:
        page = on_paper(inputs)
        return render.render(children, page, html.assets(look), is_waited_for=is_waited_for)
    if inputs.format is Format.HTML:
        return html.html(printed, signed, look, for_paper=False).encode()
    if inputs.format is Format.DOCX:
        return _word(inputs, children)
    write = plain.text if inputs.format is Format.TEXT else plain.markdown
    return write(printed, signed, is_draft=look.is_draft, edited_on=look.edited_on).encode()


def on_paper(inputs: RenderInput) -> str:
    """Return the page of which a PDF is made."""
    return html.html(inputs.printed, inputs.signatories, inputs.look, for_paper=True)


def is_drawn(inputs: RenderInput) -> bool:
    """Tell whether a limited child has to lay out or draw something of it."""
    if inputs.format is Format.DOCX:
        look = inputs.look
        kinds = {look.logo_type, *(one.kind for one in look.logos)}
        return "image/svg+xml" in kinds
    return inputs.format is Format.PDF


def own_logo(look: html.Look, coalition: str, children: ChildPool) -> pictures.Picture | None:
    """Return the coalition's logo for a file of Word; a drawing becomes a picture."""
    if not (look.logo and look.logo_type):
        return None
    (drawn,) = drawings.drawn(children, [(look.logo, look.logo_type)])
    return pictures.within(drawn, coalition, *_BOX)


def _word(inputs: RenderInput, children: ChildPool) -> bytes:
    look = inputs.look
    drawn = drawings.drawn(children, [(one.thumbnail.content, one.kind) for one in look.logos])
    others = (
        pictures.Picture(content, one.name, *logos.size(one.thumbnail.width / one.thumbnail.height))
        for content, one in zip(drawn, look.logos, strict=True)
    )
    return word.document(
        inputs.printed,
        inputs.signatories,
        look,
        logo=own_logo(look, inputs.printed["coalition"], children),
        logos=tuple(others),
        revision=inputs.revision,
        block_ids=inputs.block_ids,
    )
