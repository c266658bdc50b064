"""Writes the XML of Word: elements as text, properties in the order that its schema asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import NewType

Xml = NewType("Xml", str)  # well-formed, to go into other XML as it is

_MAIN = "http://schemas.openxmlformats.org"
NAMESPACES = {
    "w": f"{_MAIN}/wordprocessingml/2006/main",
    "r": f"{_MAIN}/officeDocument/2006/relationships",
    "wp": f"{_MAIN}/drawingml/2006/wordprocessingDrawing",
    "a": f"{_MAIN}/drawingml/2006/main",
    "pic": f"{_MAIN}/drawingml/2006/picture",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Word calls a file damaged whose properties stand in another order. Source: ECMA-376, part 1,
# CT_PPrBase, CT_RPr, CT_SectPr, CT_Style, CT_Lvl, CT_TblPrBase, CT_TcPr.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs"
    " suppressAutoHyphens bidi spacing ind contextualSpacing jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike noProof color spacing position sz szCs"
    " u shd vertAlign rtl cs lang",
    "sectPr": "headerReference footerReference footnotePr type pgSz pgMar pgNumType cols titlePg"
    " bidi docGrid",
    "style": "name basedOn next link uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
    "lvl": "start numFmt pStyle suff lvlText lvlJc pPr rPr",
    "tblPr": "tblStyle bidiVisual tblW jc tblInd tblBorders tblLayout tblCellMar tblLook",
    "tcPr": "tcW vAlign",
}
_PLACES = {
    kind: {name: place for place, name in enumerate(names.split())} for kind, names in ORDER.items()
}
_NAME = re.compile(r"<w:(\w+)")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SOFT_HYPHEN = "\u00ad"


def element(name: str, attributes: dict[str, object], *children: str) -> Xml:
    """Return an element; its children are XML already."""
    told = "".join(f' {key}="{escape(clean(str(each)))}"' for key, each in attributes.items())
    inner = "".join(children)
    return Xml(f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>")


def w(name: str, /, *children: str, **attributes: object) -> Xml:
    """Return an element of Word's own, its attributes too."""
    return element(f"w:{name}", {f"w:{key}": each for key, each in attributes.items()}, *children)


def properties(name: str, parts: Iterable[Xml], /, **attributes: object) -> Xml:
    """Return an element with its properties in the order of the schema; without any, nothing."""
    places = _PLACES[name]
    found = sorted(parts, key=lambda part: places[_name_of(part)])
    return w(name, *found, **attributes) if found else Xml("")


def root(name: str, *children: str, prefixes: str = "w r") -> bytes:
    """Return a part of the file, from its root."""
    spaces: dict[str, object] = {
        f"xmlns:{prefix}": NAMESPACES[prefix] for prefix in prefixes.split()
    }
    return (DECLARATION + element(f"w:{name}", spaces, *children)).encode()


def words(text: str) -> Xml:
    """Return the words of a run, with what Word has elements for."""
    parts = clean(text).split(_SOFT_HYPHEN)
    written = ('<w:t xml:space="preserve">' + escape(part, quote=False) + "</w:t>" if part else ""
               for part in parts)  # fmt: skip
    return Xml("<w:softHyphen/>".join(written))


def clean(text: str) -> str:
    """Return a text without the code points that XML may not hold; none of them prints."""
    return _NO_XML.sub("", text)


def _name_of(part: Xml) -> str:
    found = _NAME.match(part)
    if found is None:
        raise ValueError(f"{part[:40]} is no element of Word.")
    return found[1]
