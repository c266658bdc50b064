"""The command `undersigned`: files without a server, the server itself, and its keeping.

Exit codes: 0 done, 1 the input is at fault, 2 wrong use, 3 the machine is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import cast

import click

from api import config
from api.cli.running import INPUT_AT_FAULT, MACHINE_AT_FAULT, stop
from api.errors import DomainError, Unavailable


def main() -> None:
    """Run the command, and turn what goes wrong into plain words and an exit code."""
    try:
        commands()
    except DomainError as refused:
        click.echo(f"{refused.title}. {refused.detail}", err=True)
        for fault in refused.faults:
            click.echo(str(fault), err=True)
        is_machine = isinstance(refused, Unavailable)
        sys.exit(MACHINE_AT_FAULT if is_machine else INPUT_AT_FAULT)
    except config.BadSettings as wrong:
        stop(str(wrong))
    except OSError as wrong:
        stop(f"{wrong.filename}: {wrong.strerror}" if wrong.filename else str(wrong))
    except Exception as broken:
        if not _is_of_the_database(broken):
            raise
        stop("The database does not do its part. `undersigned doctor` says what it lacks.")


def _is_of_the_database(broken: Exception) -> bool:
    """Tell whether the database failed; what it was given stands in its words, so they stay out."""
    from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError  # noqa: PLC0415

    return isinstance(broken, InterfaceError | OperationalError | ProgrammingError)


def _tell_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 # click's way to call it
    if not is_asked:
        return
    source = config.source_url() or "see UNDERSIGNED_SOURCE_URL, which is not set"
    click.echo(f"undersigned {version('undersigned')}")
    click.echo(f"Free software under AGPL-3.0-or-later. Its source: {source}")
    context.exit()


MODULES = {
    "files": "validate render import export",
    "templates": "template",
    "serving": "serve worker openapi migrate doctor",
    "people": "user token sign-in-link setup-link",
    "keys": "key",
    "keeping": "release audit",
    "backups": "backup restore",
    "storage": "storage",
    "returning": "bounce",
}


class _Commands(Mapping[str, click.Command]):
    """The commands by name; the module of one is imported when somebody asks for it."""

    def __init__(self) -> None:
        self._modules = {
            name: module for module, names in MODULES.items() for name in names.split()
        }

    def __getitem__(self, name: str) -> click.Command:
        found: Iterable[click.Command] = import_module(f"api.cli.{self._modules[name]}").COMMANDS
        return next(each for each in found if each.name == name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@click.group(
    commands=cast("dict[str, click.Command]", _Commands()),  # which Click only reads
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Say the version, the licence and where the source is.",
)
def commands() -> None:
    """Joint statements of NGO coalitions: written, signed, printed, sent."""
