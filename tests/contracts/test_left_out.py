"""A run that is to be whole, as CI's, leaves no test out in silence."""

from __future__ import annotations

import pytest

from tests.conftest import judged


def a_skip() -> pytest.TestReport:
    why = ("test_it.py", 1, "Skipped: No pdftotext reads PDFs here")
    return pytest.TestReport("test_it.py::test_it", ("", 0, ""), {}, "skipped", why, "setup")


def test_what_is_skipped_fails_where_nothing_may_be_left_out() -> None:
    assert judged(a_skip(), is_whole=False).skipped

    found = judged(a_skip(), is_whole=True)

    assert found.failed
    assert "No pdftotext" in str(found.longrepr)
