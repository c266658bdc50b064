"""The lines of a letter: broken for mail, and whole again where a screen breaks them itself."""

from __future__ import annotations

import textwrap

from api.mailings.rules import WIDTH, flowing

LONG = "The coalition asks your organisation to approve this statement before it is published. " * 3


def test_a_paragraph_is_one_line_again() -> None:
    words = LONG.strip()
    quoted = textwrap.fill(words, WIDTH, initial_indent="    ", subsequent_indent="    ")
    letter = f"Dear Ada,\n\n{textwrap.fill(words, WIDTH)}\n\n{quoted}\n\n--\n\nBye.\n"

    assert flowing(letter) == f"Dear Ada,\n\n{words}\n\n    {words}\n\n--\n\nBye.\n"


def test_an_address_stays_on_a_line_of_its_own() -> None:
    letter = "Read the text and answer:\nhttps://specimen.example/a/1\n\nBye.\n"

    assert flowing(letter) == letter
