"""Files of Word as others write them: small ones, from the XML of their parts."""

from __future__ import annotations

import io
import json
import zipfile
from html import escape
from typing import TYPE_CHECKING, cast

from api.infra.word import reader
from api.infra.word.views import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.infra.word.text import WordText

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN = "word/document.xml"
_KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACES = (
    f'xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ' xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.title().replace(" ", "")}"{more}>'
    f'<w:name w:val="{name}"/>{inner}</w:style>'
    for name, more, inner in (
        ("Normal", ' w:default="1"', ""),
        ("Title", "", ""),
        ("heading 1", "", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("heading 2", "", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>'),
        ("My Heading", ' w:customStyle="1"', '<w:basedOn w:val="Heading1"/>'),
        ("Quote", "", ""),
        ("List Paragraph", "", ""),
        ("toc 1", "", ""),
    )
) + (
    '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/>'
    "<w:rPr><w:b/></w:rPr></w:style>"
)
LISTS = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">'
    + "".join(
        f'<w:lvl w:ilvl="{deep}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{label}"/></w:lvl>'
        for deep in range(3)
    )
    + "</w:abstractNum>"
    for number, kind, label, start in (
        (1, "decimal", "%1.", 1),
        (2, "bullet", "•", 1),
        (3, "lowerLetter", "%1)", 1),
        (4, "decimal", "Article %1", 4),
    )
) + "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(1, 5))
NUMBERED, BULLETS, LETTERED, ARTICLES = 1, 2, 3, 4


def r(words: str, look: str = "") -> str:
    """Return a run; its look is the XML of its properties."""
    about = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{about}<w:t xml:space="preserve">{escape(words, quote=False)}</w:t></w:r>'


def p(*inner: str, style: str = "", more: str = "", mark: str = "") -> str:
    """Return a paragraph of runs or plain words; `mark` is what its mark holds."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    marked = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    about = f"<w:pPr>{named}{more}{marked}</w:pPr>" if named or more or marked else ""
    return f"<w:p>{about}{''.join(each if each[:1] == '<' else r(each) for each in inner)}</w:p>"


def item(words: str, number: int = NUMBERED, deep: int = 0) -> str:
    place = f'<w:numPr><w:ilvl w:val="{deep}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(words, style="ListParagraph", more=place)


def by(author: str, number: int = 1) -> str:
    return f'w:id="{number}" w:author="{author}" w:date="2031-05-14T10:20:00Z"'


def ins(*inner: str, author: str = "A. Specimen") -> str:
    return f"<w:ins {by(author)}>{''.join(e if e[:1] == '<' else r(e) for e in inner)}</w:ins>"


def gone(*inner: str, author: str = "A. Specimen") -> str:
    """Return what is deleted, as a tracked change."""
    runs = "".join(each if each[:1] == "<" else r(each) for each in inner)
    runs = runs.replace("w:t>", "w:delText>").replace("<w:t ", "<w:delText ")
    return f"<w:del {by(author)}>{runs}</w:del>"


def moved(words: str, *, to: bool) -> str:
    kind = "moveTo" if to else "moveFrom"
    return f"<w:{kind} {by('M. Specimen')}>{r(words)}</w:{kind}>"


INSERTED, DELETED = f"<w:ins {by('A. Specimen')}/>", f"<w:del {by('B. Specimen')}/>"


def note(number: int, *, mark: str = "", kind: str = "footnote") -> str:
    """Return the mark of a note in the text."""
    own = ' w:customMarkFollows="1"' if mark else ""
    label = f"<w:t>{mark}</w:t>" if mark else ""
    return f'<w:r><w:{kind}Reference{own} w:id="{number}"/>{label}</w:r>'


def notes(*texts: str, kind: str = "footnote") -> str:
    """Return the part with these notes, each the XML of its paragraphs."""
    drawn = f'<w:{kind} w:type="separator" w:id="-1"><w:p/></w:{kind}>'
    each = (f'<w:{kind} w:id="{n}">{text}</w:{kind}>' for n, text in enumerate(texts, 1))
    return part(f"{kind}s", drawn + "".join(each))


def part(name: str, inner: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?><w:{name} {_SPACES}>{inner}</w:{name}>"


def extended(*threads: tuple[str, str, bool]) -> str:
    """Return the part that says which comment answers which, by the ids of their paragraphs."""
    each = (
        f'<w15:commentEx w15:paraId="{own}"'
        + (f' w15:paraIdParent="{parent}"' if parent else "")
        + f' w15:done="{int(done)}"/>'
        for own, parent, done in threads
    )
    return f"<w15:commentsEx {_SPACES}>{''.join(each)}</w15:commentsEx>"


def related(*more: tuple[str, str], external: tuple[tuple[str, str], ...] = ()) -> str:
    """Return what a part refers to: kinds and places, of which the external lie elsewhere."""
    lines = [
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{escape(target)}"{mode}/>'
        for n, (kind, target, mode) in enumerate(
            [*((*each, "") for each in more),
             *((*each, ' TargetMode="External"') for each in external)], 1
        )
    ]  # fmt: skip
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{''.join(lines)}</Relationships>"
    )


def types(main: str = "document.main") -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{MAIN}" ContentType="{_KINDS}.{main}+xml"/></Types>'
    )


def parts_of(
    body: str, *, external: tuple[tuple[str, str], ...] = (), **more: str
) -> dict[str, bytes | str]:
    """Return the parts of a file with this body; `more` are further ones by their kind."""
    others = {"styles": part("styles", STYLES), "numbering": part("numbering", LISTS), **more}
    kinds = [(kind, f"{kind}.xml") for kind in others]
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": related(("officeDocument", MAIN)),
        MAIN: part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": related(*kinds, external=external),
        **{f"word/{kind}.xml": content for kind, content in others.items()},
    }


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def a_word_file(body: str, external: tuple[tuple[str, str], ...] = (), **more: str) -> bytes:
    return packed(parts_of(body, external=external, **more))


def read(file: bytes) -> WordText:
    """Return what a file says, read as the limited child reads it."""
    return cast("WordText", json.loads(reader.run({}, {"file": file})))


def of_body(body: str, external: tuple[tuple[str, str], ...] = (), **more: str) -> WordText:
    return read(a_word_file(body, external, **more))


def texts(text: WordText) -> tuple[list[str], list[str]]:
    """Return the paragraphs with all changes rejected, and with all accepted."""
    before, after = (
        [each.words for each in seen(text["paragraphs"], accepted=is_accepted)]
        for is_accepted in (False, True)
    )
    return before, after
