"""Checks that a command which stands on paper is one of `undersigned`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

import click

from api.cli import commands


def undersigned_lines(lines: Iterable[str]) -> list[list[str]]:
    """Return the words after `undersigned` of each line that calls it."""
    found = (re.search(r"(?<!-g )\bundersigned ([a-z].*?)(?:[)`\";\\]|$)", line) for line in lines)
    return [shlex.split(each[1].strip().rstrip("&"), comments=True) for each in found if each]


def must_be_a_command(words: list[str]) -> None:
    """Fail unless these words name a command and options that are there."""
    command: click.Command = commands
    rest = list(words)
    while isinstance(command, click.Group):
        assert rest, "A command is missing its subcommand."
        name = rest.pop(0)
        if name not in command.commands and (usual := getattr(command, "usual", None)):
            rest, name = [name, *rest], usual
        assert name in command.commands, name
        command = command.commands[name]
    known = {option for each in command.params for option in each.opts}
    assert {word for word in rest if word.startswith("-")} <= known
