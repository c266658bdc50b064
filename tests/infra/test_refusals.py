"""Who is silenced by a report: only whose mailbox is positively not there.

The corpus is the answers of `support/refusal_corpus` in the reports of `support/refusal_reports`.
The half that was kept aside while the rules were written has to do as well as the other.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from api.infra.mail import bounces, refusals
from api.infra.mail.bounces import BounceKind
from tests.support import bounce_reports, refusal_corpus, refusal_corpus_aside, refusal_reports
from tests.support.bounce_reports import Sent

SENT = Sent("a" * 40)
LEAST_GONE, LEAST_ASIDE, MOST_SILENCED = 0.9, 0.8, 0.02


def kind_of(raw: bytes) -> str:
    found = bounces.read(raw)
    return found.kind.value if found else "none"


@pytest.mark.parametrize(
    ("answers", "least_gone"),
    [
        pytest.param(refusal_corpus.SEEN, LEAST_GONE, id="seen"),
        pytest.param(refusal_corpus.UNSEEN, LEAST_GONE, id="unseen"),
        pytest.param(refusal_corpus.NEAR, LEAST_GONE, id="near"),
        pytest.param(refusal_corpus_aside.ASIDE, LEAST_ASIDE, id="aside"),
    ],
)
@pytest.mark.parametrize(
    "shapes", [refusal_reports.SHAPES, refusal_reports.NEW_SHAPES], ids=["seen", "new"]
)
def test_who_is_gone_is_known_and_hardly_anybody_else_is_silenced(
    answers: refusal_corpus.Answers, least_gone: float, shapes: tuple[refusal_reports.Shape, ...]
) -> None:
    found: dict[str, list[tuple[str, str]]] = {"gone": [], "kept": []}
    for kind, name, raw in refusal_reports.reports(answers, shapes, SENT):
        found[kind].append((name, kind_of(raw)))
    missed = [name for name, kind in found["gone"] if kind != "gone"]
    silenced = [name for name, kind in found["kept"] if kind == "gone"]
    unread = [name for name, kind in found["gone"] + found["kept"] if kind == "none"]
    assert len(missed) <= (1 - least_gone) * len(found["gone"]), missed
    assert len(silenced) <= MOST_SILENCED * len(found["kept"]), silenced
    assert unread == []


@pytest.mark.parametrize("more", ["frobnicate", "гульмонд", "vorp [vorp]", "vorp.vorp"])
def test_one_word_that_is_not_known_and_a_sentence_without_a_code_only_counts(more: str) -> None:
    spoken = [each for each in refusal_corpus.UNSEEN.gone if not refusal_reports.CODE.search(each)]
    assert len(spoken) > 20
    plain = [each.format(to=SENT.to, domain="specimen.example") for each in spoken]
    for answer in (each for each in plain if "postmaster" not in each):
        for shape in (
            refusal_reports.exim,
            refusal_reports.postfix,
            refusal_reports.german,
            refusal_reports.chinese,
        ):
            assert kind_of(shape(SENT, answer)) == "gone", answer
            assert kind_of(shape(SENT, f"{answer} {more}")) == "failed", answer
    assert kind_of(refusal_reports.exim(SENT, f"550 5.1.1 User unknown {more}")) == "gone"


@pytest.mark.parametrize(
    "said",
    [
        "<office@elsewhere.example>: User unknown",
        "User unknown (office@elsewhere.example)",
        "<From> invalid address",
        "Invalid address [Subject]",
        "invalid address: base64",
        "RFC5322: no valid address",
        "User unknown in elsewhere.txt",
    ],
)
def test_what_is_taken_out_of_a_sentence_hides_nothing_that_it_says(said: str) -> None:
    assert kind_of(refusal_reports.exim(SENT, f"550 {said}")) == "failed"


def test_a_guess_of_who_reports_is_no_code_of_who_refused() -> None:
    for answer, kind in (
        ("550 Not today", "failed"),
        ("550 Mailbox unavailable", "failed"),
        ("550 User unknown", "gone"),
    ):
        guess = f"<<< {answer}\n550 5.1.1 <{SENT.to}>... User unknown"
        assert kind_of(refusal_reports.exim(SENT, guess)) == kind
        raw = refusal_reports.status_alone(SENT, answer).replace(b"Status: 5.0.0", b"Status: 5.1.1")
        assert kind_of(raw) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Mailbox closed", "failed"),
        ("5.1.1 Mailbox closed", "gone"),
        ("5.1.1 Mailbox closed for the holidays", "failed"),
        ("The user has left", "failed"),
        ("Recipient no longer receives mail", "gone"),
        ("Recipient no longer receives mail of lists", "failed"),
        ("Empfänger geschlossen", "failed"),
        ("5.1.1 Ящик закрыт", "gone"),
    ],
)
def test_a_mailbox_that_is_shut_is_gone_by_a_code_only(words: str, kind: str) -> None:
    assert kind_of(refusal_reports.exim(SENT, f"550 {words}")) == kind


def test_a_server_that_asks_who_we_are_says_nothing_of_the_mailbox() -> None:
    for reply in ("530", "534", "535", "538"):
        assert kind_of(refusal_reports.exim(SENT, f"{reply} 5.1.1 User unknown")) == "failed"


@pytest.mark.parametrize("raw", refusal_reports.delayed(SENT))
def test_what_is_late_is_not_counted(raw: bytes) -> None:
    assert kind_of(raw) == "none"


@pytest.mark.parametrize("raw", refusal_reports.no_reports(SENT))
def test_what_a_person_or_a_machine_answers_is_no_report(raw: bytes) -> None:
    assert kind_of(raw) == "none"


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [
        ("5.1.1", "550 5.7.1 192.0.2.22 is on a block list"),
        ("5.1.1", "552 5.2.2 over quota"),
        ("5.7.1", "550 5.1.1 User unknown"),
        ("5.1.1", "550 Not today"),
        ("4.4.7", "550 5.1.1 User unknown"),
    ],
)
def test_a_code_and_words_that_contradict_each_other_silence_nobody(
    status: str, diagnostic: str
) -> None:
    raw = bounce_reports.postfix(SENT, status=status, diagnostic=diagnostic)
    assert kind_of(raw) == "failed"


@pytest.mark.parametrize(
    "stage", ["MAIL FROM", "EHLO", "STARTTLS", "initial connection", "pipelined MAIL FROM"]
)
def test_a_refusal_before_the_recipient_was_named_is_not_about_it(stage: str) -> None:
    assert kind_of(bounce_reports.exim(SENT).replace(b"RCPT TO", stage.encode())) == "failed"


@pytest.mark.parametrize(
    "words",
    [b"550 5.1.1 User unknown", b"This mailbox does not exist", b"Action: failed\nStatus: 5.1.1"],
)
def test_what_the_returned_letter_says_counts_for_nothing(words: bytes) -> None:
    ours, subject = b"It was handed over today.", b"Subject: The letter was handed over"
    for raw in (
        bounce_reports.exim(SENT, said="550 Not today"),
        bounce_reports.postfix(SENT, status="5.0.0", diagnostic="550 Not today"),
        refusal_reports.status_alone(SENT, "550 Not today"),
        refusal_reports.james(SENT, "550 Not today"),
    ):
        assert kind_of(raw.replace(ours, words).replace(subject, b"Subject: " + words)) == "failed"
    spam = b"This letter is spam, 550 5.7.1"
    for made in (bounce_reports.exim, bounce_reports.qmail, bounce_reports.exchange):
        raw = made(SENT).replace(ours, spam).replace(subject, b"Subject: " + spam)
        assert kind_of(raw) == "gone"


def test_a_mailbox_may_be_called_anything() -> None:
    for name in ("user.unknown@specimen.example", "no-such-user@specimen.example"):
        sent = Sent("a" * 40, name)
        assert kind_of(
            bounce_reports.postfix(sent, status="5.0.0", diagnostic=f"550 <{name}> no")
        ) == ("failed")
    named = Sent("a" * 40, "full.quota@spam.example")
    assert kind_of(bounce_reports.postfix(named)) == "gone"


def test_a_relay_that_is_unknown_silences_nobody() -> None:
    answer = "Host or domain name not found. Name service error for name={} type=A: Host not found"
    for name, kind in (("relay.ours.example", "failed"), ("specimen.example", "gone")):
        raw = bounce_reports.postfix(SENT, status="5.4.4", diagnostic=answer.format(name))
        assert kind_of(raw) == kind


def test_of_several_recipients_all_must_be_gone() -> None:
    end = b"\n--4T0000.1/mx.post.example\nContent-Description: Undelivered"
    block = b"\nFinal-Recipient: rfc822; b@specimen.example\nAction: failed\nStatus: 5.2.2\n"
    assert kind_of(bounce_reports.postfix(SENT).replace(end, block + end)) == "failed"


@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "utf-8"])
def test_words_are_read_in_their_charset(charset: str) -> None:
    raw = bounce_reports.exim(SENT, said="550 Такого пользователя не существует")
    head, _, body = raw.decode().partition("\n\n")
    head += f"\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}"
    assert kind_of(f"{head}\n\n{body}".encode(charset)) == "gone"


def test_every_code_of_the_standard_is_decided() -> None:
    gone = {"5.1.1", "5.1.2", "5.1.6", "5.1.10"}
    for subject in range(8):
        for detail in range(40):
            code = f"5.{subject}.{detail}"
            assert refusals.of_status(code).is_gone == (code in gone), code
            assert not refusals.of_status(f"4.{subject}.{detail}").is_gone


def _explained(raw: bytes) -> str:
    done = subprocess.run(  # noqa: S603 # our own command
        [Path(sys.executable).parent / "undersigned", "bounce", "--explain"],
        input=raw,
        env={"PATH": "/usr/bin:/bin"},  # no settings: it needs none
        check=True,
        capture_output=True,
        timeout=120,
    )
    return done.stdout.decode()


def test_the_command_says_how_a_report_is_read_and_why() -> None:
    said = _explained(bounce_reports.postfix(SENT))
    assert said.startswith("gone: ")
    assert "why: words: 'user unknown'" in said
    assert "said: 550 5.1.1 User unknown" in said
    assert bounce_reports.NAME in said
    assert _explained(b"Subject: hello\n\n").startswith("ignored: ")


def test_a_report_of_a_broken_form_is_read_by_its_words() -> None:
    raw = refusal_reports.status_alone(SENT, "550 5.1.1 User unknown").replace(
        b"Status: 5.1.1\n", b""
    )
    assert bounces.explained(raw).kind is BounceKind.GONE
