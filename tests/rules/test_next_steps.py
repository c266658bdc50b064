"""What comes next for a statement: the first thing that waits, in the order of its life."""

from __future__ import annotations

import pytest

from api.accounts.models import Role
from api.desk.rules.next_steps import Answers, StatementStanding, steps
from api.statements.models import State

REVIEW = State.REVIEW
ALL = Answers(asked=8, approved=8, reserved=1)
SOME = Answers(asked=8, approved=5, declined=1, missing=2)
SHUT = Answers(asked=8, approved=5, missing=3, is_open=False)
ORDER = [
    ("freeze", StatementStanding(state=State.DRAFT, is_frozen=False)),
    ("review", StatementStanding(state=State.DRAFT, is_frozen=True)),
    ("signoff", StatementStanding(state=REVIEW, is_frozen=True)),
    ("remind", StatementStanding(state=REVIEW, is_frozen=True, answers=SOME)),
    ("freeze_again", StatementStanding(state=REVIEW, is_frozen=False, answers=ALL)),
    (
        "suggestions",
        StatementStanding(state=REVIEW, is_frozen=True, answers=ALL, suggestions=2),
    ),
    ("publish", StatementStanding(state=REVIEW, is_frozen=True, answers=ALL)),
    ("publish", StatementStanding(state=REVIEW, is_frozen=True, answers=SHUT)),
    ("publish", StatementStanding(state=State.DRAFT, is_frozen=True, answers=ALL)),
    ("held", StatementStanding(state=State.PUBLISHED, is_frozen=True, held=1)),
    ("publish_change", StatementStanding(state=State.PUBLISHED, is_frozen=False)),
    ("deliver", StatementStanding(state=State.PUBLISHED, is_frozen=True)),
    ("responses", StatementStanding(state=State.PUBLISHED, is_frozen=True, handed=3, answered=1)),
    ("updates", StatementStanding(state=State.PUBLISHED, is_frozen=True, handed=3, answered=3)),
    ("superseded", StatementStanding(state=State.SUPERSEDED, is_frozen=True)),
    ("withdrawn", StatementStanding(state=State.WITHDRAWN, is_frozen=True)),
    ("archived", StatementStanding(state=State.ARCHIVED, is_frozen=True)),
]
STANDINGS = [standing for _, standing in ORDER]


@pytest.mark.parametrize(("key", "standing"), ORDER)
def test_the_first_thing_that_waits_comes_next(key: str, standing: StatementStanding) -> None:
    assert next(steps(standing)).key == key


@pytest.mark.parametrize("standing", STANDINGS)
def test_there_is_a_step_for_who_may_only_read(standing: StatementStanding) -> None:
    assert any(step.least is Role.VIEWER for step in steps(standing))


def test_a_text_that_was_handed_over_is_not_to_be_handed_over() -> None:
    after = StatementStanding(state=State.PUBLISHED, is_frozen=True, handed=1)

    assert "deliver" not in {step.key for step in steps(after)}
