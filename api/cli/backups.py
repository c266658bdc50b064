"""Commands on backups."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

import click

from api import config
from api.cli.running import FILE, OUT, app, migrated_app, stop

if TYPE_CHECKING:
    from api.infra.backup.backups import Kept


class _Usual(click.Group):
    """A group whose `usual` command needs not be named: `backup FILE` is `backup create FILE`."""

    usual = "create"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command's name before what names none."""
        own = {*self.commands, *self.get_help_option_names(ctx)}
        return super().parse_args(ctx, args if not args or args[0] in own else [self.usual, *args])


@click.group(cls=_Usual, subcommand_metavar="[create|verify] FILE")
def backup() -> None:
    """Write a backup (`backup FILE` does it too), or prove one."""


@backup.command()
@click.argument("file", type=OUT)
@click.option("--replace", is_flag=True, help="Take the place of a file that is there.")
def create(file: Path, *, replace: bool) -> None:
    """Write all that the house keeps into one FILE, while it goes on working.

    Texts and public names are in it in clear, so encrypt it; the master key is not in it.
    """
    from api.infra.backup import backups  # noqa: PLC0415 # see app
    from api.infra.database.transactions import must_be_known  # noqa: PLC0415 # see app

    with migrated_app():
        must_be_known(config.share("migrations"))  # others' columns would be left out
        kept = backups.backup(file, replace=replace)
    _tell(kept)


@backup.command()
@click.argument("file", type=FILE)
def verify(file: Path) -> None:
    """Prove that FILE can be restored: do it where nothing is, look at all of it, delete that.

    It needs the master keys and no other setting, and room in TMPDIR.
    """
    from flask_migrate import upgrade  # noqa: PLC0415 # see app
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from api.infra.backup import verifying  # noqa: PLC0415 # see app
    from api.infra.database.transactions import db  # noqa: PLC0415 # see app

    with _empty_house() as settings, app(settings=settings).app_context():
        try:
            upgrade()
            proof = verifying.prove(file)
        except OperationalError:  # of a database that is ours alone: its disk is full, or broken
            stop(
                f"{gettempdir()} lost the database made there: TMPDIR may name one with more room."
            )
        finally:
            db.engine.dispose()
    _tell(proof.kept)
    click.echo(f"Made {proof.made_at:%Y-%m-%d %H:%M} UTC by version {proof.program}.")
    click.echo("Counts, hashes and the record's head are those of the backup.")
    click.echo(f"{proof.entries:,} entries of the record are chained as they were sealed.")
    click.echo(f"{proof.values:,} sealed values open.")
    click.echo("It can be restored. Nothing of it was left here.")


@contextmanager
def _empty_house() -> Iterator[config.Settings]:
    """Give settings of a house that lives for a moment, also where this is told to stop."""
    keys = config.master_keys()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with TemporaryDirectory(prefix="undersigned-verify-") as folder:
        yield config.Settings(
            database_url=f"sqlite:///{folder}/db.sqlite",
            storage_path=f"{folder}/storage",
            master_keys=keys,
            log_level="WARNING",
        )


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
    for key in kept.missing:
        click.echo(f"warning: {key} was not in the storage.", err=True)
    for key in kept.damaged:
        click.echo(f"warning: {key} was damaged in the storage: it does not open.", err=True)


COMMANDS = (backup, restore)
