"""What of a document may not be named: taken out to be sealed, put back, or redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.portable.rules import names

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIVATE = ("name", "aliases", "born", "summary", "sources")

Secrets = dict[str, dict[str, Any]]  # a case's id: what of it may not be named


def split(document: Mapping[str, Any]) -> tuple[dict[str, Any], Secrets]:
    """Return a document without what may not be named, and that, by the id of its case."""
    cases, secrets = [], {}
    for case in document.get("cases", ()):
        if case.get("may_be_named", True):
            cases.append(case)
        else:
            secrets[case["id"]] = {key: case[key] for key in PRIVATE if key in case}
            cases.append({key: value for key, value in case.items() if key not in PRIVATE})
    return _with_cases(document, cases), secrets


def join(document: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Return the document that `split` took apart."""
    cases = [{**case, **secrets.get(case["id"], {})} for case in document.get("cases", ())]
    return _with_cases(document, cases)


def redacted(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole document for someone who may not see every identity.

    Its signatories are the caller's: they have gone through the visibility policy before.
    """
    cases = [
        case if case.get("may_be_named", True) else _labelled(case, document)
        for case in document.get("cases", ())
    ]
    return {**_with_cases(document, cases), "redacted": True}


def _labelled(case: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    public = {key: value for key, value in case.items() if key not in PRIVATE}
    return {**public, "name": names.label(case, document)}


def _with_cases(document: Mapping[str, Any], cases: list[Any]) -> dict[str, Any]:
    return {**document, "cases": cases} if "cases" in document else dict(document)
