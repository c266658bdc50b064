"""One mailbox is one signatory, however its address is written; two mailboxes are two."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, strategies as st

from api.signatures.models import BlockAct, BlockKind
from api.signatures.rules import addresses, blocking
from api.signatures.rules.addresses import normalised

SAME = [
    ("Ada@Specimen.Example", "ada@specimen.example"),
    ("ada+news@specimen.example", "ada@specimen.example"),
    ("a.d.a+x@googlemail.com", "ada@gmail.com"),
    ("ada.specimen@ya.ru", "ada-specimen@yandex.kz"),
    ("a_d-a@pm.me", "ada@proton.me"),
    ("ada@mac.com", "ada@icloud.com"),
    ("shop@ada.fastmail.com", "ada@fastmail.com"),
    ("ada-shop@yahoo.com", "ada@yahoo.com"),
    ("ада@образец.рф", "АДА@xn--80abnh6an9b.xn--p1ai"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ("ada@specimen.example.", "ada@specimen.example"),
]
APART = [
    ("ada@outlook.com", "ada@hotmail.com"),
    ("ada@mail.ru", "ada@bk.ru"),
    ("a.da@specimen.example", "ada@specimen.example"),
    ("a.da@outlook.com", "ada@outlook.com"),
    ("ada-x@gmail.com", "ada@gmail.com"),
    ("ada@fastmail.com", "ada@fastmail.fm"),
    ("ada@gmail.com", "ada@gmail.com.specimen.example"),
    ("+ada@specimen.example", "+bob@specimen.example"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_mailbox_has_one_form(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_mailboxes_have_two(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


LOCALS = st.text(
    st.characters(categories=["L", "N"], include_characters=".+-_'"), min_size=1, max_size=30
)
DOMAINS = st.sampled_from(
    ["specimen.example", "bücher.example", "a.fastmail.com"]
    + [each for provider in addresses.PROVIDERS for each in provider.domains]
)
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS)


def family(email: str) -> str:
    """Return the domain that stands for all that share an address's mailboxes."""
    domain = addresses.domain(email)
    for provider in addresses.PROVIDERS:
        if domain in provider.domains or (
            provider.below and domain.partition(".")[2] in provider.domains
        ):
            return provider.domains[0]
    return domain


@given(ADDRESSES)
@example("ß.\u0301@gmail.com")
def test_the_form_of_a_form_is_itself(email: str) -> None:
    assert normalised(normalised(email)) == normalised(email)


@given(ADDRESSES, ADDRESSES)
def test_unrelated_domains_are_never_joined(one: str, other: str) -> None:
    assert normalised(one) != normalised(other) or family(one) == family(other)
    assert addresses.domain(normalised(one)) == family(one)


def block(kind: BlockKind, value: str, act: BlockAct = BlockAct.HOLD) -> blocking.Blocked:
    return blocking.ready(kind, act, value)


FITTING = [
    (BlockKind.DOMAIN, "specimen.example", "ada@specimen.example"),
    (BlockKind.DOMAIN, "Specimen.Example", "ada@mail.specimen.example"),
    (BlockKind.DOMAIN, "*.bücher.example", "ada@xn--bcher-kva.example"),
    (BlockKind.ADDRESS, "a.d.a@gmail.com", "ada+x@googlemail.com"),
    (BlockKind.NAME, "*casino*", "Best Casino Ever"),
    (BlockKind.NAME, "Khakim* Obraz*", "Хакимова Образцова"),
    (BlockKind.NAME, "sp?cimen", "Spacimen"),
]
PASSING = [
    (BlockKind.DOMAIN, "specimen.example", "ada@notspecimen.example"),
    (BlockKind.DOMAIN, "mail.specimen.example", "ada@specimen.example"),
    (BlockKind.ADDRESS, "ada@specimen.example", "bob@specimen.example"),
    (BlockKind.NAME, "ivan *", "Ivanov"),
    (BlockKind.NAME, "casino", "Best Casino Ever"),
]


def fits(kind: BlockKind, value: str, given: str) -> BlockAct | None:
    is_name = kind is BlockKind.NAME
    email, name = ("ada@other.example", given) if is_name else (given, "Ada Specimen")
    return blocking.fits([block(kind, value)], email, name)


@pytest.mark.parametrize(("kind", "value", "given"), FITTING)
def test_a_block_fits_every_spelling(kind: BlockKind, value: str, given: str) -> None:
    assert fits(kind, value, given) is BlockAct.HOLD


@pytest.mark.parametrize(("kind", "value", "given"), PASSING)
def test_a_block_fits_nobody_else(kind: BlockKind, value: str, given: str) -> None:
    assert fits(kind, value, given) is None


def test_to_drop_goes_before_to_hold() -> None:
    blocks = [
        block(BlockKind.DOMAIN, "specimen.example"),
        block(BlockKind.NAME, "*specimen*", BlockAct.DROP),
    ]

    assert blocking.fits(blocks, "ada@specimen.example", "Ada Specimen") is BlockAct.DROP
    assert blocking.fits(blocks, "ada@specimen.example", "Ada") is BlockAct.HOLD


UNFIT = [
    (BlockKind.NAME, "*"), (BlockKind.NAME, "a*?"), (BlockKind.NAME, "* ? *"),
    (BlockKind.DOMAIN, "com"), (BlockKind.DOMAIN, "a b.example"), (BlockKind.DOMAIN, "a@b.example"),
    (BlockKind.ADDRESS, "specimen.example"), (BlockKind.ADDRESS, "@specimen.example"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), UNFIT)
def test_a_block_that_would_fit_everybody_is_refused(kind: BlockKind, value: str) -> None:
    assert blocking.fault(kind, value) is not None


def test_the_worst_pattern_is_quick() -> None:
    wanted, text = blocking.pattern("*ab" * 60 + "c"), "ab" * 60
    began = time.perf_counter()

    assert not blocking.like(wanted, text)

    assert time.perf_counter() - began < 0.1
