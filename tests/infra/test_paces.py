"""How long a letter waits for those that left before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.infra.mail.paces import LetterPace

MINUTE = datetime(2031, 5, 14, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "number", "second", "seconds"),
    [
        (0, 0, 0, 0),
        (0, 9, 59, 0),
        (0, 10, 0, 60),
        (0, 10, 59, 1),
        (10, 0, 0, 6),  # a tenth of the minute before has to be over
        (10, 0, 6, 0),
        (10, 5, 6, 30),
        (10, 9, 0, 60),
    ],
)
def test_no_more_leave_in_any_minute_than_were_allowed(
    before: int, number: int, second: int, seconds: int
) -> None:
    pace = LetterPace(minute=MINUTE, before=before, number=number)

    assert pace.seconds_until(10, MINUTE + timedelta(seconds=second)) == seconds
