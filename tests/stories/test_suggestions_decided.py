"""A coordinator takes what was suggested into the draft, or something else, or says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.suggestions import ALL, DOORS, TEXT, TODAY, Suggesting, a_suggesting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Client


@pytest.fixture
def table(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner)


@pytest.fixture
def whole(world: World, owner: Client) -> Suggesting:
    return a_suggesting(world, owner, **TEXT)


def test_what_is_accepted_stands_in_the_draft_wherever_it_was_meant(whole: Suggesting) -> None:
    whole.open()
    first, last = whole.block(0), whole.block(4)
    about: list[dict[str, Any]] = [
        {"target": "title", "lines": ["Open all doors"]},
        {"target": "demand/kz-1", "lines": ["Repeal this law.", "It harms *many*."]},
        {"target": "footnote/1", "lines": ["So they said in 2031."]},
        {"target": whole.target(3), "lines": ["They said:", "We care.[^1]", "The declaration"]},
        {"target": f"block/{last}", "lines": ["Bread", "Salt", "Water[^w]"],
         "footnotes": {"w": "Clean."}},
        {"kind": "insertion", "block": "paragraph", "after": first, "lines": ["At first."]},
        {"kind": "deletion", "target": whole.target(2)},
        {"kind": "move", "target": whole.target(1), "after": last},
    ]  # fmt: skip
    about[1]["lines"] = about[1]["lines"][:1]
    for facts in about:
        made = whole.suggested("Ada", **facts)
        taken = whole.accept(made)
        assert (taken.status, taken.json["state"]) == (200, "accepted"), taken.body

    document = whole.draft["document"]
    assert document["title"] == "Open all doors"
    assert document["demand_lists"][0]["demands"][0]["text"] == "Repeal this law."
    assert document["footnotes"] == {"1": "So they said in 2031.", "w": "Clean."}
    assert whole.lines() == [
        "What we ask",
        "At first.",
        {"lead": "They said:", "text": "We care.[^1]", "source": "The declaration"},
        {"items": ["Bread", "Salt", "Water[^w]"]},
        DOORS,
        {},
    ]
    assert all(each["author"]["name"] == "Ada" for each in whole.listed(state="accepted"))


def test_acceptance_is_a_new_version_of_the_draft(table: Suggesting) -> None:
    table.open()
    editor, before = table.somebody("editor"), table.draft
    made = table.suggested("Ada", TODAY)
    taken = table.accept(made)

    assert table.draft.etag != before.etag
    assert f'"{taken["draft_version"]}"' == table.draft.etag
    assert table.lines()[1] == TODAY
    late = editor.put(f"{table.here}/draft", {"document": before["document"]}, before.etag)
    assert late.status == 412
    assert "today" in str(late.json["since"])
    again = table.accept(made)
    assert (again.status, again["draft_version"]) == (200, taken["draft_version"])
    revisions = table.owner.get(f"{table.here}/revisions")["items"]
    assert [each["sha256"] for each in revisions] == [table.sha256]  # what was frozen stays


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_coordinators_decide(table: Suggesting, role: str) -> None:
    table.open()
    made, somebody = table.suggested("Ada", TODAY), table.somebody(role)
    here = f"/v1/suggestions/{made}"

    for path, body in (
        (f"{here}/acceptance", {}),
        (f"{here}/decline", {"reason": "No."}),
        (f"{here}/reopening", None),
        (f"{here}/erasure", None),
        (f"{table.path}/suggestion-merges", {}),
        (f"{table.path}/suggestion-merges?preview=true", {}),
    ):
        assert somebody.post(path, body).status == 403, path
    assert table.lines()[1] == DOORS


def test_a_decline_has_a_reason_that_its_author_reads(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    assert table.owner.post(f"/v1/suggestions/{made}/decline", {}).codes == {
        "/reason": "required"
    }  # fmt: skip
    declined = table.decline(made, "The members agreed on no day.")
    assert (declined["state"], declined.json["decided_at"] is not None) == ("declined", True)

    (mine,) = table.seen("Ada")["suggestions"]
    assert mine["answer"] == {
        "is_changed": False, "reason": "The members agreed on no day.", "lines": None,
    }  # fmt: skip
    assert mine["decided_at"].endswith("T00:00:00+00:00")
    assert table.lines()[1] == DOORS
    assert table.decline(made, "The members agreed on no day.").status == 200
    for refused in (table.decline(made, "Another."), table.accept(made), table.accept(made, ALL)):
        assert refused.json["type"] == "/problems/suggestion-decided"


def test_a_decline_is_taken_back_and_an_acceptance_by_editing_the_draft(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    table.decline(made)
    opened = table.owner.post(f"/v1/suggestions/{made}/reopening")
    assert (opened["state"], opened["answer"], opened["decided_at"]) == ("open", None, None)
    assert table.owner.post(f"/v1/suggestions/{made}/reopening").status == 200

    table.accept(made)
    refused = table.owner.post(f"/v1/suggestions/{made}/reopening")
    assert refused.json["type"] == "/problems/suggestion-decided"
    assert "edit the draft" in refused.json["detail"]
    assert table.decline(made).json["type"] == "/problems/suggestion-decided"


def test_what_collides_with_the_draft_is_told_with_what_both_say(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    now = "We ask that the doors be opened at once."
    table.rewrite(now, by=table.somebody("editor"))

    (one,) = table.listed()
    assert (one["place_state"], one["lines_now"], one["collides_with_text"]) == (
        "changed", [now], True,
    )  # fmt: skip
    refused = table.accept(made)
    assert refused.json["type"] == "/problems/suggestion-collides"
    assert refused.status == 409
    told = {name: refused.json[name] for name in ("lines_then", "lines_now", "lines", "reason")}
    assert told == {
        "lines_then": [DOORS], "lines_now": [now], "lines": [TODAY], "reason": "words",
    }  # fmt: skip
    assert table.shown(made)["state"] == "open"

    both = "We ask that the doors be opened at once, today."
    taken = table.accept(made, both)
    assert taken["answer"] == {"is_changed": True, "reason": None, "lines": [both]}
    assert table.lines()[1] == both


def test_other_words_of_one_place_go_in_beside_those_of_the_draft(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    table.rewrite(ALL)

    assert table.accept(made).status == 200
    assert table.lines()[1] == "We ask that all doors be opened today."


def test_a_place_that_is_gone_takes_nothing(table: Suggesting) -> None:
    table.open()
    made, moved = table.suggested("Ada", TODAY), table.suggested("Bob", ALL)
    table.redraft(table.body()[0], table.body()[2])

    assert table.shown(made)["place_state"] == "gone"
    for refused in (table.accept(made), table.accept(moved, "Words.")):
        assert refused.json["type"] == "/problems/suggestion-collides"
        assert (refused.json["reason"], refused.json["lines_now"]) == ("gone", None)


def test_the_author_reads_the_words_that_went_in_instead_once_they_are_frozen(
    table: Suggesting,
) -> None:
    table.open()
    made = table.suggested("Ada", TODAY)
    table.accept(made, ALL)

    (mine,) = table.seen("Ada")["suggestions"]
    assert mine["answer"] == {"is_changed": True, "reason": None, "lines": None}
    assert mine["held_since"] is None
    assert ALL not in str(table.seen("Ada").json)
    table.freeze()
    (mine,) = table.seen("Ada")["suggestions"]
    assert (mine["answer"]["lines"], mine["held_since"]) == ([ALL], 2)
    assert mine["place_state"] == "changed"


def test_words_that_cannot_be_changed_are_accepted_as_they_are_or_not(table: Suggesting) -> None:
    table.open()
    made = table.suggested("Ada", kind="deletion")

    assert table.accept(made, "Words.").codes == {"/lines": "conflict"}
    wrong = table.accept(table.suggested("Ada", TODAY), "One.", "Two.")
    assert wrong.codes == {"/lines": "too_many"}


def test_what_the_draft_says_already_is_credited_and_changes_nothing(table: Suggesting) -> None:
    table.open()
    first, second = table.suggested("Ada", TODAY), table.suggested("Bob", TODAY)
    table.accept(first)
    etag = table.draft.etag

    assert table.accept(second)["state"] == "accepted"
    assert table.draft.etag == etag
