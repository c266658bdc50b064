"""Whatever signing, moderation and settings show has words, in each language of the desk."""

from __future__ import annotations

import pytest

from api import app, errors
from api.accounts.rules import Role
from api.desk.rules import filling, importing, moderation, record, settings, signing
from api.desk.rules.frames import WORDS
from api.errors import Code, Fault
from api.infra.mail.letters import LetterState
from api.infra.tables.reports import CellFault
from api.mailings.rules.servers import ADVICE
from api.signatures.models import BlockAct, BlockKind, SignatoryKind, Source, Visibility
from api.signatures.rules import EffectiveState
from api.texts.rules import themes
from api.webhooks.rules import CHOSEN

# Errors of programs, of the command line and of backups.
NOT_OF_THE_DESK = ("api.web.", "api.infra.backup.", "api.infra.security.")


@pytest.mark.parametrize("language", WORDS.offered())
def test_every_choice_that_a_screen_offers_has_words(language: str) -> None:
    words = WORDS.said(language).all

    for table, choices in (
        ("state_of", EffectiveState),
        ("kind_of", SignatoryKind),
        ("visibility_of", Visibility),
        ("source_of", Source),
        ("block_kind", BlockKind),
        ("block_act", BlockAct),
        ("reason_of", moderation.REASONS),
    ):
        assert {f"{table}.{each}" for each in choices} <= words.keys()
    assert {f"signing.part_{each.key}" for each in signing.PARTS} <= words.keys()
    for each in settings.PARTS:
        assert {f"settings.{each.key}", f"settings.{each.key}_text"} <= words.keys()
    assert {f"roles.{role}_may" for role in Role} <= words.keys()
    assert {f"mail.try_{state}" for state in LetterState} <= words.keys()
    assert {f"mail_fault.{fault.replace('-', '_')}" for fault in ADVICE} <= words.keys()
    assert {f"theme.{name.replace('-', '_')}" for name in themes.available()} <= words.keys()


@pytest.mark.parametrize("language", WORDS.offered())
def test_every_action_of_the_record_is_told_in_words(language: str) -> None:
    said = WORDS.said(language)
    wordless = [each for each in record.actions() if record.told(each, said) == each]

    assert len(record.actions()) > 150
    assert wordless == []
    assert [each for each in CHOSEN if record.told(each, said) == each] == []


@pytest.mark.parametrize("language", WORDS.offered())
def test_whatever_stands_in_the_way_of_an_act_is_told_in_words(language: str) -> None:
    words = WORDS.said(language).all
    app.wiring()  # it knows every part
    told = {
        kind.slug()
        for kind in errors.kinds(errors.Conflict)
        if not kind.__module__.startswith(NOT_OF_THE_DESK)
    }

    assert len(told) > 50
    assert {each for each in told if f"problem.{each}_text" not in words} == set()
    assert {each for each in errors.Code if f"fault.{each}" not in words} == set()


@pytest.mark.parametrize("language", WORDS.offered())
def test_a_bound_is_told_where_it_is_known(language: str) -> None:
    said = WORDS.said(language)

    for code in (Code.TOO_LONG, Code.TOO_MANY, Code.TOO_SMALL, Code.TOO_LARGE):
        bare, bound = Fault("", code, "x"), Fault("", code, "x", limit=31)
        assert "31" in filling.sentence(bound, said)
        assert not any(each.isdigit() for each in filling.sentence(bare, said))


@pytest.mark.parametrize("language", WORDS.offered())
def test_a_fault_of_a_table_is_told_by_its_column_and_the_line_it_is_about(language: str) -> None:
    said = WORDS.said(language)
    same = CellFault("name", Code.MAY_BE_SAME, "x", line=7)
    key = CellFault("key", Code.TAKEN, "x", line=8)
    choice = CellFault("kind", Code.NOT_A_CHOICE, "x", allowed=("release", "other"))

    assert "7" in importing.told([same], said)
    assert "8" in importing.told([key], said)
    assert "release" in importing.told([choice], said)
    assert "x" not in importing.told([same, key], said).split()
