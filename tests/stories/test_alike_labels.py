"""Labels that read alike: each is changed where its own name stood, and nowhere else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_case, a_coalition, a_revision, a_statement
from tests.support.signoffs import a_sign_off

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import World
    from tests.support.client import Answer, Client

FIRST, SECOND = "Ayan Specimenov", "Dana Exempli"
BODY = [
    {"paragraph": f"Release {FIRST}."},
    {"paragraph": f"Release {SECOND}."},
    {"paragraph": "Release Kazakhstan."},
]
SAME = {"paragraph": "Release Kazakhstan."}
WORDS = "We have asked the ministry, the court and the prison, and none of them answers us."
WHERE = ("draft", "revision")


def patched(client: Client, case: str, body: dict[str, Any], **query: str) -> Answer:
    path = f"/v1/cases/{case}"
    headers = {"If-Match": client.get(path).etag}
    answer = client.send("PATCH", path, body, headers=headers, query_string=query)
    assert answer.status == 200, answer.body
    return answer


def take_back(client: Client, coalition: str, *people: str) -> list[str]:
    """Enter people, and take their names back in that order."""
    held = [a_case(client, coalition, name=name, country="KZ") for name in people]
    for case in held:
        patched(client, case, {"may_be_named": False})
    return held


def listed(client: Client, case: str) -> list[str]:
    """Return where the labels of a case stand, without the statement's address."""
    found = patched(client, case, {}, preview="true")["relabelled"]
    return sorted(each["place"].split("/", 2)[2] for each in found)


def places(*numbers: int, where: Iterable[str] = WHERE) -> list[str]:
    return sorted(f"{each}#/body/{number}/paragraph" for each in where for number in numbers)


def label_all(client: Client, case: str, label: str) -> Answer:
    """Give a label to every place that a preview lists."""
    found = patched(client, case, {}, preview="true")["relabelled"]
    labels = [{"place": each["place"], "label": label} for each in found]
    return patched(client, case, {"labels": labels})


def paragraphs(client: Client, statement: str) -> list[str]:
    document = client.get(f"/v1/statements/{statement}/draft")["document"]
    return [block["paragraph"] for block in document["body"]]


def printed(client: Client, statement: str) -> list[str]:
    number = client.get(f"/v1/statements/{statement}")["revision_number"]
    answer = client.get(f"/v1/statements/{statement}/revisions/{number}")
    return [block["text"] for block in answer["printed"]["blocks"]]


def edit(client: Client, statement: str, body: list[dict[str, Any]], *, freeze: bool) -> None:
    path = f"/v1/statements/{statement}/draft"
    document = client.get(path)["document"]
    assert client.put(path, {"document": {**document, "body": body}}).status == 200
    if freeze:
        a_revision(client, statement, weight="editorial", reason="The same.")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_labels_that_read_alike_only_a_case_s_own_is_listed_and_changed(
    owner: Client, order: tuple[int, int]
) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, body=BODY)
    a_revision(owner, statement)
    people = (FIRST, SECOND)
    held = take_back(owner, coalition, *(people[place] for place in order))
    first, second = held[order.index(0)], held[order.index(1)]
    assert paragraphs(owner, statement) == ["Release Kazakhstan."] * 3

    assert listed(owner, first) == places(0)
    assert listed(owner, second) == places(1)
    label_all(owner, first, "a blogger")
    label_all(owner, second, "a teacher")

    after = ["Release a blogger.", "Release a teacher.", "Release Kazakhstan."]
    assert paragraphs(owner, statement) == after
    assert printed(owner, statement) == after
    assert listed(owner, first) == places(0)
    assert listed(owner, second) == places(1)


def test_a_public_text_is_edited_at_the_case_s_own_place_alone(world: World, owner: Client) -> None:
    text = a_sign_off(world, owner, body=BODY)
    text.open()
    text.say("Ada")
    text.move("review", "published")
    first, _ = take_back(owner, text.coalition, FIRST, SECOND)

    changed = label_all(owner, first, "a blogger")

    (edited,) = changed["edited"]
    assert edited["change"]["blocks_changed"] == 1
    assert printed(owner, text.statement).count("Release a blogger.") == 1


def test_a_draft_that_was_never_frozen_keeps_labels_that_read_alike_apart(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, body=[BODY[2], BODY[0]])
    (case,) = take_back(owner, coalition, FIRST)
    assert listed(owner, case) == places(1, where=["draft"])

    edit(owner, statement, [{"paragraph": "Hear us."}, SAME, SAME], freeze=False)
    assert listed(owner, case) == []
    edit(owner, statement, [SAME], freeze=False)
    assert listed(owner, case) == [], "it stood there before, for somebody else"


@pytest.mark.parametrize(
    "body",
    [
        [{"paragraph": "Hear us."}, SAME, SAME, SAME],
        [{"paragraph": "Hear us."}, {"paragraph": "Now."}, {"paragraph": "Today."}, SAME],
        [SAME, SAME],
    ],
    ids=["a block before them", "one of them elsewhere", "one of them gone"],
)
def test_where_blocks_that_read_alike_moved_nobody_s_is_taken(
    owner: Client, body: list[dict[str, Any]]
) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, body=BODY)
    a_revision(owner, statement)
    first, second = take_back(owner, coalition, FIRST, SECOND)

    edit(owner, statement, body, freeze=True)

    assert listed(owner, first) == []
    assert listed(owner, second) == []


def test_what_is_written_beside_a_label_takes_it_no_place(owner: Client) -> None:
    coalition = a_coalition(owner)
    statement = a_statement(owner, coalition, body=BODY)
    a_revision(owner, statement)
    first, _ = take_back(owner, coalition, FIRST, SECOND)

    edit(owner, statement, [SAME, SAME, {"paragraph": "Release them all."}], freeze=True)
    assert listed(owner, first) == places(0), "another was written anew where it stands"
    edit(owner, statement, [SAME, SAME, SAME, SAME], freeze=True)
    assert listed(owner, first) == places(0), "one more was added"


def test_another_s_sentence_at_a_place_that_is_gone_is_not_taken(owner: Client) -> None:
    coalition = a_coalition(owner)
    people = [{"paragraph": f"Release {name}."} for name in (FIRST, SECOND)]
    statement = a_statement(owner, coalition, body=people)
    a_revision(owner, statement)
    first = a_case(owner, coalition, name=FIRST, country="KZ", public_label="a blogger")
    second = a_case(owner, coalition, name=SECOND, country="KZ", public_label="a teacher")
    for case in (first, second):
        patched(owner, case, {"may_be_named": False})

    edit(owner, statement, [{"paragraph": "Release a teacher."}], freeze=True)

    assert listed(owner, first) == []
    assert listed(owner, second) == places(0)


@pytest.mark.parametrize("start", [0, 1], ids=["in place", "moved by a block"])
def test_four_hundred_paragraphs_are_looked_through_at_once(owner: Client, start: int) -> None:
    coalition = a_coalition(owner)
    body = [
        {"paragraph": f"{FIRST} was held on day {day}. {WORDS} Where is {FIRST}?"}
        for day in range(400)
    ]
    statement = a_statement(owner, coalition, body=body)
    a_revision(owner, statement)
    (case,) = take_back(owner, coalition, FIRST)
    if start:
        now = [{"paragraph": text} for text in paragraphs(owner, statement)]
        edit(owner, statement, [{"paragraph": "Hear us."}, *now], freeze=True)

    before = time.process_time()
    found = listed(owner, case)
    shown = time.process_time()
    label_all(owner, case, "a blogger")
    changed = time.process_time()

    assert found == places(*range(start, 400 + start))
    assert (
        paragraphs(owner, statement)[-1]
        == f"a blogger was held on day 399. {WORDS} Where is a blogger?"
    )
    # Seconds of this process, with room for a slow machine.
    assert shown - before < 1
    assert changed - shown < 2, "looked through, shown once more, written and frozen"
