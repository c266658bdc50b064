"""Packs the parts of a file of Word: the same parts are the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from api.documents.rules.word.xml import DECLARATION, NAMESPACES, clean, element

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a zip's time; which day it was packed is nobody's matter
_DEFAULTS = {
    "png": "image/png",
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
}
_TYPES = {  # of parts and properties, by their names
    "document": f"{_KINDS}.document.main+xml",
    "header": f"{_KINDS}.header+xml",
    "footer": f"{_KINDS}.footer+xml",
    "core": "application/vnd.openxmlformats-package.core-properties+xml",
    "app": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "custom": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}
_CORE = f"{_PACKAGE}/relationships/metadata/core-properties"
_PROPERTIES = "docProps/{}.xml"


@dataclass
class Relationships:
    """What one part of the file refers to; an external address stands once."""

    targets: list[tuple[str, str, bool]] = field(default_factory=list)
    known: dict[tuple[str, str, bool], str] = field(default_factory=dict)

    def id_of(self, kind: str, target: str, *, external: bool = False) -> str:
        """Return the id by which the part refers to a target."""
        key = kind, target, external
        if key not in self.known:
            self.targets.append(key)
            self.known[key] = f"rId{len(self.targets)}"
        return self.known[key]

    def written(self) -> bytes:
        lines = []
        for number, (kind, target, external) in enumerate(self.targets, 1):
            full = kind if "://" in kind else f"{NAMESPACES['r']}/{kind}"
            told: dict[str, object] = {"Id": f"rId{number}", "Type": full, "Target": target}
            told |= {"TargetMode": "External"} if external else {}
            lines.append(element("Relationship", told))
        space: dict[str, object] = {"xmlns": f"{_PACKAGE}/relationships"}
        return (DECLARATION + element("Relationships", space, *lines)).encode()


@dataclass(frozen=True, kw_only=True)
class Properties:
    """What the file says of itself; no person is named here."""

    title: str
    coalition: str
    language: str
    # Of the text: by this it is known when it comes back. None: it holds another text than that.
    sha256: str | None
    revision: int | None  # None: a draft, or a text of no statement that we keep


def packed(parts: dict[str, bytes], rels: dict[str, Relationships], about: Properties) -> bytes:
    """Return the file; `parts` and `rels` are by the names of parts within `word/`."""
    files = {f"word/{name}": content for name, content in parts.items()}
    for name, found in rels.items():
        if found.targets:
            files[f"word/_rels/{name}.rels"] = found.written()
    files |= {
        _PROPERTIES.format("core"): _core(about),
        _PROPERTIES.format("app"): _app(),
        _PROPERTIES.format("custom"): _custom(about),
    }
    top = Relationships()
    top.id_of("officeDocument", "word/document.xml")
    top.id_of(_CORE, _PROPERTIES.format("core"))
    top.id_of("extended-properties", _PROPERTIES.format("app"))
    top.id_of("custom-properties", _PROPERTIES.format("custom"))
    whole = {"[Content_Types].xml": _types(files), "_rels/.rels": top.written(), **files}
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            entry = ZipInfo(name, _FIRST_DAY)
            entry.create_system, entry.compress_type = 0, ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _types(files: dict[str, bytes]) -> bytes:
    lines = [
        element("Default", {"Extension": ending, "ContentType": kind})
        for ending, kind in _DEFAULTS.items()
    ]
    for name in files:
        stem = name.rpartition("/")[2].partition(".")[0].rstrip("0123456789")
        if name.endswith(".xml"):
            kind = _TYPES.get(stem, f"{_KINDS}.{stem}+xml")
            lines.append(element("Override", {"PartName": f"/{name}", "ContentType": kind}))
    space: dict[str, object] = {"xmlns": f"{_PACKAGE}/content-types"}
    return (DECLARATION + element("Types", space, *lines)).encode()


def _core(about: Properties) -> bytes:
    spaces: dict[str, object] = {
        "xmlns:cp": f"{_PACKAGE}/metadata/core-properties",
        "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    }
    told = {
        "dc:title": about.title,
        "dc:creator": about.coalition,
    }
    if about.sha256 is not None:
        told["dc:identifier"] = f"urn:sha256:{about.sha256}"
    told["dc:language"] = about.language
    if about.revision is not None:
        told["cp:version"] = str(about.revision)
    return (DECLARATION + element("cp:coreProperties", spaces, *_leaves(told))).encode()


def _app() -> bytes:
    base = NAMESPACES["r"].removesuffix("relationships")
    space: dict[str, object] = {"xmlns": f"{base}extended-properties"}
    told = _leaves({"Application": "Undersigned"})
    return (DECLARATION + element("Properties", space, *told)).encode()


def _custom(about: Properties) -> bytes:
    base = NAMESPACES["r"].removesuffix("relationships")
    spaces: dict[str, object] = {
        "xmlns": f"{base}custom-properties",
        "xmlns:vt": f"{base}docPropsVTypes",
    }
    told = {"Undersigned text SHA-256": about.sha256} if about.sha256 is not None else {}
    if about.revision is not None:
        told["Undersigned revision"] = str(about.revision)
    lines = [
        element(
            "property",
            # The format that Word gives to all properties of users, and its first number for them.
            {"fmtid": "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", "pid": number, "name": name},
            *_leaves({"vt:lpwstr": value}),
        )
        for number, (name, value) in enumerate(told.items(), 2)
    ]
    return (DECLARATION + element("Properties", spaces, *lines)).encode()


def _leaves(told: dict[str, str]) -> list[str]:
    return [element(name, {}, escape(clean(value), quote=False)) for name, value in told.items()]
