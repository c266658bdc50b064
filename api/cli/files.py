"""Commands on portable statements."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from api.cli.running import FILE, OUT, acting_as
from api.documents.rules import rendering
from api.documents.rules.html import Look
from api.infra.sandbox.pool import ChildPool
from api.portable.rules import checking, reading, writing
from api.texts.rules.document import PortableDocument


@click.command()
@click.argument("file", type=FILE)
def validate(file: Path) -> None:
    """Check a portable statement; print each fault with its place."""
    document = _sound(file)
    click.echo(f"{file}: a sound {document['kind'].replace('_', ' ')}.")


def _sound(file: Path) -> PortableDocument:
    """Return a file's document, and print what should be looked at."""
    document, warnings = checking.require(reading.read(file.read_bytes()))
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    return document


@click.command()
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=OUT, required=True, help="Where to write it.")
@click.option("--theme", help="A theme; the document's own where left out.")
@click.option(
    "--format",
    "form",
    # As texts: of an enum, Click offers the names of its members, in capitals.
    type=click.Choice([str(each) for each in rendering.Format]),
    help="By the output's ending if left out.",
)
@click.option(
    "--page-size",
    type=click.Choice(["A4", "Letter"]),
    default="A4",
    show_default=True,
    help="Of a PDF or a file of Word.",
)
def render(file: Path, output: Path, theme: str | None, form: str | None, page_size: str) -> None:
    """Print a portable statement as PDF, HTML, text, Markdown or Word; needs no server."""
    children = ChildPool([rendering.LAYOUT, rendering.DRAWING], spares=0)
    try:
        wanted = rendering.Format(form) if form else rendering.by_ending(output.name)
        if wanted is rendering.Format.PDF:
            children.start_soon()
        document = _sound(file)
        look = Look(theme=theme or document.get("theme", rendering.THEME), page_size=page_size)
        output.write_bytes(rendering.rendered(rendering.input_of(document, wanted, look), children))
    finally:
        children.close()


@click.command("import")
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
    from api.coalitions import service as coalitions  # noqa: PLC0415 # see app
    from api.exchange import service as exchange  # noqa: PLC0415

    data = file.read_bytes()
    document, _ = checking.require(reading.read(data))
    with acting_as(user) as actor:
        own = document["coalition"]
        slug = coalition or own.get("slug")
        if slug is None:
            raise click.UsageError("The document names no coalition by slug: give --coalition.")
        facts = {"name": own["name"], "countries": own.get("countries", [])}
        owner, found = coalitions.by_slug_or_founded(actor, slug, document["language"], facts)
        how = exchange.OnOtherWords(on_difference)
        result = exchange.take_in(owner, found.id, data, how, preview=preview)
    for warning in result.warnings:
        click.echo(f"warning: {warning}", err=True)
    for each in result.differences:
        click.echo(f"differs: {each.pointer}: {each.before!r} -> {each.after!r}", err=True)
    if result.statement is not None and result.revision is not None:
        click.echo(f"{result.statement.id} revision {result.revision.sha256}")


@click.command()
@click.argument("statement", type=click.UUID)
@click.option("-o", "--output", type=OUT, required=True, help="A .yaml or .json file.")
@click.option("--user", required=True, metavar="EMAIL", help="Who exports.")
def export(statement: UUID, output: Path, user: str) -> None:
    """Export a statement: whole for its coordinators, redacted for others."""
    from api.exchange import service as exchange  # noqa: PLC0415 # see app

    with acting_as(user) as actor:
        document = exchange.give_out(actor, statement, None)
    is_json = output.suffix == ".json"
    output.write_bytes(writing.as_json(document) if is_json else writing.as_yaml(document))


COMMANDS = (validate, render, import_, export)
