"""Whatever signing, moderation and settings show has words, in each language of the desk."""

from __future__ import annotations

import pytest

from api.accounts.rules import Role
from api.desk.rules import moderation, record, settings, signing
from api.desk.rules.frames import WORDS
from api.infra.mail.letters import LetterState
from api.mailings.rules.servers import ADVICE
from api.signatures.models import BlockAct, BlockKind, SignatoryKind, Source, Visibility
from api.signatures.rules import EffectiveState
from api.texts.rules import themes
from api.webhooks.rules import CHOSEN


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
