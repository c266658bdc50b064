"""A table for the tool that nobody named: a CSV on a schedule, by letter or to be fetched."""

from __future__ import annotations

from api.connectors.rules import EVERY, Field


class FileTool:
    """Nothing is called: `service/files` writes what there is to do into a file."""

    NAME = "CSV"
    READS = False
    FIELDS = (
        Field("every", "How often a file is written.", choices=tuple(EVERY)),
        Field("email", "To whom it goes by letter; without, it waits to be fetched.",
              is_needed=False, is_email=True),
        Field("list", "What stands in the column of the list.", is_needed=False),
    )  # fmt: skip
