"""The command `undersigned`: files without a server, and the server itself.

Exit codes: 0 done, 1 the input is at fault, 2 wrong use, 3 the machine is.
"""

from __future__ import annotations

import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from api import config
from api.documents.rules import press
from api.documents.rules.html import Look
from api.errors import DomainError, Unavailable
from api.infra.child import Children
from api.portable.rules import checking, reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from flask import Flask
    from marshmallow.fields import Field

    from api.accounts.rules import Actor
    from api.infra.machine import Check

DONE, INPUT_AT_FAULT, WRONG_USE, MACHINE_AT_FAULT = 0, 1, 2, 3
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


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
        _stop(str(wrong))
    except OSError as wrong:
        _stop(f"{wrong.filename or ''}: {wrong.strerror}")
    except Exception as broken:
        if not _is_of_the_database(broken):
            raise
        _stop("The database does not do its part. `undersigned doctor` says what it lacks.")


def _stop(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(MACHINE_AT_FAULT)


def _is_of_the_database(broken: Exception) -> bool:
    """Tell whether the database failed; what it was given stands in its words, so they stay out."""
    from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError  # noqa: PLC0415

    return isinstance(broken, InterfaceError | OperationalError | ProgrammingError)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="undersigned")
def commands() -> None:
    """Joint statements of NGO coalitions: written, signed, printed, sent."""


@commands.command()
@click.argument("file", type=FILE)
def validate(file: Path) -> None:
    """Check a portable statement; print each fault with its place."""
    document = reading.read(file.read_bytes())
    for warning in checking.require(document):
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{file}: a sound {document['kind'].replace('_', ' ')}.")


@commands.command()
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=OUT, required=True, help="Where to write it.")
@click.option("--theme", help="A theme; the document's own where left out.")
@click.option(
    "--format",
    "form",
    # As texts: of an enum, Click offers the names of its members, in capitals.
    type=click.Choice([str(each) for each in press.Format]),
    help="By the output's ending if left out.",
)
@click.option(
    "--page-size",
    type=click.Choice(["A4", "Letter"]),
    default="A4",
    show_default=True,
    help="Of a PDF.",
)
def render(file: Path, output: Path, theme: str | None, form: str | None, page_size: Any) -> None:
    """Print a portable statement as PDF, HTML, text or Markdown; needs no server."""
    children = Children([press.LAYOUT], spares=0)
    try:
        wanted = press.Format(form) if form else press.by_ending(output.name)
        if wanted is press.Format.PDF:
            children.start_soon()
        document = reading.read(file.read_bytes())
        for warning in checking.require(document):
            click.echo(f"warning: {warning}", err=True)
        look = Look(theme=theme or document.get("theme", press.THEME), page_size=page_size)
        output.write_bytes(press.rendered(press.edition_of(document, wanted, look), children))
    finally:
        children.close()


@commands.command("import")
@click.argument("file", type=FILE)
@click.option("--user", required=True, metavar="EMAIL", help="Who imports.")
@click.option("--coalition", metavar="SLUG", help="The document's own where left out.")
@click.option(
    "--on-difference",
    type=click.Choice(["keep", "update", "new"]),
    default="keep",
    show_default=True,
    help="What a case or demand of the same id and other words does to the coalition's own.",
)
@click.option("--preview", is_flag=True, help="Show what would differ; store nothing.")
def import_(
    file: Path, user: str, coalition: str | None, on_difference: str, *, preview: bool
) -> None:
    """Import a portable statement into a coalition, which is founded where it is not there."""
    from api.coalitions import service as coalitions  # noqa: PLC0415 # see _app
    from api.exchange import service as exchange  # noqa: PLC0415

    data = file.read_bytes()
    document = reading.read(data)
    checking.require(document)
    with _acting_as(user) as actor:
        own = document["coalition"]
        slug = coalition or own.get("slug")
        if slug is None:
            raise click.UsageError("The document names no coalition by slug: give --coalition.")
        facts = {"name": own["name"], "countries": own.get("countries", [])}
        owner, found = coalitions.by_slug_or_founded(actor, slug, document["language"], facts)
        how = exchange.OnDifference(on_difference)
        result = exchange.take_in(owner, found.id, data, how, preview=preview)
    for warning in result.warnings:
        click.echo(f"warning: {warning}", err=True)
    for each in result.differences:
        click.echo(f"differs: {each.pointer}: {each.before!r} -> {each.after!r}", err=True)
    if result.statement is not None and result.revision is not None:
        click.echo(f"{result.statement.id} revision {result.revision.sha256}")


@commands.command()
@click.argument("statement", type=click.UUID)
@click.option("-o", "--output", type=OUT, required=True, help="A .yaml or .json file.")
@click.option("--user", required=True, metavar="EMAIL", help="Who exports.")
def export(statement: UUID, output: Path, user: str) -> None:
    """Export a statement: whole for its coordinators, redacted for others."""
    from api.exchange import service as exchange  # noqa: PLC0415 # see _app

    with _acting_as(user) as actor:
        document = exchange.give_out(actor, statement, None)
    is_json = output.suffix == ".json"
    output.write_bytes(writing.as_json(document) if is_json else writing.as_yaml(document))


@commands.command()
@click.option("--bind", default="127.0.0.1:5000", show_default=True, metavar="HOST:PORT")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes; more need PostgreSQL.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Threads in each process.",
)
def serve(bind: str, workers: int, threads: int) -> None:
    """Serve the API."""
    from api.infra import server  # noqa: PLC0415 # see _app

    settings = config.read()
    if settings.is_sqlite and workers > 1:
        raise click.UsageError("SQLite takes one process: leave --workers out, or use PostgreSQL.")
    _must_be_migrated()
    _must_be_free(bind)
    server.run(_app, bind, workers, threads)


@commands.group()
def user() -> None:
    """People who work here."""


@user.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the others call this person.")
def user_create(email: str, name: str) -> None:
    """Enter a person who works here."""
    from api.accounts import service as accounts  # noqa: PLC0415 # see _app
    from api.web.fields import Email, Text  # noqa: PLC0415

    email, name = _taken(Email(), email, "EMAIL"), _taken(Text(), name, "--name")
    with _app().app_context():
        click.echo(str(accounts.create_user(email, name).id))


@commands.group()
def token() -> None:
    """Secrets for programs."""


@token.command("create")
@click.argument("email")
@click.option("--label", default="command line", show_default=True, help="What it is for.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    help="After how many days it ends.",
)
def token_create(email: str, label: str, days: int) -> None:
    """Make a token for a user; its secret is printed this once."""
    from api.accounts import service as accounts  # noqa: PLC0415 # see _app
    from api.web.fields import Text  # noqa: PLC0415

    label = _taken(Text(most=100), label, "--label")
    with _app().app_context():
        click.echo(accounts.create_first_token(email, label, days))


@commands.command()
@click.option("-o", "--output", type=OUT, help="Standard output where left out.")
def openapi(output: Path | None) -> None:
    """Write the API's description, openapi.yaml."""
    from api.app import describe  # noqa: PLC0415 # see _app

    text = describe()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@commands.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from flask_migrate import upgrade  # noqa: PLC0415 # see _app

    with _app().app_context():
        upgrade()


@commands.command()
def key() -> None:
    """Print a new master key for UNDERSIGNED_MASTER_KEYS."""
    from api.infra.keys import new_master_key  # noqa: PLC0415 # see _app

    click.echo(new_master_key())


@commands.command()
def doctor() -> None:
    """Say what is missing on this machine, and the line that mends it."""
    from api.infra import machine  # noqa: PLC0415 # see _app

    sound = True
    for check in (*machine.checks(), *_database_checks()):
        click.echo(f"{'ok     ' if check.is_well else 'missing'} {check.what}")
        if not check.is_well:
            sound = sound and not check.is_needed
            click.echo(f"        {check.mend}")
    sys.exit(DONE if sound else MACHINE_AT_FAULT)


def _app() -> Flask:
    """Return the app. It is imported late: checking and printing a file needs none of it."""
    from api.app import create_app  # noqa: PLC0415

    return create_app()


@contextmanager
def _acting_as(email: str) -> Iterator[Actor]:
    from api.accounts import service as accounts  # noqa: PLC0415 # see _app

    with _app().app_context():
        yield accounts.actor_of(email)


def _taken(field: Field[Any], given: str, hint: str) -> str:
    """Return a text as the API would take it, or say what is wrong with it."""
    from marshmallow import ValidationError  # noqa: PLC0415 # see _app

    try:
        return str(field.deserialize(given))
    except ValidationError as wrong:
        raise click.BadParameter(" ".join(wrong.messages), param_hint=hint) from wrong


def _must_be_free(bind: str) -> None:
    """Stop in plain words where the server could not listen."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) >= 1 << 16:
        raise click.BadParameter("Write HOST:PORT, as in 127.0.0.1:5000.", param_hint="--bind")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as taken:
        _stop(f"{bind}: {taken.strerror}. Choose another address with --bind.")


def _database_checks() -> Iterator[Check]:
    """Yield what is wrong with the database; nothing where no settings name one."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 # see _app

    from api.infra.machine import Check  # noqa: PLC0415

    try:
        _must_be_migrated()
    except config.BadSettings:
        return
    except SQLAlchemyError:
        mend = "Start it, or mend UNDERSIGNED_DATABASE_URL."
        yield Check("database", is_well=False, mend=mend)
    except Unavailable:
        yield Check("tables of this version", is_well=False, mend="undersigned migrate")
    else:
        yield Check("database, with the tables of this version", is_well=True, mend="")


def _must_be_migrated() -> None:
    from api.infra.database import must_be_migrated  # noqa: PLC0415 # see _app

    with _app().app_context():
        must_be_migrated(config.share("migrations"))
