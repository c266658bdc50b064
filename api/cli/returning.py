"""The command that a mail server hands what came back to."""

from __future__ import annotations

import sys

import click

from api import config
from api.cli.running import app
from api.cli.watching import count

TRY_LATER = 75  # sysexits' EX_TEMPFAIL: the mail server keeps the message and comes again
PIECE = 1 << 16


MEANINGS = {
    "gone": "nobody is there: the address gets no more letters",
    "failed": "it did not arrive, and the next one may: it is counted",
    "unwanted": "a complaint: the address gets no more letters",
}


@click.command()
@click.option("--explain", is_flag=True, help="Say how it is read, and why; change nothing.")
def bounce(*, explain: bool) -> None:
    """Take a letter that came back, or a complaint, from standard input.

    For a pipe of Postfix, Exim or another mail server. It ends with 0, also for a message that is
    no report, or with 75, so that the server tries again: nothing that came back is lost.
    """
    if explain:
        _explain(_read())
        return
    try:
        raw = _read()
        from api.mailings.service import bounces  # noqa: PLC0415 # see app

        count(config.read())
        with app().app_context():
            click.echo(bounces.take(raw).value)
    except Exception as broken:  # noqa: BLE001 # a mail server throws away what ends otherwise
        click.echo(f"Not now ({type(broken).__name__}). `undersigned doctor` looks why.", err=True)
        sys.exit(TRY_LATER)


def _explain(raw: bytes) -> None:
    """Print how a message is read. It needs no settings: nothing is looked up."""
    from api.infra.mail import bounces  # noqa: PLC0415 # see app

    found = bounces.explained(raw)
    kind = found.kind.value if found.kind else "ignored"
    click.echo(f"{kind}: {MEANINGS.get(kind, 'no report of a failure; nothing happens')}")
    click.echo(f"why: {found.why}")
    if found.kind is None:
        return
    if said := " ".join(found.said.split()):
        click.echo(f"said: {said}")
    click.echo(f"of: {', '.join(found.failing) or 'whom the letter was written to'}")
    if found.tokens:
        click.echo("letter: it holds the token of one; whether it is ours, only taking it shows")
    else:
        click.echo("letter: it holds the token of none of ours, so taking it changes nothing")


def _read() -> bytes:
    """Return the beginning of what is given; read the rest too, or the server takes us for dead."""
    from api.infra.mail.bounces import MOST_BYTES  # noqa: PLC0415 # see app

    found = sys.stdin.buffer.read(MOST_BYTES)
    while sys.stdin.buffer.read(PIECE):
        pass
    return found


COMMANDS = (bounce,)
