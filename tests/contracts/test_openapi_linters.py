"""Linters of others find nothing in openapi.yaml."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from api import config
from tests.support.client_tools import REDOCLY, SPECTRAL, done

pytestmark = pytest.mark.long  # npm brings them


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with openapi.yaml."""
    shutil.copy(config.share("openapi.yaml"), tmp_path)
    return tmp_path


def test_spectral_finds_nothing(folder: Path) -> None:
    (folder / ".spectral.yaml").write_text("extends: [[spectral:oas, recommended]]\n")
    command = ["npx", "--yes", SPECTRAL, "lint", "--fail-severity=hint", "openapi.yaml"]

    assert "No results with a severity of 'hint' or higher found!" in done(command, folder)


def test_redocly_finds_nothing(folder: Path) -> None:
    told = done(["npx", "--yes", REDOCLY, "lint", "openapi.yaml"], folder)

    assert "Your API description is valid" in told
    assert not re.search(r"\d+ (warning|error)", told), told
