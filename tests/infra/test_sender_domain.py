"""What the DNS says of the domain that letters come from, by a server that speaks DNS."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from api.cli import sender_domain
from api.cli.doctor import Check

DOMAIN = "letters.specimen.org"
SENDER = f"undersigned@{DOMAIN}"
SPF = f"{DOMAIN}."
DMARC = f"_dmarc.{DOMAIN}."


@contextmanager
def dns_server(texts: dict[str, list[str]] | None) -> Iterator[dns.resolver.Resolver]:
    """Run a server that knows some names, or, of None, never answers; give who asks it."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(line, texts), daemon=True)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
    try:
        yield resolver
    finally:
        line.sendto(b"", line.getsockname())
        thread.join()
        line.close()


def _serve(line: socket.socket, texts: dict[str, list[str]] | None) -> None:
    while True:
        asked, whom = line.recvfrom(4096)
        if not asked:
            return
        if texts is None:
            continue
        query = dns.message.from_wire(asked)
        question = query.question[0]
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        known = texts.get(question.name.to_text())
        if known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif known and question.rdtype == dns.rdatatype.TXT:
            written = [f'"{each[:100]}" "{each[100:]}"' for each in known]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *written))
        line.sendto(answer.to_wire(), whom)


def found(
    texts: dict[str, list[str]] | None, sender: str = SENDER, selector: str | None = None
) -> dict[str, Check]:
    with dns_server(texts) as resolver:
        checks = sender_domain.sender_checks(sender, selector, resolver)
        return {each.name: each for each in checks}


def test_a_domain_with_both_is_well() -> None:
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{number}" for number in range(20)) + " -all"
    checks = found(
        {SPF: ["google-site=x", long], DMARC: ["v=DMARC1; p=reject; rua=mailto:x@y.org"]}
    )

    assert [(each.name, each.state) for each in checks.values()] == [("spf", "ok"), ("dmarc", "ok")]
    assert checks["dmarc"].what == f"DMARC of {DOMAIN}: p=reject"


@pytest.mark.parametrize(
    ("texts", "what"),
    [
        ([], "there is none"),
        (["v=spf10 mx -all", "something else"], "there is none"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "there are 2, so that none counts"),
        (["v=spf1 mx +all"], "it lets everybody send in its name"),
        (["V=SPF1 a all"], "it lets everybody send in its name"),
    ],
)
def test_what_is_wrong_with_spf_is_said_and_how_to_mend_it(texts: list[str], what: str) -> None:
    spf = found({SPF: texts, DMARC: ["v=DMARC1; p=none"]})["spf"]

    assert (spf.state, spf.what) == ("advised", f"SPF of {DOMAIN}: {what}")
    assert "all" in spf.mend


@pytest.mark.parametrize(
    ("texts", "state", "what"),
    [
        ([f"v=DKIM1; k=rsa; p={'Aa0/' * 60}"], "ok", "a key at"),
        (["p=Aa0/"], "ok", "a key at"),
        ([], "advised", "there is no key at"),
        (["v=spf1 -all"], "advised", "there is no key at"),
        (["v=DKIM1; p="], "advised", "was taken back"),
    ],
)
def test_a_key_of_dkim_is_looked_up_by_its_selector(
    texts: list[str], state: str, what: str
) -> None:
    place = f"s1._domainkey.{DOMAIN}"

    dkim = found({SPF: [], f"{place}.": texts}, selector="s1")["dkim"]

    assert dkim.state == state
    assert what in dkim.what
    assert place in dkim.what
    assert "dkim" not in found({SPF: [], f"{place}.": texts})


def test_a_domain_that_is_not_there_has_neither() -> None:
    checks = found({})

    assert {name: each.state for name, each in checks.items()} == dict.fromkeys(
        ("spf", "dmarc"), "advised"
    )
    assert f"_dmarc.{DOMAIN}" in checks["dmarc"].mend


def test_a_domain_is_under_the_dmarc_of_its_parent() -> None:
    above = {"_dmarc.specimen.org.": ["v=DMARC1; p=quarantine"]}

    assert found({SPF: [], **above})["dmarc"].what == f"DMARC of {DOMAIN}: p=quarantine"
    twice = {DMARC: ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}  # neither counts
    assert found({SPF: [], **above, **twice})["dmarc"].state == "ok"
    assert found({SPF: [], **twice})["dmarc"].state == "advised"


def test_words_of_the_dns_are_not_repeated() -> None:
    checks = found({SPF: ["v=spf1 -all"], DMARC: ["v=DMARC1; p=\\027[31mkestrel"]})

    assert checks["dmarc"].what == f"DMARC of {DOMAIN}: there is one"


def test_a_server_that_does_not_answer_is_said_in_time_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sender_domain, "SECONDS", 0.5)
    began = time.monotonic()

    (only,) = found(None).values()

    assert time.monotonic() - began < 5
    assert (only.state, only.is_well) == ("unknown", True)
    assert "no DNS server answers" in only.what
    assert DOMAIN in only.mend


@pytest.mark.parametrize(
    ("sender", "state"),
    [
        ("undersigned@localhost.localdomain", "advised"),
        ("letters@localhost", "advised"),
        ("letters@specimen.example", "unknown"),
        ("letters@mail.internal", "unknown"),
    ],
)
def test_who_is_not_in_the_public_dns_is_not_asked_for(sender: str, state: str) -> None:
    (only,) = found(None, sender).values()  # a server that never answers

    assert only.state == state
