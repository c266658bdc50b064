"""Commands on backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.running import FILE, OUT, migrated_app

if TYPE_CHECKING:
    from api.infra.backup.backups import Kept


@click.command()
@click.argument("file", type=OUT)
@click.option("--replace", is_flag=True, help="Take the place of a file that is there.")
def backup(file: Path, *, replace: bool) -> None:
    """Write all that the house keeps into one FILE, while it goes on working.

    Texts and public names are in it in clear, so encrypt it; the master key is not in it.
    """
    from api.infra.backup import backups  # noqa: PLC0415 # see app

    with migrated_app():
        kept = backups.backup(file, replace=replace)
    _tell(kept)
    for key in kept.missing:
        click.echo(f"warning: {key} was not in the storage.", err=True)


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Bring a fresh, migrated database and an empty storage to what FILE holds.

    What was promised and not done by then is held, until `undersigned release` lets it go.
    """
    from api.infra.backup import backups  # noqa: PLC0415 # see app

    with migrated_app():
        kept = backups.restore(file)
    _tell(kept)
    click.echo("Counts, hashes and the record's head are those of the backup.")
    held = f"{kept.held_jobs} jobs and {kept.held_letters} letters"
    click.echo(f"{held} are held: see `undersigned release`.")


def _tell(kept: Kept) -> None:
    for table, count in kept.rows.items():
        click.echo(f"{count:>12,} {table}")
    click.echo(f"{kept.files:>12,} files")
    click.echo(f"The record's head: {kept.head}")


COMMANDS = (backup, restore)
