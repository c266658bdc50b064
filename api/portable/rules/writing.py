"""Writes a portable document so that reading it gives the same data back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import yaml

# What YAML 1.2 reads as a number and PyYAML, of YAML 1.1, would leave without quotes.
_NUMBER_OF_1_2 = re.compile(r"0o[0-7]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class _Dumper(yaml.CSafeDumper):
    """Quotes every text that either YAML would take for something else."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "'" if _NUMBER_OF_1_2.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign] # the reader takes none


def as_yaml(document: Mapping[str, object]) -> bytes:
    """Return a document as YAML, its keys in their order."""
    written: bytes = yaml.dump(
        dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100,
        encoding="utf-8",
    )  # fmt: skip
    return written


def as_json(document: Mapping[str, object]) -> bytes:
    """Return a document as JSON, its keys in their order."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def as_file(document: Mapping[str, object], form: str, name: str) -> tuple[bytes, str, str]:
    """Return a document as the bytes of a file, their content type, and the file's name."""
    content = as_json(document) if form == "json" else as_yaml(document)
    return content, f"application/{form}", f"{name}.{form}"
