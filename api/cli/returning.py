"""The command that a mail server hands what came back to."""

from __future__ import annotations

import sys

import click

from api.cli.running import app

TRY_LATER = 75  # sysexits' EX_TEMPFAIL: the mail server keeps the message and comes again
PIECE = 1 << 16


@click.command()
def bounce() -> None:
    """Take a letter that came back, or a complaint, from standard input.

    For a pipe of Postfix, Exim or another mail server. It ends with 0, also for a message that is
    no report, or with 75, so that the server tries again: nothing that came back is lost.
    """
    try:
        raw = _read()
        from api.mailings.service import bounces  # noqa: PLC0415 # see app

        with app().app_context():
            click.echo(bounces.take(raw).value)
    except Exception as broken:  # noqa: BLE001 # a mail server throws away what ends otherwise
        click.echo(f"Not now ({type(broken).__name__}). `undersigned doctor` looks why.", err=True)
        sys.exit(TRY_LATER)


def _read() -> bytes:
    """Return the beginning of what is given; read the rest too, or the server takes us for dead."""
    from api.infra.reports import MOST_BYTES  # noqa: PLC0415 # see app

    found = sys.stdin.buffer.read(MOST_BYTES)
    while sys.stdin.buffer.read(PIECE):
        pass
    return found


COMMANDS = (bounce,)
