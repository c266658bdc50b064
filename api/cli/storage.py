"""Commands on where files are kept."""

from __future__ import annotations

import sys

import click

from api import config
from api.cli.running import INPUT_AT_FAULT


@click.group()
def storage() -> None:
    """Where files are kept: a folder, or S3."""


@storage.command("move")
@click.argument("to", metavar="FOLDER|s3://HOST/BUCKET")
@click.option("--delete", is_flag=True, help="Delete there what is not, or no longer, here.")
def storage_move(to: str, *, delete: bool) -> None:
    """Copy all files from the storage that is set to another one, and compare each.

    Credentials of S3 may stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, where no list of
    processes shows them. Run it once while the house works, and again, with --delete, when it is
    stopped: then it copies only what is new. What is here stays, and there what is not of a house.
    """
    from api.app import wiring  # noqa: PLC0415 # see app
    from api.infra.background.kept_files import KeptFiles  # noqa: PLC0415
    from api.infra.backup.moving import move  # noqa: PLC0415
    from api.infra.storage import Storage  # noqa: PLC0415
    from api.web import logs  # noqa: PLC0415

    if "://" in to and not config.is_bucket(to):
        raise click.BadParameter("Say a folder, or s3://HOST/BUCKET/PREFIX.", param_hint="TO")
    settings = config.read()
    logs.configure(settings.log_level)
    folders = {each.folder for each in wiring().all(KeptFiles)}
    moved = move(Storage(settings.storage), Storage(to), folders, delete=delete)
    click.echo(f"{moved.copied} files copied, {moved.there} were there; all were compared.")
    if moved.deleted:
        click.echo(f"{moved.deleted} deleted there that are not here.")
    if moved.extra:
        click.echo(f"{len(moved.extra)} there are not here, as {moved.extra[0]}: see --delete.")
        sys.exit(INPUT_AT_FAULT)


COMMANDS = (storage,)
