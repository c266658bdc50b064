"""How mailing tools stand, for whoever watches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.connectors.models import Connector, Push, PushState
from api.infra.database.gauges import Gauge, GaugeReading, GaugeSource, number_for

CONNECTORS = Gauge("undersigned_connectors", "Connected tools, by how they do.", ("state",))
WAITING = Gauge(
    "undersigned_connector_pushes_waiting",
    "People who wait to be handed over or taken back; of one tool, 10,000 stands for more.",
    ("state",),
)


class ConnectorHealth(StrEnum):
    """How a connected tool does."""

    WORKING = "working"
    FAILING = "failing"
    PAUSED = "paused"


def _read(session: Session) -> Iterator[GaugeReading]:
    numbers: Counter[ConnectorHealth] = Counter()
    waiting: Counter[ConnectorHealth] = Counter()
    # As ix_connector_pushes_waiting has them.
    pushes = number_for(
        Connector, Push.connector_id == Connector.id, Push.state == PushState.WAITING
    )
    columns = select(Connector.is_paused, Connector.failing_since, pushes)
    for is_paused, failing_since, number in session.execute(columns):
        does = ConnectorHealth.FAILING if failing_since else ConnectorHealth.WORKING
        state = ConnectorHealth.PAUSED if is_paused else does
        numbers[state] += 1
        waiting[state] += number
    for state in ConnectorHealth:
        yield GaugeReading(CONNECTORS, numbers[state], (state,))
        yield GaugeReading(WAITING, waiting[state], (state,))


STANDING = GaugeSource("connectors", (CONNECTORS, WAITING), _read)
