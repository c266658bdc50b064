"""A statement of many pages: invented words, the same each time, in the measure of real ones."""

from __future__ import annotations

import random
from typing import Any

COUNTRIES = ("KZ", "KG", "TJ", "TM", "UZ")
CASES, DEMANDS, FOOTNOTES, PAGES = 300, 500, 400, 60
CHAPTERS = 10

_VOCABULARY = (
    "about access after against all allow among appeal arrest assembly before bread charge "
    "child city closed colony committee complaint conversation court daily decision defence "
    "detained doctor door evidence examine family file freedom garden guard hearing held "
    "hospital house independent inform inquiry judge judgment language law lawyer letter "
    "library light meeting month morning mother movement neighbour newspaper night notice "
    "office paper peaceful people permit petition physician police prison procedure promise "
    "public question reading record refuse regional release report request return river road "
    "room rule school search sentence silence speak state statement street summer teacher term "
    "testify their trial under union village visit voice water weather week window winter "
    "without witness word work year"
)
_WORDS = _VOCABULARY.split()
_FIRST = (
    "Ayan",
    "Dana",
    "Saule",
    "Timur",
    "Алмаз",
    "Гүлнар",
    "Шерзод",
    "Parvina",
    "Nodira",
    "Merdan",
)
_SYLLABLES = ("ba", "do", "ka", "lu", "mi", "na", "ro", "sa", "te", "zu")
_ENDINGS = ("rov", "rova", "shev", "sheva", "ev", "eva", "liyev", "liyeva", "nov", "nova")
_JOBS = ("teacher", "poet", "lawyer", "doctor", "blogger", "baker", "nurse", "painter")
_STATUSES = ("imprisoned", "detained", "on_trial", "in_exile", "disappeared")


def document() -> dict[str, Any]:
    """Return the portable document; every tenth case may not be named."""
    chance = random.Random(2031)  # the same words each time
    notes = {str(number): _note(chance, number) for number in range(1, FOOTNOTES + 1)}
    labels = iter(notes)
    cases = [_case(chance, number) for number in range(CASES)]
    in_text = FOOTNOTES // 2
    body = _body(chance, [next(labels) for _ in range(in_text)])
    lists = _lists(chance, cases, list(labels))
    return {
        "format": "undersigned.statement/1",
        "slug": "much-of-everything",
        "kind": "briefing",
        "language": "en",
        "title": "Much of everything: what was promised, what was done, and what is asked",
        "specimen": True,
        "dateline": {"place": "Specimen City", "date": "2031-09-02"},
        "coalition": {"name": "Specimen Coalition"},
        "cases": cases,
        "demand_lists": lists,
        "body": body,
        "footnotes": notes,
        "signatories": [
            {"kind": "organisation", "name": f"Specimen House {number + 1}"} for number in range(40)
        ],
    }


def _body(chance: random.Random, labels: list[str]) -> list[dict[str, Any]]:
    waiting = iter(labels)
    per_chapter = len(labels) // CHAPTERS
    body: list[dict[str, Any]] = []
    for number in range(CHAPTERS):
        body.append({"heading": sentence(chance, 4).rstrip(".")})
        own = [next(waiting) for _ in range(per_chapter)]
        for place in range(0, per_chapter, 5):
            text = " ".join(sentence(chance, 16) + f"[^{each}]" for each in own[place : place + 5])
            body.append({"paragraph": text})
        source = f"Report {number + 1} of the Specimen Commission"
        quote = {"text": prose(chance, 3), "source": source, "locator": f"paragraph {number + 3}"}
        body += [
            {"quote": quote},
            {"list": {"lead": "It found:", "items": [sentence(chance, 12) for _ in range(5)]}},
        ]
    for code in COUNTRIES:
        body.append({"heading": f"What is asked of {code}"})
        body.append({"demands": {"lists": [code]}})
        body.append({"cases": {"lead": "For whom:", "countries": [code]}})
    return body


def _lists(
    chance: random.Random, cases: list[dict[str, Any]], labels: list[str]
) -> list[dict[str, Any]]:
    waiting = iter(labels)
    lists: list[dict[str, Any]] = []
    for place, code in enumerate(COUNTRIES):
        of_country = [case["id"] for case in cases if case["country"] == code]
        demands = []
        for number in range(DEMANDS // len(COUNTRIES)):
            demand: dict[str, Any] = {"id": f"{code.lower()}-{number + 1}"}
            label = next(waiting, None) if number % 2 == place % 2 else None
            demand["text"] = sentence(chance, 12) + (f"[^{label}]" if label else "")
            if number % 3 == 0:
                demand["rationale"] = sentence(chance, 18)
            demands.append({**demand, "cases": [of_country[number % len(of_country)]]})
        lists.append({"country": code, "demands": demands})
    left = [f"[^{label}]" for label in waiting]
    lists[-1]["demands"][-1]["text"] += "".join(left)
    return lists


def _case(chance: random.Random, number: int) -> dict[str, Any]:
    case: dict[str, Any] = {
        "id": f"case-{number}",
        "name": f"{_FIRST[number % len(_FIRST)]} {_surname(number)}",
        "country": COUNTRIES[number % len(COUNTRIES)],
        "occupation": _JOBS[number % len(_JOBS)],
        "status": _STATUSES[number % len(_STATUSES)],
        "summary": prose(chance, 1),
        "sources": [f"https://specimen.example/cases/{number}"],
    }
    if number % 10 == 0:
        label = f"{_JOBS[number % len(_JOBS)]} number {number}"
        case |= {"may_be_named": False, "public_label": label, "aliases": [_surname(number)]}
    return case


def _surname(number: int) -> str:
    """Return a name that no other number has."""
    digits = [number // 100 % 10, number // 10 % 10, number % 10]
    return "".join(_SYLLABLES[digit] for digit in digits).capitalize() + _ENDINGS[digits[-1]]


def _note(chance: random.Random, number: int) -> str:
    site = f"https://specimen.example/reports/{number}"
    return f"{sentence(chance, 9)} See [the *report*]({site}), p. {number % 90 + 1}."


def prose(chance: random.Random, sentences: int) -> str:
    return " ".join(sentence(chance, 14) for _ in range(sentences))


def sentence(chance: random.Random, words: int) -> str:
    count = max(3, words + chance.randint(-words // 3, words // 3))
    return " ".join(chance.choices(_WORDS, k=count)).capitalize() + "."
