"""Clients that are made of openapi.yaml compile under strict settings and work."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import config
from tests.conftest import World
from tests.support import client_tools as tools
from tests.support.browser import served

pytestmark = pytest.mark.long  # each brings its tool from npm or PyPI
PROGRAMS = config.share("docs", "clients")
STRICT = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "exactOptionalPropertyTypes": True,
    "noUnusedLocals": True,
    "noImplicitOverride": False,
    "noFallthroughCasesInSwitch": True,
    "module": "nodenext",
    "moduleResolution": "nodenext",
    "target": "es2022",
    "lib": ["es2022", "dom", "dom.iterable"],
    "types": ["node"],
    "outDir": "built",
    "skipLibCheck": False,
}
FOUND = {
    "pdf": "%PDF-",
    "pages": 2,
    "names": ["A. Specimen", "B. Specimen", "C. Specimen"],
    "stale": 412,
    "pointer": "/slug",
}


@pytest.fixture
def world(worlds: dict[str, World]) -> Iterator[World]:
    found = worlds["sqlite"]
    yield found
    found.empty()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with openapi.yaml, in which a tool works."""
    shutil.copy(config.share("openapi.yaml"), tmp_path)
    return tmp_path


def ran(world: World, command: list[str | Path], folder: Path) -> dict[str, object]:
    """Run a program against a server; return what it found."""
    token = world.user("client").token
    with served(world.app) as base:
        told = tools.done(command, folder, BASE=base, TOKEN=str(token))
    found: dict[str, object] = json.loads(told.strip().splitlines()[-1])
    return found


def compiled(folder: Path, name: str, **settings: object) -> Path:
    """Compile a program of docs/clients with what it imports; return what node runs."""
    shutil.copy(PROGRAMS / f"{name}.ts", folder)
    how = {"compilerOptions": {**STRICT, **settings}, "files": [f"{name}.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(how))
    tools.done(["npx", "tsc"], folder)
    return folder / "built" / f"{name}.js"


def test_openapi_typescript_and_openapi_fetch(world: World, folder: Path) -> None:
    packages = tools.OPENAPI_TYPESCRIPT, tools.OPENAPI_FETCH, tools.TYPESCRIPT, tools.NODE_TYPES
    tools.npm(folder, *packages)
    command = ["npx", "openapi-typescript", "openapi.yaml", "--default-non-nullable=false"]
    tools.done([*command, "-o", "schema.ts"], folder)
    program = compiled(folder, "openapi_fetch")

    assert ran(world, ["node", program], folder) == FOUND


def test_hey_api(world: World, folder: Path) -> None:
    tools.npm(folder, tools.HEY_API, tools.TYPESCRIPT, tools.NODE_TYPES)
    shutil.copy(PROGRAMS / "openapi-ts.config.ts", folder)
    tools.done(["npx", "openapi-ts"], folder)
    program = compiled(folder, "hey_api", exactOptionalPropertyTypes=False)

    assert ran(world, ["node", program], folder) == FOUND


def test_openapi_generator(world: World, folder: Path) -> None:
    tools.npm(folder, tools.TYPESCRIPT, tools.NODE_TYPES)
    properties = "importFileExtension=.js,stringEnums=false,supportsES6=true"
    options = ["-g", "typescript-fetch", "-i", "openapi.yaml", "-o", "client"]
    options += [f"--additional-properties={properties}"]
    tools.python_tool(tools.GENERATOR, "openapi-generator-cli", "generate", *options, folder=folder)
    lax = ("exactOptionalPropertyTypes", "noUncheckedIndexedAccess", "noUnusedLocals")
    program = compiled(folder, "openapi_generator", **dict.fromkeys(lax, False))

    assert ran(world, ["node", program], folder) == FOUND


def test_openapi_python_client(world: World, folder: Path) -> None:
    for name in ("openapi_python_client.py", "openapi-python-client.yaml"):
        shutil.copy(PROGRAMS / name, folder)
    options = ["--path", "openapi.yaml", "--config", "openapi-python-client.yaml"]
    options += ["--output-path", "client", "--fail-on-warning"]
    tools.python_tool(
        *(tools.PYTHON_CLIENT, "openapi-python-client", "generate", *options),
        folder=folder,
        with_="ruff",
    )
    uv, python = Path(sys.executable).with_name("uv"), folder / "made/bin/python"
    tools.done([uv, "venv", "-q", "made"], folder)
    tools.done([uv, "pip", "install", "-q", "--python", python, "./client", "mypy"], folder)
    program = "openapi_python_client.py"
    tools.done([python, "-m", "mypy", "--strict", program, "client/undersigned_client"], folder)

    assert ran(world, [python, program], folder) == FOUND
