"""Paragraphs that come back are found among those that went out, by bookmarks and by words."""

from __future__ import annotations

from api.infra.word.aligning import BackParagraph, SentParagraph, aligned

SENT = [SentParagraph(f"_us_{n}", words) for n, words in enumerate((
    "One day all doors will be open to the people of the town.",
    "We wrote to the court about each of them, and nobody answered.",
    "Their families wait for letters which never come.",
))]  # fmt: skip


def matched(*given: tuple[str, tuple[str, ...]]) -> dict[int, tuple[int, bool]]:
    found = aligned(SENT, [BackParagraph(words, names) for words, names in given])
    return {place: (one.place, one.is_guess) for place, one in found.items()}


def test_words_count_for_more_than_a_bookmark_that_was_copied() -> None:
    one, two, three = (each.words for each in SENT)

    found = matched((two, ("_us_0", "_us_1")), (three, ()), (one, ("_us_2",)))

    assert found == {0: (1, False), 1: (2, False), 2: (0, False)}


def test_a_bookmark_tells_what_was_written_anew_and_moved() -> None:
    one, _, three = (each.words for each in SENT)

    found = matched(("Nothing of it stayed as it was.", ("_us_1",)), (one, ()), (three, ()))

    assert found[0] == (1, False)


def test_without_a_bookmark_less_likeness_is_a_guess_and_little_is_none() -> None:
    one, _, three = (each.words for each in SENT)
    near = "We wrote to a court about all of it, and waited for more than a year there."
    far = "Nobody knows."

    assert matched((one, ()), (near, ()), (three, ()))[1] == (1, True)
    assert 1 not in matched((one, ()), (far, ()), (three, ()))


def test_more_paragraphs_than_can_be_compared_take_no_time() -> None:
    many = [BackParagraph(f"{n} " + "word " * 40) for n in range(3_000)]
    sent = [SentParagraph(None, f"{-n} " + "word " * 40) for n in range(1, 400)]

    assert len(aligned(sent, many)) <= len(sent)
