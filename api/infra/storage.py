"""Files by key: a local folder. What is personal is sealed before it comes here."""

from __future__ import annotations

from pathlib import Path

from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore


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

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything."""
        try:
            self._store.delete(key)
        except FileNotFoundError:
            return
