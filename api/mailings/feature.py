"""What mailings add to the app."""

from __future__ import annotations

from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail import sender
from api.infra.mail.letters import LetterKind, LetterWriter
from api.infra.queue import Lane
from api.mailings import jobs, rules, service
from api.mailings.routes import blueprint
from api.mailings.service import mailbox, servers, suppressions

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(
        JobKind("mailings.tell_head", jobs.tell_head, when=service.is_head_due),
        JobKind("suppressions.forget", jobs.forget, when=suppressions.are_old),
        JobKind(
            "mailings.read_mailboxes",
            jobs.read_mailboxes,
            when=mailbox.are_due,
            lane=Lane.LETTERS,
        ),
    ),
    letters=(
        LetterKind(service.HEAD, service.head_facts),
        LetterKind(servers.TEST, servers.test_facts),
        LetterKind(servers.BROKEN, servers.broken_facts),
    ),
    extensions=(
        LetterWriter(rules.write),
        sender.Rules(servers.way, servers.is_suppressed, servers.told),
    ),
)
