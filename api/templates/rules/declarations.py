"""What a template declares of the facts that it asks for."""

from __future__ import annotations

from collections.abc import Sequence

from api.errors import Code, Fault, point
from api.templates.rules import facts
from api.templates.rules.facts import Declaration
from api.templates.rules.names import CASE, NAME, RESERVED, Shape, nearest

MAX_FACTS = 100
MAX_CHOICES = 100
MAX_LABEL, MAX_HELP = 200, 1_000

SCALARS = (
    "text",
    "long_text",
    "markdown",
    "date",
    "number",
    "boolean",
    "country",
    "url",
    "choice",
    "case",
    "addressee",
)
TYPES = (*SCALARS, "list")

_KEYS = ("name", "type", "label", "help", "required", "default", "choices", "fields", "of")
# What they are to a template.
_SORTS: dict[str, Shape] = {
    "long_text": "text",
    "choice": "text",
    "case": CASE,
    "addressee": {part["name"]: part["type"] for part in facts.ADDRESSEE},
}


def declaration_faults(declarations: object, at: str = "") -> list[Fault]:
    """Return what is wrong with a template's declarations of facts."""
    if not isinstance(declarations, list) or len(declarations) > MAX_FACTS:
        return [
            Fault(at, Code.WRONG_TYPE, f"The facts are a list of at most {MAX_FACTS} declarations.")
        ]
    faults: list[Fault] = []
    seen: set[str] = set()
    for index, declaration in enumerate(declarations):
        here = f"{at}/{index}"
        found = _declared(declaration, here)
        name = declaration.get("name") if isinstance(declaration, dict) else None
        if not found and name in seen:
            found = [
                Fault(f"{here}/name", Code.DUPLICATE, f"`{name}` is declared twice. Rename one.")
            ]
        seen.add(str(name))
        faults += found
    return faults


def shapes(declarations: Sequence[Declaration]) -> dict[str, Shape]:
    """Return what each declared fact is to the template's text."""
    return {fact["name"]: _shape(fact) for fact in declarations}


def _shape(fact: Declaration) -> Shape:
    if fact["type"] != "list":
        return _sort(fact["type"])
    if "fields" in fact:
        return [shapes(fact["fields"])]
    return [_sort(facts.list_of(fact))]


def _sort(kind: str) -> Shape:
    return _SORTS.get(kind, kind)


def _declared(fact: object, at: str, *, nested: bool = False) -> list[Fault]:
    if not isinstance(fact, dict):
        return [Fault(at, Code.WRONG_TYPE, "A fact is declared by name, type and label.")]
    faults = [_unknown(key, at) for key in fact if key not in _KEYS]
    faults += _named(fact.get("name"), at, nested=nested)
    kinds = SCALARS if nested else TYPES
    if fact.get("type") not in kinds:
        wrong = f"The type is one of {', '.join(kinds)}."
        return [*faults, Fault(f"{at}/type", Code.NOT_A_CHOICE, wrong, allowed=tuple(kinds))]
    faults += _labels(fact, at)
    faults += _parts(fact, at)
    if not faults and "default" in fact:
        _, faults = facts.checked(fact, fact["default"], f"{at}/default")
    return faults


def _unknown(key: str, at: str) -> Fault:
    detail = f"There is no `{key}` in a declaration.{nearest(key, _KEYS)}"
    return Fault(at + point(key), Code.UNKNOWN_FIELD, detail)


def _named(name: object, at: str, *, nested: bool) -> list[Fault]:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        advice = (
            "A fact's name is small letters, digits and _, begins with a letter and has at "
            "most 40 characters."
        )
        return [Fault(f"{at}/name", Code.WRONG_FORMAT, advice)]
    if not nested and name in RESERVED:
        advice = f"`{name}` has a meaning of its own here. Use another name."
        return [Fault(f"{at}/name", Code.TAKEN, advice)]
    return []


def _labels(fact: Declaration, at: str) -> list[Fault]:
    faults = []
    label = fact.get("label")
    if not isinstance(label, str) or not label.strip() or len(label) > MAX_LABEL:
        faults.append(
            Fault(f"{at}/label", Code.WRONG_FORMAT, f"Give a label of 1 to {MAX_LABEL} characters.")
        )
    advice = fact.get("help", "")
    if not isinstance(advice, str) or len(advice) > MAX_HELP:
        words = f"The help is a text of at most {MAX_HELP} characters."
        faults.append(Fault(f"{at}/help", Code.WRONG_FORMAT, words))
    if not isinstance(fact.get("required", False), bool):
        faults.append(Fault(f"{at}/required", Code.WRONG_TYPE, "`required` is true or false."))
    return faults


def _parts(fact: Declaration, at: str) -> list[Fault]:
    """Return what is wrong with the keys that only some types have."""
    kind = fact["type"]
    if kind == "choice":
        return _choices(fact.get("choices"), f"{at}/choices")
    if "choices" in fact:
        return [Fault(f"{at}/choices", Code.CONFLICT, "Only a fact of type choice has choices.")]
    if kind != "list":
        return [
            Fault(f"{at}/{key}", Code.CONFLICT, "Only a fact of type list has this.")
            for key in ("fields", "of")
            if key in fact
        ]
    if "fields" in fact:
        return _fields(fact, at)
    if facts.list_of(fact) not in SCALARS or facts.list_of(fact) == "choice":
        kinds = ", ".join(kind for kind in SCALARS if kind != "choice")
        return [
            Fault(
                f"{at}/of", Code.NOT_A_CHOICE, f"A list is of one of {kinds}; or give it `fields`."
            )
        ]
    return []


def _choices(choices: object, at: str) -> list[Fault]:
    if (
        not isinstance(choices, list)
        or not 1 <= len(choices) <= MAX_CHOICES
        or not all(isinstance(choice, str) and 0 < len(choice) <= facts.LINE for choice in choices)
        or len(set(choices)) != len(choices)
    ):
        return [
            Fault(at, Code.WRONG_FORMAT, f"Give 1 to {MAX_CHOICES} different texts to choose from.")
        ]
    return []


def _fields(fact: Declaration, at: str) -> list[Fault]:
    fields = fact["fields"]
    if "of" in fact:
        return [Fault(f"{at}/of", Code.CONFLICT, "A list has `fields` or `of`, not both.")]
    if not isinstance(fields, list) or not 1 <= len(fields) <= MAX_FACTS:
        advice = "Give the fields of one record, each declared like a fact."
        return [Fault(f"{at}/fields", Code.REQUIRED, advice)]
    faults = [
        fault
        for index, field in enumerate(fields)
        for fault in _declared(field, f"{at}/fields/{index}", nested=True)
    ]
    if not faults and len({field["name"] for field in fields}) != len(fields):
        faults.append(
            Fault(f"{at}/fields", Code.DUPLICATE, "Two fields have one name. Rename one.")
        )
    return faults
