"""Who chose Russian reads Russian: no page shows what an error says to programs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import api

HOUSE = Path(api.__file__).parent


@pytest.mark.parametrize("rung", ["desk", "pages"])
def test_no_page_reads_what_an_error_says_to_programs(rung: str) -> None:
    read = [
        f"{path.name}:{each.lineno}"
        for path in (HOUSE / rung).rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.Attribute) and each.attr == "detail"
    ]
    assert read == []
