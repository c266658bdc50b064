"""The reports in which a refusal comes back, in our own words, after the forms that servers use.

`NEW_SHAPES` were kept aside while the rules were written.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.bounce_reports import Sent

if TYPE_CHECKING:
    from tests.support.refusal_corpus import Answers

Shape = Callable[[Sent, str], bytes]
CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
HOST = "mx.there.example"


def status_of(answer: str, otherwise: str = "5.0.0") -> str:
    """Return the code that a reporting server would pass on."""
    found = CODE.findall(answer)
    return found[-1] if found else otherwise


def _report(  # noqa: PLR0913 # the parts of one form
    sent: Sent,
    text: str,
    *,
    by: str = "MAILER-DAEMON@relay.example (Mail Delivery System)",
    status: str,
    diagnostic: str | None,
    action: str = "failed",
    subject: str = "Undelivered Mail Returned to Sender",
) -> bytes:
    said = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return f"""\
Return-Path: <>
From: {by}
Subject: {subject}
To: {sent.path}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="bb"

--bb
Content-Type: text/plain; charset=utf-8

{text}

--bb
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Sat, 28 Nov 2026 05:59:58 +0000

Final-Recipient: rfc822; {sent.to}
Action: {action}
Status: {status}
Remote-MTA: dns; {HOST}
{said}
--bb
Content-Type: message/rfc822

{sent.whole}
--bb--
""".encode()


def postfix(sent: Sent, answer: str) -> bytes:
    text = f"<{sent.to}>: host {HOST}[192.0.2.9] said: {answer} (in reply to RCPT TO command)"
    return _report(sent, text, status=status_of(answer), diagnostic=f"smtp; {answer}")


def exim(sent: Sent, answer: str) -> bytes:
    return _text(
        sent,
        f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {sent.to}
    host {HOST} [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<{sent.to}>:
    {answer}

------ This is a copy of the message, including all the headers. ------
""",
        f"X-Failed-Recipients: {sent.to}\n",
    )


def exim_in_form(sent: Sent, answer: str) -> bytes:
    text = f"  {sent.to}\n    SMTP error from remote mail server after RCPT TO:<{sent.to}>:\n    "
    return _report(sent, text + answer, status="5.0.0", diagnostic=f"smtp; {answer}")


def qmail(sent: Sent, answer: str) -> bytes:
    return _text(
        sent,
        f"""\
Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{sent.to}>:
192.0.2.9 does not like recipient.
Remote host said: {answer}
Giving up on 192.0.2.9.

--- Below this line is a copy of the message.
""",
    )


def sendmail(sent: Sent, answer: str) -> bytes:
    """It takes any 550 for an unknown user, and writes so."""
    guess = status_of(answer, "5.1.1" if answer.startswith("550") else "5.0.0")
    text = f"""\
The original message was received at Sat, 28 Nov 2026 05:59:58 GMT
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<{sent.to}>
    (reason: {answer})

   ----- Transcript of session follows -----
... while talking to {HOST}.:
>>> RCPT To:<{sent.to}>
<<< {answer}
550 5.1.1 <{sent.to}>... User unknown
<<< 503 5.0.0 Need RCPT (recipient)"""
    return _report(sent, text, status=guess, diagnostic=f"SMTP; {answer}")


def gmail(sent: Sent, answer: str) -> bytes:
    text = f"""\
** Address not found or message not delivered **

Your message wasn't delivered to {sent.to} because of what the remote server said.

The response was:

{answer}"""
    by = "Mail Delivery Subsystem <mailer-daemon@bigmail.example>"
    return _report(sent, text, by=by, status=status_of(answer), diagnostic=f"smtp; {answer}")


def wrapped(sent: Sent, answer: str) -> bytes:
    """As Microsoft 365 hands on what another server said."""
    outer = f"550 5.0.350 Remote server returned an error -> {answer}"
    text = f"Your message to {sent.to} couldn't be delivered.\n\nRemote server returned '{outer}'"
    by = "Microsoft Outlook <postmaster@corp.example>"
    return _report(sent, text, by=by, status="5.0.350", diagnostic=f"smtp;{outer}")


def courier(sent: Sent, answer: str) -> bytes:
    text = f"""\
This is a delivery status notification from relay.example,
running the Courier mail server.

The original message was received on Sat, 28 Nov 2026 05:59:58 +0000
from ours (ours [192.0.2.22])

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<{sent.to}>:
    {HOST} [192.0.2.9]:
>>> RCPT TO:<{sent.to}>
<<< {answer}"""
    by = '"Courier mail server at relay.example" <@relay.example>'
    return _report(sent, text, by=by, status="5.0.0", diagnostic=f"smtp; {answer}")


def simple(sent: Sent, answer: str) -> bytes:
    """As Amazon's service writes it."""
    text = f"An error occurred while trying to deliver the mail to the following recipients:\n{sent.to}"
    by = "MAILER-DAEMON@ses.example"
    return _report(sent, text, by=by, status=status_of(answer), diagnostic=f"smtp; {answer}")


def german(sent: Sent, answer: str) -> bytes:
    return _text(
        sent,
        f"""\
Diese Nachricht wurde automatisch erzeugt.

Ihre E-Mail konnte an den folgenden Empfänger nicht zugestellt werden:

{sent.to}

Der andere Server ({HOST}) antwortete:
{answer}

--- Der Kopf Ihrer Nachricht ---
""",
    )


def russian(sent: Sent, answer: str) -> bytes:
    text = f"""\
Это письмо создано автоматически сервером.

К сожалению, мы не смогли доставить ваше письмо по адресу:

<{sent.to}>: host {HOST}[192.0.2.9] said: {answer} (in reply to RCPT TO command)"""
    by = "mailer-daemon@pochta.example"
    return _report(sent, text, by=by, status=status_of(answer), diagnostic=f"smtp; {answer}")


def chinese(sent: Sent, answer: str) -> bytes:
    """One page in a Chinese encoding, without a form."""
    page = f"""<html><style>p {{ color: red }}</style><body><p>抱歉，您的邮件被退回。</p><table>
<tr><td>收件人</td><td>{sent.to}</td></tr>
<tr><td>原因</td><td>{html.escape(answer)}</td></tr></table></body></html>"""
    packed = base64.encodebytes(page.encode("gb18030")).decode()
    return f"""\
From: "PostMaster" <PostMaster@letters.example>
To: <{sent.path}>
Subject: =?gb18030?B?zbvQxQ==?=
MIME-Version: 1.0
Content-Type: text/html; charset="gb18030"
Content-Transfer-Encoding: base64

{packed}""".encode()


def gateway(sent: Sent, answer: str) -> bytes:
    """A filter on the way says what stands behind it."""
    outer = f"550 permanent failure for one or more recipients ({sent.to}:{answer})"
    return _report(sent, f"<{sent.to}>: {outer}", status="5.0.0", diagnostic=f"smtp; {outer}")


def james(sent: Sent, answer: str) -> bytes:
    return _text(
        sent,
        f"""\
Hi. This is the James mail server at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out. Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
{sent.to}

Error message:
{answer}

""",
    )


def status_alone(sent: Sent, answer: str) -> bytes:
    """The words stand in the text, and the form has a code only."""
    text = f"<{sent.to}>: {HOST} said: {answer}"
    return _report(sent, text, status=status_of(answer), diagnostic=None)


def _text(sent: Sent, text: str, headers: str = "") -> bytes:
    return f"""\
Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: {sent.path}
{headers}Auto-Submitted: auto-replied
Subject: Mail delivery failed
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
{sent.whole}""".encode()


SHAPES: tuple[Shape, ...] = (
    postfix, exim, exim_in_form, qmail, sendmail, gmail, wrapped,
)  # fmt: skip
NEW_SHAPES: tuple[Shape, ...] = (
    courier, simple, german, russian, chinese, gateway, james, status_alone,
)  # fmt: skip


def reports(
    answers: Answers, shapes: tuple[Shape, ...], sent: Sent
) -> list[tuple[str, str, bytes]]:
    """Return each answer in each form: whether it means gone or kept, its name, and the report."""
    domain = sent.to.rpartition("@")[2]
    return [
        (
            kind,
            f"{shape.__name__}: {answer}",
            shape(sent, answer.format(to=sent.to, host=HOST, domain=domain)),
        )
        for kind, said in (("gone", answers.gone), ("kept", answers.kept))
        for answer in said
        for shape in shapes
    ]


LATE = (
    "Your letter to {to} is delayed. No action is required: we will keep trying for five days.",
    "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO SEND IT AGAIN.\n{to}: Host unknown, 451 4.4.1",
    "The letter has not yet been delivered to {to}. Delivery attempts will continue.",
    "Ihre Nachricht an {to} wurde verzögert. Weitere Zustellversuche folgen.",
    "La remise à {to} est retardée. De nouvelles tentatives suivront.",
    "Доставка письма на {to} отложена. Попытки доставки будут продолжены.",
    "您发给 {to} 的邮件被延迟，系统将继续尝试投递。",
)


def delayed(sent: Sent) -> list[bytes]:
    """Return reports that something is late, with a form and without."""
    told = [each.format(to=sent.to) for each in LATE]
    subject = "Warning: the letter is late"
    return [
        *(
            _text(sent, each + "\n\n--- Below this line is a copy of the message.\n")
            for each in told
        ),
        *(
            _report(sent, each, status="4.4.1", diagnostic=None, action="delayed", subject=subject)
            for each in told
        ),
    ]


ANSWERS = (
    "I am away until Monday. User unknown is what my old address says; {to} works.",
    "This mailbox does not exist any more; write to office@there.example. 550 5.1.1 User unknown",
    "Ich bin nicht im Büro. Das Postfach {to} existiert nicht mehr lange.",
    "Меня нет в офисе. Пользователь не найден.",
    "To reach {to}, prove that you are a person: https://challenge.example/1",
    "Thank you, your request has the number 550 511.",
    "I forward what came to me: 550 5.1.1 <{to}> User unknown",
)


def no_reports(sent: Sent) -> list[bytes]:
    """Return what people and their machines answer, however it sounds."""
    headers = (
        f"From: Merlin Specimen <{sent.to}>\nAuto-Submitted: auto-replied\n",
        "From: Service desk <help@there.example>\nPrecedence: bulk\n",
        "Return-Path: <>\nFrom: no-reply@there.example\n",
    )
    return [
        f"{head}To: {sent.path}\nSubject: Re: The letter\n\n{each.format(to=sent.to)}\n".encode()
        for head in headers
        for each in ANSWERS
    ]
