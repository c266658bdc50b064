"""What every command needs: the app, who acts, and plain words where it must stop."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from api import config

if TYPE_CHECKING:
    from flask import Flask
    from marshmallow.fields import Field

    from api.accounts.rules import Actor

_Command = TypeVar("_Command", bound="Callable[..., object]")
DONE, INPUT_AT_FAULT, WRONG_USE, MACHINE_AT_FAULT = 0, 1, 2, 3
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


def number(name: str, most: int, usual: int, told: str) -> Callable[[_Command], _Command]:
    """Return the option of a number, from 1."""
    return click.option(
        name, type=click.IntRange(1, most), default=usual, show_default=True, help=told
    )


def stop(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(MACHINE_AT_FAULT)


def app(threads: int | None = None, settings: config.Settings | None = None) -> Flask:
    """Return the app, for so many threads, by PostgreSQL's clock where it uses that.

    It is imported late: checking a file needs none of it.

    What it is made of stays for good. Not to look through it for what may go saves a part of the
    start, and leaves its memory to all processes that are forked later.
    """
    gc.disable()
    from api.app import create_app  # noqa: PLC0415
    from api.infra.database.drivers import follow_its_clock  # noqa: PLC0415
    from api.infra.database.transactions import db  # noqa: PLC0415

    made = create_app(settings) if threads is None else create_app(settings, threads=threads)
    with made.app_context():
        if db.engine.dialect.name == "postgresql":
            follow_its_clock(db.engine)
    gc.freeze()
    gc.enable()
    return made


@contextmanager
def acting_as(email: str) -> Iterator[Actor]:
    from api.accounts.service import authentication  # noqa: PLC0415 # see app

    with app().app_context():
        yield authentication.actor_of(email)


def taken(field: Field[str], given: str, hint: str) -> str:
    """Return a text as the API would take it, or say what is wrong with it."""
    from marshmallow import ValidationError  # noqa: PLC0415 # see app

    try:
        return str(field.deserialize(given))
    except ValidationError as wrong:
        raise click.BadParameter(" ".join(wrong.messages), param_hint=hint) from wrong


@contextmanager
def migrated_app(threads: int | None = None) -> Iterator[Flask]:
    """Open the app on a database of this version, or raise NotMigrated."""
    from api.infra.database.transactions import must_be_migrated  # noqa: PLC0415 # see app

    made = app(threads)
    with made.app_context():
        must_be_migrated(config.share("migrations"))
        yield made
