"""Answers and bodies that are files, and how openapi.yaml tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Callable

_View = TypeVar("_View", bound="Callable[..., Any]")


def sent(*types: str, status: int = 200) -> Callable[[_View], _View]:
    """Describe a view that answers with a file of one of these content types."""

    def describe(view: _View) -> _View:
        content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}
        return _described(view, responses={str(status): {"description": "OK", "content": content}})

    return describe


def received(*types: str, max_bytes: int) -> Callable[[_View], _View]:
    """Have the guard take these content types, up to a size, instead of JSON; describe it."""

    def describe(view: _View) -> _View:
        content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}
        view.takes = (types, max_bytes)  # type: ignore[attr-defined] # a mark that the guard reads
        return _described(view, requestBody={"required": True, "content": content})

    return describe


def body_of(content: bytes, kind: str, name: str | None = None) -> Response:
    """Return a file as an answer; with a `name`, to be saved under it."""
    answer = Response(content, content_type=kind)
    if name:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _described(view: _View, **manual: Any) -> _View:
    known = dict(getattr(view, "_apidoc", {}))
    known["manual_doc"] = {**known.get("manual_doc", {}), **manual}
    view._apidoc = known  # type: ignore[attr-defined] # noqa: SLF001 # where flask-smorest keeps a view's description
    return view
