"""The shape of a template's text: every block and field, and what may stand in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

LAYOUTS = ("list", "paragraph")


@dataclass(frozen=True)
class TemplateText:
    """A text that may hold placeholders: inline Markdown, or plain and perhaps of a form."""

    form: str = "markdown"  # or text, date, country, url, layout


@dataclass(frozen=True)
class Fixed:
    """What a template says itself, without placeholders."""

    sort: str  # "flag", "slugs" or "names" (of lists: countries and parties)


@dataclass(frozen=True)
class From:
    """Names a fact, or something given: of countries or cases, one or a list; becomes `key`."""

    key: str
    gives: str  # "lists" or "countries", of countries; "cases" or "demands", of cases
    needed: bool = False  # without it the block is left out

    @property
    def of(self) -> str:
        return "country" if self.gives in {"lists", "countries"} else "case"


@dataclass(frozen=True)
class Record:
    """An object of named parts; of the parts in `one_of` it has one, or at most one."""

    parts: Mapping[str, Spec]
    needs: frozenset[str] = frozenset()
    one_of: tuple[str, ...] = ()
    must: bool = True


@dataclass(frozen=True)
class Many:
    """A list whose items may each carry `if` and `for`; a bare text stands for one `text`."""

    of: Record
    bare: bool = False
    flat: bool = False  # only the texts are kept


@dataclass(frozen=True)
class LabelTable:
    """Labels, each with its text."""

    of: TemplateText


Spec: TypeAlias = "TemplateText | Fixed | From | Record | Many | LabelTable"

_MARKDOWN, _PLAIN, _SLUGS = TemplateText(), TemplateText("text"), Fixed("slugs")
_NEEDS_TEXT = frozenset({"text"})
_NEEDS_NAME = frozenset({"name"})
BLOCKS: dict[str, Spec] = {
    "paragraph": _MARKDOWN,
    "heading": _MARKDOWN,
    "quote": Record(
        {
            "lead": _MARKDOWN,
            "text": _MARKDOWN,
            "source": _PLAIN,
            "locator": _PLAIN,
            "url": TemplateText("url"),
            "retrieved": TemplateText("date"),
        },
        _NEEDS_TEXT,
    ),
    "list": Record(
        {
            "lead": _MARKDOWN,
            "ordered": Fixed("flag"),
            "items": Many(Record({"text": _MARKDOWN}, _NEEDS_TEXT), bare=True, flat=True),
        },
        frozenset({"items"}),
    ),
    "demands": Record(
        {
            "lead": _MARKDOWN,
            "layout": TemplateText("layout"),
            "headings": Fixed("flag"),
            "lists": Fixed("names"),
            "ids": _SLUGS,
            "lists_from": From("lists", "lists"),
            "cases_from": From("ids", "demands", needed=True),
        },
        one_of=("lists", "ids", "lists_from", "cases_from"),
        must=False,
    ),
    "cases": Record(
        {
            "lead": _MARKDOWN,
            "ids": _SLUGS,
            "countries": Fixed("names"),
            "countries_from": From("countries", "countries"),
            "cases_from": From("ids", "cases"),
            "items": Many(
                Record(
                    {"text": _MARKDOWN, "cases": _SLUGS, "cases_from": From("cases", "cases")},
                    _NEEDS_TEXT,
                    one_of=("cases", "cases_from"),
                    must=False,
                ),
                bare=True,
            ),
        },
        one_of=("ids", "countries", "countries_from", "cases_from", "items"),
    ),
}
# Beside them a group: blocks that share an `if` or a `for`. A group holds no group.
GROUPS: Mapping[str, Spec] = {
    **BLOCKS,
    "blocks": Many(Record(BLOCKS, one_of=tuple(BLOCKS))),
}
# What filling gives, by the template's own keys.
TEXT = Record(
    {
        "title_text": _PLAIN,
        "dateline": Record({"place": _PLAIN, "date": TemplateText("date")}),
        "occasion": Record(
            {
                "name": _PLAIN,
                "place": _PLAIN,
                "country": TemplateText("country"),
                "date": TemplateText("date"),
            },
            _NEEDS_NAME,
        ),
        "addressees": Many(
            Record(
                {
                    "name": _PLAIN,
                    "title": _PLAIN,
                    "organisation": _PLAIN,
                    "country": TemplateText("country"),
                    "salutation": _PLAIN,
                },
                _NEEDS_NAME,
            )
        ),
        "body": Many(Record(GROUPS, one_of=tuple(GROUPS))),
        "footnotes": LabelTable(_MARKDOWN),
        "contacts": Many(
            Record({"name": _PLAIN, "role": _PLAIN, "email": _PLAIN, "phone": _PLAIN}, _NEEDS_NAME)
        ),
    },
    frozenset({"title_text", "body"}),
)
