"""Commands on templates."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.running import FILE
from api.errors import Invalid
from api.portable.rules import reading
from api.templates.rules import template as rules


@click.group()
def template() -> None:
    """Texts with placeholders, as files."""


@template.command("check")
@click.argument("file", type=FILE)
def template_check(file: Path) -> None:
    """Check a template; print each fault with its place."""
    source = reading.read(file.read_bytes(), first="name")
    if faults := rules.check(source):
        raise Invalid("The template breaks rules; docs/templates.md has them.", faults)
    count = len(source.get("facts", []))
    click.echo(f"{file}: a sound template of {count} fact{'s' * (count != 1)}.")


COMMANDS = (template,)
