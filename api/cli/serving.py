"""Commands that serve, and that look after the machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api import config
from api.cli.doctor import Check, checks, told, told_as_json
from api.cli.listening import listen
from api.cli.running import DONE, MACHINE_AT_FAULT, OUT, app, migrated_app, number
from api.cli.sender_domain import sender_checks
from api.cli.supervisor import together
from api.cli.watching import watched
from api.errors import Unavailable

if TYPE_CHECKING:
    from api.infra.queue import Lane

SELF = (sys.executable, "-P", "-m", "api.cli")  # -P: not what the folder at hand calls `api`
WORKER = (*SELF, "worker")
LATE = timedelta(minutes=5)


@click.command()
@click.option("--bind", default="127.0.0.1:5000", show_default=True, metavar="HOST:PORT")
@number("--workers", 64, 1, "Processes; more need PostgreSQL.")
@number("--threads", 64, 8, "Threads in each process.")
@click.option("--no-worker", "alone", is_flag=True, help="`undersigned worker` runs elsewhere.")
@click.option("--socket", "given", type=int, hidden=True, help="Of each process of `serve`.")
def serve(bind: str, workers: int, threads: int, given: int | None, *, alone: bool) -> None:
    """Serve the API, with a worker for its jobs beside it."""
    settings = config.read()
    if settings.is_sqlite and workers > 1:
        raise click.UsageError("SQLite takes one process: leave --workers out, or use PostgreSQL.")
    if given is not None:
        _serve(socket.socket(fileno=given), threads, settings)
        return
    with listen(bind) as listening:
        if not config.is_reached_by_others(settings):
            click.echo(
                f"Links in letters will begin with {settings.public_url}, which only this machine"
                " reaches. Set UNDERSIGNED_PUBLIC_URL to the address of your pages.",
                err=True,
            )
        if workers > 1 and settings.limits_url == config.ALONE:
            click.echo(
                f"Each of {workers} processes will count by itself how often a network signs. Set"
                " UNDERSIGNED_LIMITS_URL to a Redis in which they count together.",
                err=True,
            )
        if sys.stdout.isatty():  # journals and the logs of containers keep what they see
            subprocess.run(  # noqa: S603 # ourselves
                (*SELF, "setup-link", "--if-nobody"), stderr=subprocess.DEVNULL, check=False
            )
        passed = ("--socket", str(listening.fileno()), "--threads", str(threads))
        server = (*SELF, "serve", "--no-worker", "--bind", bind, *passed)
        sys.exit(together(server, workers, listening, [] if alone else [WORKER]))


def _serve(listening: socket.socket, threads: int, settings: config.Settings) -> None:
    """Be one of the processes that serve, with a render process warm."""
    from api.cli import server  # noqa: PLC0415 # see app
    from api.infra.runtime import runtime  # noqa: PLC0415

    with migrated_app(threads) as application:
        runtime().pool.start_soon()
    watched(application, settings)
    server.run(application, listening, threads)


@click.command()
@number(
    "--threads",
    64,
    2,
    "Jobs at a time, in each lane; more where they wait for others (docs/operating.md).",
)
@click.option(
    "--lanes",
    metavar="LANE,…",
    callback=lambda _, __, given: _lanes(given),
    help="Of short, letters, deliveries, pushes and documents, what it does. Left out: all.",
)
def worker(threads: int, lanes: Sequence[Lane]) -> None:
    """Do the promised jobs: documents, the record's seals, what follows a change."""
    from api.infra import queue  # noqa: PLC0415 # see app
    from api.infra.background import worker as doing  # noqa: PLC0415 # see app

    application = app(threads * queue.CONNECTIONS)
    watched(application, config.read())
    doing.run(application, threads, lanes)


def _lanes(given: str | None) -> Sequence[Lane]:
    """Return the lanes that were named, or all."""
    from api.infra.queue import Lane  # noqa: PLC0415 # see app

    if given is None:
        return tuple(Lane)
    try:
        return [Lane(each.strip()) for each in given.split(",")]
    except ValueError:
        raise click.BadParameter(f"Choose among {', '.join(Lane)}.") from None


@click.command()
@click.option("-o", "--output", type=OUT, help="Standard output where left out.")
def openapi(output: Path | None) -> None:
    """Write the API's description, openapi.yaml."""
    from api.app import describe  # noqa: PLC0415 # see app

    text = describe()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@click.command()
def migrate() -> None:
    """Bring the database to this version's tables; those of a later one stay as they are."""
    from flask_migrate import upgrade  # noqa: PLC0415 # see app

    from api.infra.database import transactions  # noqa: PLC0415 # see app

    folder = config.share("migrations")
    with app().app_context():
        try:
            transactions.must_be_known(folder)
        except transactions.NotMigrated:
            transactions.must_be_migrated(folder)
            click.echo("The tables are of a later version, on which this one serves as well.")
        else:
            upgrade()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs (docs/operating.md).")
@click.option("--dkim", "selector", help="Selector of the key with which your mail server signs.")
def doctor(*, as_json: bool, selector: str | None) -> None:
    """Say what is missing on this machine, and the line that mends it."""
    from api.web import logs  # noqa: PLC0415 # see app

    logs.configure("WARNING")  # to standard error, before anything is looked at
    found = (*checks(), *_sender_checks(selector), *_database_checks())
    click.echo(told_as_json(found) if as_json else told(found))
    is_sound = all(each.is_well or not each.is_needed for each in found)
    sys.exit(DONE if is_sound else MACHINE_AT_FAULT)


def _sender_checks(selector: str | None) -> Iterator[Check]:
    """Yield what the DNS says of the sender, where letters are sent."""
    try:
        settings = config.read()
    except config.BadSettings:
        return
    if settings.smtp_url:
        yield from sender_checks(settings.mail_from, selector)


def _database_checks() -> Iterator[Check]:
    """Yield what is wrong with the database; nothing where no settings name one."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 # see app

    try:
        with migrated_app():
            pass
    except config.BadSettings:
        return
    except SQLAlchemyError:
        mend = "Start it, or mend UNDERSIGNED_DATABASE_URL."
        yield Check("database", "database", is_well=False, mend=mend)
    except Unavailable:
        yield Check("database", "tables of this version", is_well=False, mend=_mend_of_tables())
    except OSError as wrong:  # of the folder of files, which is opened first
        mend = f"{wrong.filename or ''}: {wrong.strerror}"
        yield Check("database", "database: not looked at", is_well=True, mend=mend, is_known=False)
    else:
        yield Check("database", "database, with the tables of this version", is_well=True, mend="")
        yield _queue_check()
        yield from _job_checks()
        yield from _letter_checks()


def _mend_of_tables() -> str:
    from api.infra.database import transactions  # noqa: PLC0415 # see app

    with app().app_context():
        try:
            transactions.must_be_known(config.share("migrations"))
        except transactions.NotMigrated as later:
            return later.detail
    return "undersigned migrate"


def _queue_check() -> Check:
    from api.infra import queue  # noqa: PLC0415 # see app
    from api.infra.runtime import runtime  # noqa: PLC0415

    with app().app_context():
        try:
            runtime().queue.size()
        except queue.QueueBroken as broken:
            return Check("queue", "queue of jobs", is_well=False, mend=str(broken.detail))
    return Check("queue", "queue of jobs", is_well=True, mend="")


def _job_checks() -> Iterator[Check]:
    from api.infra import clock  # noqa: PLC0415 # see app
    from api.infra.background import dead_letters  # noqa: PLC0415 # see app

    with app().app_context():
        since, dead = dead_letters.standing()
    is_late = since is not None and since < clock.now() - LATE
    what = f"a worker: a job waits since {since:%Y-%m-%d %H:%M} UTC" if is_late else "no job waits"
    yield Check("worker", what, is_well=not is_late, mend="undersigned worker")
    if dead:
        mend = "/v1/coalitions/{id}/jobs?state=dead names those of a coalition; the log says why."
        what = f"what was promised: {dead} of the jobs failed for good"
        yield Check("jobs-dead", what, is_well=False, mend=mend, is_needed=False)


def _letter_checks() -> Iterator[Check]:
    from api.infra import clock  # noqa: PLC0415 # see app
    from api.infra.mail import letters  # noqa: PLC0415 # see app
    from api.infra.runtime import runtime  # noqa: PLC0415

    with app().app_context():
        has_server, found = runtime().smtp is not None, letters.standing()
    waiting = f"{found.waiting} letters wait"
    if not has_server:
        mend = "Set UNDERSIGNED_SMTP_URL (docs/settings.md)."
        what = f"a mail server: none is set, {waiting}"
        yield Check("mail-server", what, is_well=False, mend=mend, is_needed=False)
    else:
        is_late = found.since is not None and found.since < clock.now() - LATE
        mend = "Start a worker, or see in its log what the mail server answers."
        what = f"a mail server is set, {waiting}"
        yield Check("mail-server", what, is_well=not is_late, mend=mend)
    if found.held:
        mend = "undersigned release"
        what = f"letters: a restore held {found.held} of them"
        yield Check("letters-held", what, is_well=False, mend=mend, is_needed=False)
    if found.failed:
        mend = "/v1/coalitions/{id}/letters?state=failed names those of a coalition, and why."
        what = f"letters: {found.failed} of them failed for good"
        yield Check("letters-failed", what, is_well=False, mend=mend, is_needed=False)


COMMANDS = (serve, worker, openapi, migrate, doctor)
