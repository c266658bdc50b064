"""What no linter knows: conventions that hold in every file, and papers that cannot drift."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

import api.app
from api import config, errors
from api.cli import channel
from api.config import Settings
from api.infra.database.columns import Base
from api.web.problems import status_of

ROOT = Path(api.app.__file__).parent.parent
FILES = sorted(
    path for folder in ("api", "tests", "bench") for path in (ROOT / folder).rglob("*.py")
)
MOST_LINES = 400
# A token is nothing without its scopes, which are read with it.
LOADED_WITH_THEIR_ROW = {"Token.scopes"}
# Ids only: what follows a coalition's end is done after it.
OUTLIVE_IT = {"jobs"}
# What HTTP itself refuses; the rest are classes of ours.
OF_HTTP = {"bad-request", "method-not-allowed", "internal-error"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_is_short_and_says_what_it_is() -> None:
    texts = {relative(path): path.read_text("utf-8") for path in FILES}

    long = {name: len(text.splitlines()) for name, text in texts.items()}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}
    silent = [
        name
        for name, text in texts.items()
        if text.strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == [], "Begin the file with what it is."


def test_every_feature_has_a_sentence() -> None:
    for folder in sorted(path for path in (ROOT / "api").iterdir() if path.is_dir()):
        if folder.name.startswith("_"):
            continue
        sentence = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        assert sentence, folder.name
        assert sentence.endswith("."), folder.name


KINDS = sorted(set(errors.kinds()), key=lambda kind: kind.__name__)


def test_every_error_has_a_title_and_a_name_of_its_own() -> None:
    titles = [kind.title for kind in KINDS]
    slugs = [kind.slug() for kind in KINDS]

    assert all("title" in vars(kind) for kind in KINDS), [
        kind.__name__ for kind in KINDS if "title" not in vars(kind)
    ]
    assert sorted(titles) == sorted(set(titles))
    assert sorted(slugs) == sorted(set(slugs))
    assert not OF_HTTP & set(slugs)


def headings(name: str, pattern: str) -> list[str]:
    text = config.share("docs", name).read_text("utf-8")
    return re.findall(pattern, text, re.MULTILINE)


def test_no_two_public_classes_have_one_name() -> None:
    names = Counter(
        node.name
        for path in (ROOT / "api").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert names["Statement"] == 1
    assert [name for name, count in names.items() if count > 1] == []


def test_every_problem_is_explained_and_no_other() -> None:
    explained = headings("problems.md", r"^### `([a-z-]+)` \(\d+\)$")

    before_us = {slug for slug, _, _ in channel.TITLES.values()}
    assert sorted(explained) == sorted({kind.slug() for kind in KINDS} | OF_HTTP | before_us)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_problem_is_explained_with_its_status_and_title(kind: type[errors.DomainError]) -> None:
    text = config.share("docs", "problems.md").read_text("utf-8")

    assert f"### `{kind.slug()}` ({int(status_of(kind))})\n\n{kind.title}." in text


def test_every_code_of_a_fault_is_explained_and_no_other() -> None:
    explained = headings("problems.md", r"^\| `[a-z_]+` \| .+ \|$")

    assert explained == [f"| `{code}` | {code.meaning} |" for code in errors.Code]


def test_no_code_of_a_fault_is_without_a_place_that_says_it() -> None:
    said = "".join(path.read_text("utf-8") for path in Path(errors.__file__).parent.rglob("*.py"))

    assert {code for code in errors.Code if f"Code.{code.name}" not in said} == set()


def test_no_schema_refuses_by_a_sentence_without_a_code() -> None:
    without = re.compile(r"\bma\.validate\.|ValidationError\(\s*f?[\"']")
    root = Path(errors.__file__).parent

    assert [relative(each) for each in root.rglob("*.py") if without.search(each.read_text())] == []


def test_every_setting_is_explained_and_no_other() -> None:
    explained = headings("settings.md", r"^\| `UNDERSIGNED_([A-Z_]+)` \|")

    assert explained == [field.name.upper() for field in fields(Settings)]


def test_nothing_is_loaded_that_was_not_asked_for() -> None:
    lazy = {
        f"{mapper.class_.__name__}.{relation.key}": relation.lazy
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
    }

    assert {name for name, how in lazy.items() if how != "raise"} == LOADED_WITH_THEIR_ROW


def test_every_row_of_a_coalition_goes_with_it() -> None:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name == "coalitions":
                expected = "SET NULL" if table.name in OUTLIVE_IT else "CASCADE"
                assert key.ondelete == expected, table.name


def test_decisions_are_numbered_and_say_why() -> None:
    paths = sorted(config.share("docs", "decisions").glob("*.md"))
    assert [path.name[:4] for path in paths] == [f"{n:04}" for n in range(1, len(paths) + 1)]
    for path in paths:
        text = path.read_text("utf-8")
        assert re.match(r"\d{4}-[a-z0-9-]+\.md\Z", path.name), path.name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{path.name}: {part}"


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Python 3.11.2, which Debian 12 has, leaves out what such a group repeats."""
    possessive = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+[^+]")
    found = [
        f"{relative(path)}:{number}"
        for path in (ROOT / "api").rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if possessive.search(line) and re.search(r"\br?f?r?\"", line)
    ]
    assert found == []
