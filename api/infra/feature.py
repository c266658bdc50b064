"""A feature as the app sees it: what it adds, written down in one value that app.py reads.

Each feature's `feature.py` holds its own; the one at the end is of the ground floor itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from api.infra.background import dead_letters, gauges as job_gauges, kept_files
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.background.kept_files import KeptFiles
from api.infra.backup import gauges as backup_gauges
from api.infra.mail import gauges as letter_gauges, letters, sender
from api.infra.mail.letters import LetterKind
from api.infra.pdf import pictures
from api.infra.queue import Lane
from api.infra.security import audit, day_keys, gauges as record_gauges, late_sealing


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What one feature adds to the app."""

    blueprint: Blueprint | None = None  # its addresses that openapi.yaml describes
    pages: Blueprint | None = None  # those that browsers show
    jobs: tuple[JobKind, ...] = ()
    letters: tuple[LetterKind, ...] = ()
    listeners: tuple[Listener[Any], ...] = ()
    # Values of the classes by which lower rungs ask the higher ones for more, such as
    # cases.NamesPeople (whose words name people) and kept_files.KeptFiles (which files it keeps).
    extensions: tuple[object, ...] = ()

    @property
    def parts(self) -> tuple[object, ...]:
        """Return all that others find by its class (`infra/wiring`)."""
        return (*self.jobs, *self.letters, *self.listeners, *self.extensions)


FEATURE = Feature(
    jobs=(
        JobKind("jobs.forget", dead_letters.forget, when=dead_letters.are_old, lane=Lane.DOCUMENTS),
        JobKind(kept_files.DELETE, kept_files.delete, lane=Lane.DOCUMENTS),
        JobKind("letters.find", sender.find_due, when=sender.are_unpromised),
        JobKind(letters.SEND, sender.send_due, lane=Lane.LETTERS, is_waited_for=True),
        JobKind(letters.SEND_BULK, sender.send_due, lane=Lane.LETTERS),
        JobKind("letters.forget", letters.forget, when=letters.are_old, lane=Lane.DOCUMENTS),
        JobKind("days.destroy", day_keys.destroy, when=day_keys.are_old),
        JobKind("audit.seal", audit.seal_as_job, when=audit.is_unsealed),
        JobKind(
            "words.seal", late_sealing.seal_as_job, when=late_sealing.is_due, lane=Lane.DOCUMENTS
        ),
    ),
    extensions=(
        KeptFiles(pictures.FOLDER, pictures.referred, pictures.damaged),
        job_gauges.STANDING,
        letter_gauges.STANDING,
        record_gauges.STANDING,
        backup_gauges.STANDING,
    ),
)
