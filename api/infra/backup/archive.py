"""The file of a backup: a ZIP whose manifest names each member, signed with the master key.

What is read may come from anywhere. Nothing in it is believed before the manifest's signature fits,
and nothing is used before every member is what the manifest says.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Self, TypedDict

from api.errors import Invalid
from api.infra.runtime import runtime

FORMAT = "undersigned.backup/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.signature"
TABLES, FILES = "tables/", "storage/"
MEMBER = re.compile(r"(?:tables/[a-z_]+\.jsonl|storage(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+)+)\Z")
SIGNED = re.compile(rb"([0-9a-f]{16}) ([0-9a-f]{64})\Z")  # by which master key, and its code
CHUNK = 1 << 20
MOST_OF_MANIFEST = 256 << 20
MOST_OF_LINE = 64 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
LEVEL = 1  # of compression: most of it is sealed, and does not shrink


class NoBackup(Invalid, title="This is no backup that can be used"):
    """The file is no backup, or not a whole one."""


class BackupChanged(Invalid, title="The backup was changed"):
    """Something in the backup is not what was written into it."""


class ArchiveMember(TypedDict):
    """What the manifest says of a member."""

    sha256: str
    bytes: int


class Manifest(TypedDict):
    """What an archive is of."""

    format: str
    program: str
    revision: str  # of the tables
    engine: str
    created_at: str
    rows: dict[str, int]  # by table
    files: int
    head: str  # of the record
    members: dict[str, ArchiveMember]


class Writer:
    """Writes an archive, one member after the other, of any size."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write into an open file."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self.members: dict[str, ArchiveMember] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, parts: Iterable[bytes], *, is_packed: bool = False) -> int:
        """Write a member; return how many parts it came in."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        digest, size, count = hashlib.sha256(), 0, 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                digest.update(part)
                size, count = size + len(part), count + 1
        self.members[name] = {"sha256": digest.hexdigest(), "bytes": size}
        return count

    def end(self, facts: Mapping[str, object]) -> None:
        """Write the manifest and its signature: without them it is no archive."""
        manifest = {"format": FORMAT, **facts, "members": self.members}
        text = json.dumps(manifest, indent=1).encode()
        master, code = runtime().vault.sign(text)
        for name, content in ((MANIFEST, text), (SIGNATURE, f"{master} {code.hex()}".encode())):
            self.add(name, [content])


class ArchiveReader:
    """Reads an archive. Its manifest is signed; members are what it says, or an error."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Check all that can be known without reading the members."""
        self._zip = archive
        infos = {info.filename: info for info in archive.infolist()}
        if len(infos) != len(archive.infolist()):
            raise NoBackup("It has two members of one name.")
        self.manifest = self._manifest(infos)
        self.members = self.manifest["members"]
        if infos.keys() != {*self.members, MANIFEST, SIGNATURE}:
            raise BackupChanged("Its members are not those of its manifest.")
        for name, info in infos.items():
            _must_be_plain(info)
            if name in self.members:
                _must_be_ours(info, self.members[name])

    def _manifest(self, infos: dict[str, zipfile.ZipInfo]) -> Manifest:
        if not {MANIFEST, SIGNATURE} <= infos.keys():
            raise NoBackup("It has no manifest: it is something else, or was cut short.")
        for name in (MANIFEST, SIGNATURE):
            _must_be_plain(infos[name])
            if infos[name].compress_type != zipfile.ZIP_STORED:
                raise NoBackup("Its manifest is packed.")
            if infos[name].file_size > MOST_OF_MANIFEST:
                raise NoBackup("Its manifest is too large.")
        text = self._zip.read(MANIFEST)
        given = SIGNED.match(self._zip.read(SIGNATURE))
        if given is None:
            raise NoBackup("Its signature cannot be read.")
        master, code = given[1].decode(), bytes.fromhex(given[2].decode())
        if not runtime().vault.is_signed(text, master, code):
            raise BackupChanged("Its manifest is not the one that was signed.")
        manifest: Manifest = json.loads(text)
        if manifest["format"] != FORMAT:
            raise NoBackup(f"It is of the format {manifest['format']}: restore it by its program.")
        return manifest

    def check(self) -> None:
        """Read every member, or raise BackupChanged at the first that is not what it was."""
        for name in self.members:
            for _ in self.chunks(name):
                pass

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member in parts; raise BackupChanged at its end if it is not what it was."""
        return self._checked(name, lambda member: member.read(CHUNK))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield a member by its lines, as `chunks` does."""
        return self._checked(name, lambda member: member.readline(MOST_OF_LINE))

    def _checked(self, name: str, read: Callable[[io.BufferedReader], bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        try:
            member: Any = self._zip.open(name)
            with io.BufferedReader(member, CHUNK) as whole:
                while part := read(whole):
                    digest.update(part)
                    yield part
        except (*BROKEN, OSError) as broken:
            raise BackupChanged(f"{name} cannot be read.") from broken
        if digest.hexdigest() != self.members[name]["sha256"]:
            raise BackupChanged(f"{name} is not what was written.")

    @property
    def files(self) -> list[str]:
        """The keys of the files of the storage."""
        return [name.removeprefix(FILES) for name in self.members if name.startswith(FILES)]


@contextmanager
def opened(path: Path) -> Iterator[ArchiveReader]:
    """Open an archive; raise NoBackup, BackupChanged, or KeyMissing where another key signed it."""
    with path.open("rb") as file, ExitStack() as stack:
        try:
            reader = ArchiveReader(stack.enter_context(zipfile.ZipFile(file)))
        except (*BROKEN, OSError, ValueError) as broken:  # of a place in the file that is none
            raise NoBackup("It is no archive, or not a whole one.") from broken
        yield reader


def _must_be_plain(info: zipfile.ZipInfo) -> None:
    """Refuse what is no plain file: a folder, a link, a device, something with a password."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    is_packed = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if kind not in {0, stat.S_IFREG} or info.is_dir() or info.flag_bits & 1 or not is_packed:
        raise NoBackup(f"{info.filename!r} is no plain file.")


def _must_be_ours(info: zipfile.ZipInfo, said: ArchiveMember) -> None:
    """Refuse names that lead elsewhere, and files that grow as they are unpacked."""
    if not MEMBER.match(info.filename):
        raise NoBackup(f"{info.filename!r} is no name of a member.")
    is_file = info.filename.startswith(FILES)
    if info.file_size != said["bytes"] or (is_file and info.file_size != info.compress_size):
        raise BackupChanged(f"{info.filename} has another size.")
