"""Much of everything: a document of 500 demands, 300 cases and 2,000 signatories."""

from __future__ import annotations

import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from api.portable.rules import checking, printing, reading, writing
from bench.server import Server

COUNTRIES = ("KZ", "KG", "TJ", "TM", "UZ")
CASES, DEMANDS, SIGNATORIES = 300, 500, 2_000


def measure() -> None:
    """Print what reading, checking, resolving, importing and printing it take."""
    data = writing.as_yaml(_document())
    marks = [("read", time.perf_counter())]
    document = reading.read(data)
    marks.append(("check", time.perf_counter()))
    checking.require(document)
    marks.append(("resolve", time.perf_counter()))
    printing.resolve(document)
    marks.append(("", time.perf_counter()))
    for (name, began), (_, ended) in pairwise(marks):
        print(f"many: {name}: {ended - began:.2f} s")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        began = time.perf_counter()
        statement = server.import_(data)
        print(f"many: import over HTTP: {time.perf_counter() - began:.2f} s")
        for form in ("html", "pdf"):
            began = time.perf_counter()
            size = len(server.get(f"/v1/statements/{statement}/document?format={form}"))
            print(f"many: {form}: {time.perf_counter() - began:.2f} s, {size:,} bytes")


def _document() -> dict[str, Any]:
    case_ids = [f"case-{number}" for number in range(CASES)]
    return {
        "format": "undersigned.statement/1",
        "slug": "many",
        "kind": "briefing",
        "language": "en",
        "title": "Much of everything",
        "specimen": True,
        "coalition": {"name": "Specimen Coalition"},
        "cases": [
            {"id": key, "name": f"Ayan Specimen {number}", "country": COUNTRIES[number % 5],
             "occupation": "teacher"}
            for number, key in enumerate(case_ids)
        ],
        "demand_lists": [
            {"country": country, "demands": [
                {"id": f"{country.lower()}-{number}", "text": f"Release person {number}, and say "
                 "in public that nobody is held for words.", "cases": [case_ids[number % CASES]]}
                for number in range(DEMANDS // len(COUNTRIES))
            ]}
            for country in COUNTRIES
        ],
        "body": [{"demands": {}}, {"cases": {"countries": list(COUNTRIES)}}],
        "signatories": [
            {"kind": "individual", "name": f"Signatory Specimen {number}", "role": "teacher"}
            for number in range(SIGNATORIES)
        ],
    }  # fmt: skip
