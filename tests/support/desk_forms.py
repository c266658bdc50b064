"""The forms of a screen of the desk, as somebody would fill them in.

Each is sent twice: as somebody would fill it in, on top of a version that is there no more; and
with what no field takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPED = {"text", "email", "url", "number", "date", "datetime-local", "search", "tel", None}
STALE = {"version": "999999", "was": "0" * 64}


@dataclass(frozen=True)
class Typing:
    """One form as it is sent: where to, what, and which of it somebody typed."""

    action: str
    sent: dict[str, Any]
    typed: dict[str, str]


def _plausible(kind: str | None, number: int) -> str:
    return {
        "email": f"wren{number}@specimen.example",
        "url": f"https://specimen.example/wren{number}",
        "number": str(number),
        "date": "2031-05-14",
        "datetime-local": "2031-05-14T10:00",
    }.get(kind or "", f"Wren {number} of the reeds")


def _impossible(kind: str | None, number: int) -> str:
    """Return what a browser would send, and no field of ours should take."""
    return {
        "number": f"-{number}000001",
        "date": "0031-05-14",
        "datetime-local": "0031-05-14T10:00",
    }.get(kind or "", f"Wren {number} [of](javascript:1) *the reeds")


def typings(page: Any, path: str) -> Iterator[Typing]:
    for form in page.tree.xpath("//main//form[@method='post']"):
        for value_of, more in ((_plausible, STALE), (_impossible, {})):
            sent = dict(_chosen(form))
            typed: dict[str, str] = {}
            for number, field in enumerate(form.iter("input", "textarea"), 1):
                kind = None if field.tag == "textarea" else field.get("type", "text")
                if kind in TYPED and field.get("name") and field.get("readonly") is None:
                    typed[field.get("name")] = value_of(kind, number)
            action = form.get("action") or path
            if typed and action.startswith("/desk/"):
                stale = {name: it for name, it in more.items() if name in sent}
                yield Typing(action, {**sent, **typed, **stale}, typed)


def _chosen(form: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a form sends as it stands, with something chosen everywhere and its button."""
    for field in form.iter("input", "select", "button"):
        name, kind = field.get("name"), field.get("type")
        if not name or kind == "file":
            continue
        if field.tag == "select":
            values = [each.get("value") for each in field.iter("option")]
            yield name, next(filter(None, values), "")
        elif field.tag == "button":
            yield name, field.get("value", "")
            return
        elif kind in {"radio", "checkbox"} or kind == "hidden":
            yield name, field.get("value", "")
