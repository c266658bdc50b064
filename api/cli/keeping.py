"""Commands for keeping a house: its promised work, its record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import click

from api.cli.running import app

if TYPE_CHECKING:
    from api.infra.background.jobs import Job
    from api.infra.mail.letters import Letter


@click.command()
@click.argument("ids", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="All that are held.")
def release(ids: Sequence[UUID], *, every: bool) -> None:
    """Let go what a restore held: list it, or release all or what has one of the IDS.

    The list tells of each job and letter its id, when it was promised, what it is and the coalition
    it is for.
    """
    from api.infra.background import dead_letters  # noqa: PLC0415 # see app
    from api.infra.mail import letters  # noqa: PLC0415 # see app
    from api.mailings import service  # noqa: PLC0415

    if ids and every:
        raise click.UsageError("Choose some, or --all.")
    with app().app_context():
        if ids or every:
            count = service.release(None if every else ids)
            click.echo(f"{count} released.")
            return
        held: list[Job | Letter] = [*dead_letters.held(), *letters.held()]
        slugs = _slugs({each.coalition_id for each in held})
        for each in held:
            whose = slugs.get(each.coalition_id, "-")
            click.echo(f"{each.id} {each.created_at:%Y-%m-%d %H:%M} {each.kind} {whose}")


def _slugs(coalition_ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    from sqlalchemy import select  # noqa: PLC0415 # see app

    from api.coalitions.models import Coalition  # noqa: PLC0415
    from api.infra.database.transactions import reading  # noqa: PLC0415

    with reading() as session:
        query = select(Coalition.id, Coalition.slug).where(Coalition.id.in_(coalition_ids))
        return dict(session.execute(query).tuples().all())


@click.group()
def audit() -> None:
    """The record of what was done."""


@audit.command("head")
def audit_head() -> None:
    """Seal what is there, and print the record's head: number:hash."""
    from api.infra.security import audit as record  # noqa: PLC0415 # see app

    with app().app_context():
        record.seal_now()
        click.echo(str(record.head()))


@audit.command("verify")
@click.option("--head", "known", metavar="NUMBER:HASH", help="A head that was kept elsewhere.")
def audit_verify(known: str | None) -> None:
    """Check that no entry of the record was changed, moved or taken away."""
    from api.infra.security import audit as record  # noqa: PLC0415 # see app

    head = record.BEFORE_ALL if known is None else record.head_of(known)
    with app().app_context():
        verdict = record.verify(head)
    click.echo(f"The chain holds up to {verdict.head}; {verdict.unsealed} not sealed yet.")
    if verdict.fault is not None:
        raise record.Rewritten(verdict.fault)
    if known is None:
        click.echo("Give --head to find out whether the end of it was cut off or written anew.")
    else:
        click.echo("It is the record of the head that was kept.")


COMMANDS = (release, audit)
