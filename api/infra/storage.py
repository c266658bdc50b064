"""Files by key: a local folder. What is personal is sealed before it comes here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import AlreadyExistsError, GenericError
from obstore.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Iterator


class Storage:
    """Keeps bytes under a key such as `documents/…`; keys hold no names."""

    def __init__(self, folder: str) -> None:
        """Open the folder, and make it, for its owner only, where it is missing."""
        path = Path(folder)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = LocalStore(path)

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`; what is there already stays."""
        try:
            self._store.put(key, content, mode="create")
        except AlreadyExistsError:
            return

    def get(self, key: str) -> bytes | None:
        """Return what is under `key`, or None."""
        try:
            return bytes(self._store.get(key).bytes())
        except FileNotFoundError:
            return None

    def read(self, key: str) -> Iterator[bytes] | None:
        """Return the parts of what is under `key`, of any size, or None."""
        try:
            found = self._store.get(key)
        except FileNotFoundError:
            return None
        return (bytes(part) for part in found.stream())

    def write(self, key: str, parts: Iterator[bytes]) -> None:
        """Keep parts under `key`, in place of what is there."""
        self._store.put(key, parts)

    def start(self, key: str, length: int) -> bytes:
        """Return the first bytes of what is under `key`; none where there is nothing."""
        try:
            return bytes(self._store.get_range(key, start=0, length=length))
        except (FileNotFoundError, GenericError):  # GenericError: it is empty
            return b""

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything."""
        try:
            self._store.delete(key)
        except FileNotFoundError:
            return

    def keys(self, folder: str | None = None) -> Iterator[str]:
        """Yield the key of each file, or of each in a folder such as `documents/…` and below."""
        for found in self._store.list(folder):
            yield from (str(each["path"]) for each in found)
