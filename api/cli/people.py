"""Commands for people who work here and their tokens."""

from __future__ import annotations

import click

from api.cli.running import app, migrated_app, number, taken


@click.group()
def user() -> None:
    """People who work here."""


@user.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the others call this person.")
def user_create(email: str, name: str) -> None:
    """Enter a person who works here."""
    from api.accounts import service as accounts  # noqa: PLC0415 # see app
    from api.web.fields import Email, Text  # noqa: PLC0415

    email, name = taken(Email(), email, "EMAIL"), taken(Text(), name, "--name")
    with app().app_context():
        click.echo(str(accounts.create_user(email, name).id))


@click.group()
def token() -> None:
    """Secrets for programs."""


@token.command("create")
@click.argument("email")
@click.option("--label", default="command line", show_default=True, help="What it is for.")
@number("--days", 366, 90, "After how many days it ends.")
def token_create(email: str, label: str, days: int) -> None:
    """Make a token for a user; its secret is printed this once."""
    from api.accounts import service as accounts  # noqa: PLC0415 # see app
    from api.web.fields import Text  # noqa: PLC0415

    label = taken(Text(most=100), label, "--label")
    with app().app_context():
        click.echo(accounts.create_first_token(email, label, days))


@click.command("setup-link")
@click.option("--if-nobody", "only_first", is_flag=True, hidden=True, help="As `serve` asks.")
def setup_link(*, only_first: bool) -> None:
    """Print a link, good once and for an hour, by which somebody becomes the first owner.

    Who follows it enters a name and an address, and founds a coalition. Nothing that is there
    already is open to them.
    """
    from api.accounts.service import setup  # noqa: PLC0415 # see app

    with migrated_app():
        if not only_first:
            click.echo(setup.link())
        elif setup.is_wanted():
            click.echo(
                f"Nobody works here yet. Begin within an hour at {setup.link(only_first=True)}"
            )


@click.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link, good once and for an hour, that signs a user in at the desk.

    It is for who gets no letters: because the mail server is not set up yet, or broken.
    """
    from api.accounts.service import setup  # noqa: PLC0415 # see app
    from api.web.fields import Email  # noqa: PLC0415

    email = taken(Email(), email, "EMAIL")
    with migrated_app():
        click.echo(setup.link_for(email))


COMMANDS = (user, token, sign_in_link, setup_link)
