"""What the desk does to a draft, and that each of its words is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from api.demands.models import DemandStatus
from api.desk.rules import block_forms, drafting, fact_forms, next_steps, statements
from api.desk.rules.frames import WORDS
from api.documents.rules.rendering import Format
from api.exchange.rules.remarks import WordRemarkKind
from api.exchange.rules.return_remarks import WordReturnKind
from api.reviews.models import Readership
from api.reviews.rules import ClashReason
from api.statements.models import State, Weight
from api.statements.rules import WRITABLE
from api.texts.rules import themes
from tests.rules.test_next_steps import STANDINGS

if TYPE_CHECKING:
    from api.templates.models import TemplateSource
    from api.texts.rules.document import PortableBlock, PortableDocument

BODY = cast(
    "list[PortableBlock]",
    [
        {"id": "a", "heading": "What we ask"},
        {"id": "b", "paragraph": "First.[^1]"},
        {"id": "c", "paragraph": "Second."},
        {"id": "d", "list": {"items": ["One.", "Two."]}},
        {"id": "e", "quote": {"lead": "They say:", "text": "We care."}},
    ],
)


def ids(body: list[PortableBlock]) -> str:
    return "".join(each.get("id", "?") for each in body)


def document(body: list[PortableBlock], **notes: str) -> PortableDocument:
    found: dict[str, Any] = {"body": body}
    return cast("PortableDocument", found | ({"footnotes": notes} if notes else {}))


@pytest.mark.parametrize(
    ("block_id", "step", "order"),
    [("b", -1, "bacde"), ("b", 1, "acbde"), ("d", 1, "abced"), ("a", 1, "bacde")],
)
def test_a_block_goes_up_and_down(block_id: str, step: int, order: str) -> None:
    after = drafting.beside(BODY, block_id, step)

    assert after is not None
    assert ids(drafting.moved(BODY, block_id, after)) == order


@pytest.mark.parametrize(("block_id", "step"), [("a", -1), ("e", 1), ("gone", 1)])
def test_the_first_block_goes_no_higher_and_the_last_no_lower(block_id: str, step: int) -> None:
    assert drafting.beside(BODY, block_id, step) is None


def test_what_comes_behind_a_block_that_is_gone_comes_to_the_end() -> None:
    new = cast("PortableBlock", {"paragraph": "New."})

    assert ids(drafting.put_after(BODY, "gone", [new])) == "abcde?"
    assert ids(drafting.put_after(BODY, "", [new])) == "?abcde"


@pytest.mark.parametrize(
    ("block_id", "kind", "blocks"),
    [
        ("d", "paragraph", [{"paragraph": "One."}, {"paragraph": "Two."}]),
        ("e", "list", [{"list": {"items": ["They say:", "We care."]}}]),
        ("c", "quote", [{"quote": {"text": "Second."}}]),
        ("c", "heading", [{"heading": "Second."}]),
    ],
)
def test_words_turn_into_another_kind(block_id: str, kind: str, blocks: list[Any]) -> None:
    (block,) = (each for each in BODY if each["id"] == block_id)

    assert drafting.turned(block, kind) == blocks


def test_words_join_words_and_nothing_else() -> None:
    assert ids(drafting.joined(BODY, "c")) == "abde"
    assert drafting.joined(BODY, "c")[1] == {"id": "b", "paragraph": "First.[^1] Second."}
    assert drafting.joined(BODY, "e") == BODY
    assert drafting.joined(BODY, "a") == BODY


def test_a_footnote_goes_with_the_words_that_led_to_it_and_comes_back_with_them() -> None:
    before = document(BODY, **{"1": "A note."})
    without = document(drafting.without(BODY, "b"), **{"1": "A note."})

    tidied = drafting.tidied(without, before)

    assert "footnotes" not in tidied
    assert drafting.put_back(tidied, before, "b") == before


def test_a_new_footnote_takes_the_sign_that_waits_for_it_or_comes_at_the_end() -> None:
    assert drafting.with_note("Words.", "New.", {"2": "Old."}) == (
        "Words.[^3]",
        {"2": "Old.", "3": "New."},
    )
    assert drafting.with_note("A[^x] b.", "New.", {}) == ("A[^x] b.", {"x": "New."})


def test_a_block_is_read_from_its_form_as_it_was_shown() -> None:
    for block in BODY:
        kind = drafting.kind_of(block)
        fields = block_forms.fields(block, block_forms.BlockSources())
        sent = {each.name: [each.value] for each in fields if each.value}

        (read,) = block_forms.read(kind, sent, block)

        assert {**read, "id": block["id"]} == block


def test_rows_that_are_left_empty_move_those_behind_them_up() -> None:
    source = cast(
        "TemplateSource",
        {
            "facts": [
                {
                    "name": "quotes",
                    "type": "list",
                    "label": "",
                    "fields": [{"name": "text", "type": "text", "label": ""}],
                }
            ]
        },
    )
    sent = {"facts.quotes.0.text": [""], "facts.quotes.1.text": ["Second."]}

    read = fact_forms.read(source, sent)

    assert read.facts == {"quotes": [{"text": "Second."}]}
    assert read.values == {"facts.quotes.0.text": ["Second."]}


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("-3", -3), ("2,5", 2.5), ("5000000000", 5_000_000_000), ("9" * 400, "9" * 400)],
)
def test_a_number_is_read_unless_it_is_longer_than_any_of_ours(typed: str, number: object) -> None:
    source = cast("TemplateSource", {"facts": [{"name": "it", "type": "number", "label": ""}]})

    assert fact_forms.read(source, {"facts.it": [typed]}).facts == {"it": number}


@pytest.mark.parametrize("language", WORDS.offered())
def test_what_writing_names_has_its_words(language: str) -> None:
    words = WORDS.said(language).all
    steps = [step for standing in STANDINGS for step in next_steps.steps(standing)]
    needed = {
        *(f"block.kind_{kind}" for kind in drafting.KINDS),
        *(f"writing.new_{kind}" for kind in drafting.KINDS),
        *(f"block.{name}_{way}" for name, ways in block_forms.WAYS.items() for way in ways),
        *(f"writing.theme_{theme}" for theme in themes.available()),
        *(f"tab.{tab.key}" for tab in statements.TABS),
        *(f"step.{step.button or step.key}" for step in steps),
        *(f"next.{step.key}" for step in steps),
        *(f"stands.{state}" for state in State),
        *(f"stands.{state}_open" for state in WRITABLE),
        *(f"weight.{weight}" for weight in Weight),
        *(f"consult.read_{one}{end}" for one in Readership for end in ("", "_hint")),
        *(f"consult.clash_{reason}" for reason in ClashReason),
        *(f"word_in.{kind}" for kind in WordRemarkKind),
        *(f"word.{kind}" for kind in WordReturnKind),
        *(f"assemble.status_{status}" for status in DemandStatus),
        *(f"papers.{form}" for form in Format),
    }
    for kind in drafting.KINDS:
        fields = block_forms.fields(block_forms.empty(kind), block_forms.BlockSources())
        needed |= {f"block.{each.name}" for each in fields}
        needed |= {f"block.{each.name}_hint" for each in fields if each.has_hint}

    assert needed <= words.keys()
