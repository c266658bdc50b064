"""/desk/…/statements/{id}: what was handed over by other means, and what addressees answered."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from api.accounts.rules import Role
from api.deliveries import schemas, service
from api.deliveries.models import Means
from api.deliveries.service import responses
from api.demands.models import DemandStatus
from api.desk.routes import picking, statement_base
from api.desk.routes.base import REFUSED, Screen, at, one, onward, said, screen, to, typed
from api.desk.routes.deliveries import demands_of, words_of
from api.desk.routes.shared import usual_zone
from api.desk.routes.visiting import actor
from api.desk.rules import typed_facts
from api.desk.rules.deliveries import HandedForm
from api.pages.routes.base import sent
from api.pages.rules.facts import Form
from api.statements.models import Statement
from api.web.validate import loaded

_PATH = "/<uuid:coalition_id>/statements/<uuid:statement_id>"
_WHOM = "addressee_id"
_OTHER_MEANS = (Means.IN_PERSON, Means.POST, Means.OTHER)


class _Kept(Screen):
    """A form of what came of a text outside: it is kept, and the deliveries say so."""

    least = Role.COORDINATOR
    template: ClassVar[str]
    done: ClassVar[str]  # `said.<done>` of the words

    def get(self, coalition_id: UUID, statement_id: UUID) -> Response:
        """Ask what came."""
        return self._shown(coalition_id, statement_id, Form())

    def post(self, coalition_id: UUID, statement_id: UUID) -> AnyResponse:
        """Keep it."""
        try:
            self.keep(statement_id, picking.addressees(coalition_id, _WHOM).chosen())
        except REFUSED as refused:
            return self._shown(coalition_id, statement_id, typed(refused))
        return onward("statement_deliveries", self.done, statement_id=statement_id)

    def _shown(self, coalition_id: UUID, statement_id: UUID, form: Form) -> Response:
        statement = statement_base.statement_of(statement_id)
        shown = HandedForm(
            around=statement_base.around(statement),
            addressees=picking.addressees(coalition_id, _WHOM).offered(form),
            back=to("statement_deliveries", statement_id=statement_id),
            new_addressee=to("addressees"),
            form=form,
        )
        return screen(self.template, replace(shown, **self.asks(statement)))

    @abstractmethod
    def keep(self, statement_id: UUID, whom: str | None) -> None:
        """Do what the form says of an addressee."""

    @abstractmethod
    def asks(self, statement: Statement) -> dict[str, Any]:
        """Return the choices of its own fields."""


@at(f"{_PATH}/deliveries/new", "delivery_new")
class RecordDelivery(_Kept):
    """To whom the text was handed over, and how."""

    template, done = "delivery_new.html", "delivery_kept"

    def keep(self, statement_id: UUID, whom: str | None) -> None:
        """Keep that it was handed over."""
        given = {
            _WHOM: whom,
            "means": one("means"),
            "note": one("note") or None,
        }
        if on := one("delivered_at"):
            given["delivered_at"] = typed_facts.instant(on, one("zone"))
        service.record(actor(), statement_id, loaded(schemas.DeliveryIn(), given))

    def asks(self, statement: Statement) -> dict[str, Any]:
        """Return by what means."""
        del statement
        words = said()
        means = [(it.value, words.say(f"deliveries.means_{it}")) for it in _OTHER_MEANS]
        return {"means": means, "zone": usual_zone()}


@at(f"{_PATH}/responses/new", "response_new")
class RecordResponse(_Kept):
    """Who answered what, and what became of each demand by it."""

    template, done = "response_new.html", "response_kept"

    def keep(self, statement_id: UUID, whom: str | None) -> None:
        """Keep it; a demand whose status it changes gets it as evidence."""
        about = [
            {"demand_id": name.partition(".")[2], "status": it[0] if it[0] != "said" else None}
            for name, it in sent().items()
            if name.startswith("demand.") and it[0]
        ]
        given: dict[str, Any] = {
            _WHOM: whom,
            "text": one("text"),
            "sources": one("sources").split(),
            "demands": about,
        }
        if one("answered_on"):
            given["answered_on"] = one("answered_on")
        responses.record(actor(), statement_id, loaded(schemas.ResponseIn(), given))

    def asks(self, statement: Statement) -> dict[str, Any]:
        """Return the demands of the text, and what may have become of them."""
        words = said()
        became = [it for it in DemandStatus if it is not DemandStatus.WITHDRAWN]
        return {
            "demands": [(str(key), words_of(it)) for key, it in demands_of(statement).items()],
            "statuses": [
                ("said", words.say("deliveries.became_none")),
                *((it.value, words.say(f"deliveries.became_{it}")) for it in became),
            ],
        }
