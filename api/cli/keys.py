"""Commands on keys: the master key, and those that it wraps."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click

from api.cli.running import app


@click.group()
def key() -> None:
    """Keys: the master key, and those that it wraps."""


@key.command("create")
def key_create() -> None:
    """Print a new master key for UNDERSIGNED_MASTER_KEYS."""
    from api.infra.vault import new_master_key  # noqa: PLC0415 # see app

    click.echo(new_master_key())


@key.command("rotate")
@click.option("--coalition", "slugs", multiple=True, metavar="SLUG", help="May be repeated.")
@click.option("--house", is_flag=True, help="The house's own: users, and kept answers.")
@click.option("--all", "every", is_flag=True, help="The house's and all coalitions'.")
def key_rotate(slugs: Sequence[str], *, house: bool, every: bool) -> None:
    """Give coalitions or the house a new data key, and destroy the old one.

    It may be stopped at any time; run again it goes on where it was.
    """
    from api.infra.security import rotation  # noqa: PLC0415 # see app

    if bool(slugs) + house + every == 0 or (every and (slugs or house)):
        raise click.UsageError("Choose: --coalition SLUG, --house or --all.")
    with app().app_context():
        chosen = [*_coalitions(slugs), *([None] if house else [])]
        done = rotation.rotate(rotation.owners() if every else chosen)
        click.echo(f"{done.made} new keys, {done.continued} begun by an earlier run.")
        click.echo(f"{done.values} values sealed anew, {done.files} kept documents deleted.")
        click.echo(f"{done.destroyed} old keys destroyed.")
        if left := rotation.wrapped_otherwise():
            click.echo(f"{left} keys are wrapped by another master key than the first.")
        else:
            click.echo("All keys are wrapped by the first master key.")


def _coalitions(slugs: Sequence[str]) -> list[UUID]:
    """Return the ids of coalitions, or raise NotFound."""
    from sqlalchemy import select  # noqa: PLC0415 # see app

    from api.coalitions.models import Coalition  # noqa: PLC0415
    from api.errors import NotFound  # noqa: PLC0415
    from api.infra.database.transactions import reading  # noqa: PLC0415

    with reading() as session:
        query = select(Coalition.slug, Coalition.id).where(Coalition.slug.in_(slugs))
        found = dict(session.execute(query).tuples().all())
    if missing := sorted(set(slugs) - set(found)):
        raise NotFound(f"No coalition has the slug {', '.join(missing)}.")
    return list(found.values())


COMMANDS = (key,)
