"""Copies the files of a house from where it keeps them to where it is going to, and checks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO

from api.infra.backup.archive import FILES, MEMBER
from api.infra.storage import Storage, StorageUnavailable

MOST_IN_MEMORY = PART = 8_000_000  # bytes


@dataclass
class MovedFiles:
    """What a move did."""

    copied: int = 0
    there: int = 0  # already, with the same bytes
    deleted: int = 0  # that the source does not have, or not any more
    extra: list[str] = field(default_factory=list)  # as those, while nobody said to delete them


def move(
    source: Storage, target: Storage, folders: Iterable[str], *, delete: bool = False
) -> MovedFiles:
    """Bring a storage to what another one holds in these folders; each file is read and compared.

    It may be stopped at any time, and run again: also after the house was stopped, for what
    changed meanwhile. What lies elsewhere, in a bucket that others use as well, stays as it is.
    """
    moved, folders = MovedFiles(), sorted(folders)
    wanted = set(_ours(source, folders))
    for key in sorted(wanted):
        if (parts := source.read(key)) is None:  # it went a moment ago
            wanted.discard(key)
            continue
        # A file between them: obstore reads no stream of its own while it writes.
        with SpooledTemporaryFile(MOST_IN_MEMORY) as file:
            digest = _digest(parts, file)
            if _digest(target.read(key)) == digest:
                moved.there += 1
                continue
            file.seek(0)
            target.write(key, iter(lambda: file.read(PART), b""))
        if _digest(target.read(key)) != digest:
            raise StorageUnavailable(
                f"{key} did not arrive as it was. Run it again; the source is unchanged."
            )
        moved.copied += 1
    extra = sorted(set(_ours(target, folders)) - wanted)
    if not delete:
        moved.extra = extra
        return moved
    for key in extra:
        target.delete(key)
        moved.deleted += 1
    return moved


def _ours(storage: Storage, folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        yield from filter(lambda key: MEMBER.match(FILES + key), storage.keys(folder))


def _digest(parts: Iterator[bytes] | None, copy: IO[bytes] | None = None) -> bytes | None:
    """Return the SHA-256 of what is read, which is copied on the way; None: there is nothing."""
    if parts is None:
        return None
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
        if copy is not None:
            copy.write(part)
    return digest.digest()
