"""What comes back, in the forms in which servers write it. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "merlin.canary@specimen.example"
RETURNS = "bounces@specimen.example"


@dataclass(frozen=True)
class Sent:
    """A letter that went out, as a server that has it sees it."""

    token: str
    to: str = NAME

    @property
    def path(self) -> str:
        return RETURNS.replace("@", f"+{self.token}@")

    @property
    def headers(self) -> str:
        return f"""\
Return-Path: <{self.path}>
From: Specimen Coalition <office@specimen.example>
To: <{self.to}>
Subject: The letter was handed over
Message-ID: <1@specimen.example>
X-Letter: {self.token}
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="ours"
"""

    @property
    def whole(self) -> str:
        return f"""\
{self.headers}
--ours
Content-Type: text/plain; charset=utf-8

It was handed over today.
--ours
Content-Type: text/html; charset=utf-8

<p>It was handed over today.</p>
--ours--
"""


def postfix(
    sent: Sent,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 User unknown",
    final: str | None = None,
) -> bytes:
    final = final or sent.to
    return f"""\
Return-Path: <>
Delivered-To: {sent.path}
Date: Sat, 28 Nov 2026 06:00:00 +0000 (UTC)
From: MAILER-DAEMON@mx.post.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {sent.path}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4T0000.1/mx.post.example"
Message-Id: <4T0001@mx.post.example>

This is a MIME-encapsulated message.

--4T0000.1/mx.post.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.post.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<{final}>: host mail.there.example[192.0.2.7] said: {diagnostic} (in
    reply to RCPT TO command)

--4T0000.1/mx.post.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.post.example
X-Postfix-Queue-ID: 4T0000
X-Postfix-Sender: rfc822; {sent.path}
Arrival-Date: Sat, 28 Nov 2026 05:59:58 +0000 (UTC)

Final-Recipient: rfc822; {final}
Original-Recipient: rfc822;{final}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.there.example
Diagnostic-Code: smtp; {diagnostic}

--4T0000.1/mx.post.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{sent.headers}
--4T0000.1/mx.post.example--
""".encode()


def exim(sent: Sent, *, said: str = "550 5.1.1 No such mailbox") -> bytes:
    """As older ones write it: no form but a header of its own, and the letter as text."""
    return f"""\
Return-path: <>
Envelope-to: {sent.path}
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: {sent.path}
X-Failed-Recipients: {sent.to}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1AAAA-0001-AA@relay.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {sent.to}
    host mail.there.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{sent.to}>:
    {said}

------ This is a copy of the message, including all the headers. ------

{sent.whole}""".encode()


def exchange(sent: Sent) -> bytes:
    """Its words in HTML only, in base64; its recipient in capitals."""
    return f"""\
From: <postmaster@corp.example>
To: <{sent.path}>
Subject: Undeliverable: The letter was handed over
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_corp_"
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_000_corp_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: base64

PHA+WW91ciBtZXNzYWdlIHdhc24ndCBkZWxpdmVyZWQuPC9wPg==

--_000_corp_
Content-Type: message/delivery-status

Reporting-MTA: dns;mail.corp.example
Received-From-MTA: dns;mx.specimen.example
Arrival-Date: Sat, 28 Nov 2026 06:00:00 +0000

Final-Recipient: rfc822;{sent.to.upper()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found

--_000_corp_
Content-Type: message/rfc822

{sent.whole}
--_000_corp_--
""".encode()


def gmail(sent: Sent) -> bytes:
    return f"""\
Delivered-To: {sent.path}
Return-Path: <>
Content-Type: multipart/report; boundary="00000000aa"; report-type=delivery-status
To: {sent.path}
From: Mail Delivery Subsystem <mailer-daemon@bigmail.example>
Subject: Delivery Status Notification (Failure)
Auto-Submitted: auto-replied
X-Failed-Recipients: {sent.to}

--00000000aa
Content-Type: multipart/related; boundary="00000000bb"

--00000000bb
Content-Type: multipart/alternative; boundary="00000000cc"

--00000000cc
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to {sent.to} because the address couldn't be found.
--00000000cc--
--00000000bb--
--00000000aa
Content-Type: message/delivery-status

Reporting-MTA: dns; bigmail.example
Arrival-Date: Fri, 27 Nov 2026 22:00:00 -0800 (PST)

Final-Recipient: rfc822; {sent.to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Fri, 27 Nov 2026 22:00:01 -0800 (PST)

--00000000aa
Content-Type: message/rfc822

{sent.whole}
--00000000aa--
""".encode()


def qmail(sent: Sent) -> bytes:
    return f"""\
Return-Path: <>
Received: (qmail 101 invoked for bounce); 28 Nov 2026 06:00:00 -0000
From: MAILER-DAEMON@old.example
To: {sent.path}
Subject: failure notice

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{sent.to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{sent.whole}""".encode()


def global_status(sent: Sent) -> bytes:
    """Of RFC 6533, for an address in any script."""
    return f"""\
From: Mail Delivery System <postmaster@mx.post.example>
To: {sent.path}
Content-Type: multipart/report; report-type=global-delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain; charset=utf-8

It did not arrive.
--b
Content-Type: message/global-delivery-status

Reporting-MTA: dns; mx.post.example

Final-Recipient: utf-8; {sent.to}
Action: failed
Status: 5.1.1

--b
Content-Type: message/global-headers

{sent.headers}
--b--
""".encode()


def complaint(sent: Sent, kind: str = "abuse", *, named: bool = True) -> bytes:
    """The Abuse Reporting Format of RFC 5965."""
    who = f"Original-Rcpt-To: <{sent.to}>\n" if named else ""
    return f"""\
From: <feedback@bigmail.example>
To: <{RETURNS}>
Subject: FW: The letter was handed over
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for a message received on 28 Nov 2026.
--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Specimen-Loop/1.0
Version: 1
Original-Mail-From: <{sent.path}>
{who}Reported-Domain: specimen.example

--part
Content-Type: message/rfc822
Content-Disposition: inline

{sent.whole}
--part--
""".encode()


def away(sent: Sent) -> bytes:
    """A note that somebody is away, which looks like a bounce to whoever looks for addresses."""
    return f"""\
Return-Path: <>
From: Merlin Specimen <{sent.to}>
To: {sent.path}
Subject: Out of office: The letter was handed over
Auto-Submitted: auto-replied

Your message to {sent.to} was automatically rejected by my tired mind.
Meanwhile write to, office@specimen.example, or the following addresses had better luck:
<{sent.to}>

> X-Letter: {sent.token}
""".encode()


def answer(sent: Sent) -> bytes:
    return f"""\
From: Merlin Specimen <{sent.to}>
To: {sent.path}
Subject: Re: The letter was handed over

Thank you!

> From: Specimen Coalition
""".encode()


def receipt(sent: Sent) -> bytes:
    """Somebody deleted the letter: so it arrived (RFC 8098)."""
    return f"""\
From: Postmaster <postmaster@corp.example>
To: {sent.path}
Content-Type: multipart/report; report-type=disposition-notification; boundary="r"

--r
Content-Type: text/plain

Your message

  To: {sent.to}

was deleted without being read.
--r
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{sent.to}
Disposition: automatic-action/MDN-sent-automatically; deleted
--r--
""".encode()
