"""Styles and lists of a file of Word: what a paragraph is, by its style and those under it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.infra.word.nodes import XmlNode
from api.infra.word.text import WordListPlace

_HEADING = re.compile(r"heading ([1-9])")
_LEVELS = 9
_DECIMAL = {"decimal", "decimalZero"}
_NO_NUMBERS = {"bullet", "none"}
_NO_LIST = "0"
_MOST_BASES = 20


class WordStyles:
    """The styles of a file, by their ids."""

    def __init__(self, root: XmlNode | None) -> None:
        self._styles: dict[str, XmlNode] = {}
        self._usual = ""  # the style of paragraphs that name none
        self._languages: XmlNode | None = None
        if root is None:
            return
        for style in root.every("w:style"):
            self._styles[style.get("w:styleId")] = style
            if style.get("w:type") == "paragraph" and style.get("w:default") in {"1", "true"}:
                self._usual = style.get("w:styleId")
        self._languages = root.child("w:docDefaults", "w:rPrDefault", "w:rPr", "w:lang")

    def of(self, paragraph: XmlNode | None) -> list[XmlNode]:
        """Return the style of a paragraph with these properties, and those that it builds upon."""
        named = paragraph.value("w:pStyle") if paragraph else None
        return list(self._chain(named if named in self._styles else self._usual))

    def of_letters(self, name: str | None) -> list[XmlNode]:
        return list(self._chain(name or ""))

    def _chain(self, name: str) -> Iterator[XmlNode]:
        for _ in range(_MOST_BASES):  # two may build upon one another
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.value("w:basedOn") or ""

    def languages(self, chain: list[XmlNode]) -> list[XmlNode]:
        """Return what says in which languages a paragraph's words are, the nearest first."""
        found = [each.child("w:rPr", "w:lang") for each in chain]
        return [each for each in (*found, self._languages) if each is not None]


def names(chain: list[XmlNode]) -> list[str]:
    return [(each.value("w:name") or "").strip().lower() for each in chain]


def level(properties: XmlNode | None, chain: list[XmlNode]) -> int:
    """Return the level of a heading, from 1; 0 of what is none."""
    if properties and (own := properties.value("w:outlineLvl")) is not None:
        return _outline(own)
    for style, name in zip(chain, names(chain), strict=True):
        if found := _HEADING.match(name):
            return int(found[1])
        if (own := style.value("w:pPr", "w:outlineLvl")) is not None:
            return _outline(own)
    return 0


def _outline(value: str) -> int:
    return int(value) + 1 if value.isdecimal() and int(value) < _LEVELS else 0


class WordLists:
    """The lists of a file, by their ids."""

    def __init__(self, root: XmlNode | None, styles: WordStyles) -> None:
        self._styles = styles
        self._abstract: dict[str, XmlNode] = {}
        self._lists: dict[str, XmlNode] = {}
        for each in root.children if root else ():
            if each.name == "w:abstractNum":
                self._abstract[each.get("w:abstractNumId")] = each
            elif each.name == "w:num":
                self._lists[each.get("w:numId")] = each

    def place(self, properties: XmlNode | None, chain: list[XmlNode]) -> WordListPlace | None:
        """Return of which list a paragraph is an item, by its properties or its styles."""
        own = properties.child("w:numPr") if properties else None
        told = [each.child("w:pPr", "w:numPr") for each in chain]
        said = [each for each in (own, *told) if each is not None]
        name = next((n for each in said if (n := each.value("w:numId")) is not None), _NO_LIST)
        if name == _NO_LIST or name not in self._lists:
            return None
        deep = next((d for each in said if (d := each.value("w:ilvl")) is not None), "0")
        return self._described(name, int(deep) if deep.isdecimal() else 0)

    def _described(self, name: str, deep: int) -> WordListPlace | None:
        look, start = self._level(name, deep)
        if look is None:
            return {"list": name, "level": deep, "is_numbered": False, "label": "", "start": 1}
        kind = look.value("w:numFmt") or "decimal"
        label = look.value("w:lvlText") or ""
        return {
            "list": name,
            "level": deep,
            "is_numbered": kind not in _NO_NUMBERS,
            "label": label if kind in _DECIMAL | _NO_NUMBERS else kind,
            "start": int(start) if start.isdecimal() else 1,
        }

    def _level(self, name: str, deep: int) -> tuple[XmlNode | None, str]:
        number = self._lists[name]
        own = _of_level(number, "w:lvlOverride", deep)
        look = own and own.child("w:lvl")
        look = look or _of_level(self._shape(number), "w:lvl", deep)
        start = (own and own.value("w:startOverride")) or (look and look.value("w:start"))
        return look, start or "1"

    def _shape(self, number: XmlNode) -> XmlNode | None:
        shape = self._abstract.get(number.value("w:abstractNumId") or "")
        linked = shape.value("w:numStyleLink") if shape else None
        if linked is None:
            return shape
        for style in self._styles.of_letters(linked):  # of a kind of its own, for lists
            other = self._lists.get(style.value("w:pPr", "w:numPr", "w:numId") or "")
            if other is not None:
                return self._abstract.get(other.value("w:abstractNumId") or "")
        return shape


def _of_level(node: XmlNode | None, name: str, deep: int) -> XmlNode | None:
    every = node.children if node else ()
    return next((e for e in every if e.name == name and e.get("w:ilvl") == str(deep)), None)
