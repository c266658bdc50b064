"""What this machine has of what we need, and the line that mends it."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from api import config
from api.infra.pdf import fonts
from api.infra.sandbox import confine
from api.infra.storage import Storage, StorageUnavailable

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
LEAST_PYTHON = (3, 11)
USABLE = os.R_OK | os.W_OK | os.X_OK


@dataclass(frozen=True)
class Check:
    """One thing that is there or missing; programs know it by its name."""

    name: str
    what: str
    is_well: bool
    mend: str
    is_needed: bool = True
    is_known: bool = True  # False: it could not be found out, which is no fault

    @property
    def state(self) -> str:
        """Return in a word how it is; what is missing and not needed is advised."""
        if not self.is_known:
            return "unknown"
        return "ok" if self.is_well else "missing" if self.is_needed else "advised"


def told(found: Iterable[Check]) -> str:
    """Return what was found, for people."""
    words = {"ok": "ok     ", "unknown": "unknown"}
    lines = [(f"{words.get(each.state, 'missing')} {each.what}", each) for each in found]
    return "\n".join(
        line if each.state == "ok" else f"{line}\n        {each.mend}" for line, each in lines
    )


def told_as_json(found: Iterable[Check]) -> str:
    """Return what was found, for programs."""
    checks = [
        {"name": each.name, "state": each.state, "what": each.what}
        | ({} if each.state == "ok" else {"mend": each.mend})
        for each in found
    ]
    is_sound = all(each["state"] != "missing" for each in checks)
    return json.dumps({"is_sound": is_sound, "checks": checks}, indent=2, ensure_ascii=False)


def missing_libraries() -> list[str]:
    """Return the Debian packages of the system libraries that do not load."""
    return [package for library, package in LIBRARIES.items() if not _loads(library)]


def checks() -> Iterator[Check]:
    """Yield what was found, one thing at a time."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        "python",
        f"Python {python}",
        sys.version_info >= LEAST_PYTHON,
        "Install Python 3.11 or newer.",
    )
    missing = missing_libraries()
    line = f"apt-get install -y {' '.join(missing)}"
    yield Check("libraries", "system libraries of the PDF engine", not missing, line)
    yield Check(
        "confinement",
        f"confinement of children: {confine.describe()}",
        confine.is_complete(),
        "Run it on a kernel with seccomp and Landlock (Linux 5.13 or newer).",
        is_needed=False,
    )
    has_cjk = fonts.has_cjk()
    mend = "Install manimgx-fonts-cjk as requirements.txt names it."
    yield Check("fonts", "fonts for Chinese, Japanese and Korean", has_cjk, mend, is_needed=False)
    try:
        settings = config.read()
    except config.BadSettings as wrong:
        yield Check("settings", "settings", is_well=False, mend=str(wrong), is_needed=False)
        return
    yield Check("settings", "settings", is_well=True, mend="")
    yield Check(
        "public-url",
        f"address of the pages, for links in letters: {settings.public_url}",
        config.is_reached_by_others(settings),
        "Only this machine reaches it. Set UNDERSIGNED_PUBLIC_URL to the address of your pages.",
        is_needed=False,
    )
    yield _storage(settings.storage)


def _storage(address: str) -> Check:
    """Look whether files can be kept: of a folder, who may write there; a bucket is tried."""
    if not config.is_bucket(address):
        folder = Path(address)
        where = folder if folder.exists() else folder.parent  # it is made at the start
        mend = f"Make the folder {folder}, owned by the user that runs this."
        return Check("storage", "storage", where.is_dir() and os.access(where, USABLE), mend)
    try:
        Storage(address).must_keep()
    except StorageUnavailable as refused:
        mend = (
            f"{refused.detail} The log says why: its bucket, its keys or its address may be wrong,"
            " or the keys may not list, get, put and delete."
        )
        return Check("storage", "storage in S3", is_well=False, mend=mend)
    return Check("storage", "storage in S3", is_well=True, mend="")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
