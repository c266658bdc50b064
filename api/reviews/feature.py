"""What reviews add to the app."""

from __future__ import annotations

from api.cases import service as cases
from api.infra.background.events import Listener
from api.infra.background.jobs import JobKind
from api.infra.feature import Feature
from api.infra.mail.letters import LetterKind
from api.organisations.events import RepresentativeChanged
from api.reviews import jobs
from api.reviews.routes import blueprint
from api.reviews.service import crediting, forgetting, letters, names, people
from api.statements.events import StatementRevised

FEATURE = Feature(
    blueprint=blueprint,
    jobs=(JobKind("consultations.forget", jobs.forget, when=forgetting.is_due),),
    letters=(LetterKind(people.LETTER, letters.facts), LetterKind(people.MOVED, letters.facts)),
    listeners=(
        Listener(RepresentativeChanged, people.follow_representative),
        Listener(StatementRevised, crediting.hold),
    ),
    extensions=(cases.NamesPeople(said=names.said, take_back=names.take_name_back),),
)
