"""How webhooks stand, for whoever watches: what waits for endpoints, by how these do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.infra.database.gauges import Gauge, GaugeReading, GaugeSource, age, number_for
from api.webhooks.models import Endpoint, WebhookDelivery, WebhookDeliveryState

ENDPOINTS = Gauge("undersigned_webhook_endpoints", "Endpoints, by how they do.", ("state",))
WAITING = Gauge(
    "undersigned_webhook_deliveries_waiting",
    "Deliveries that wait, by how their endpoints do; of one endpoint, 10,000 stands for more.",
    ("state",),
)
OLDEST = Gauge(
    "undersigned_webhook_deliveries_oldest_seconds",
    "How old the oldest delivery is that waits; 0: none does.",
    ("state",),
)


class EndpointHealth(StrEnum):
    """How an endpoint does."""

    TAKING = "taking"  # it took what it was told last, or was told nothing yet
    FAILING = "failing"  # it did not, and is tried again
    OFF = "off"


def _read(session: Session) -> Iterator[GaugeReading]:
    numbers: Counter[EndpointHealth] = Counter()
    waiting: Counter[EndpointHealth] = Counter()
    oldest: dict[EndpointHealth, datetime] = {}
    # As ix_webhook_deliveries_due has them.
    mine = (
        WebhookDelivery.endpoint_id == Endpoint.id,
        WebhookDelivery.state == WebhookDeliveryState.WAITING,
    )
    first = select(func.min(WebhookDelivery.created_at)).where(*mine).correlate(Endpoint)
    columns = (Endpoint.is_enabled, Endpoint.failures, number_for(Endpoint, *mine))
    for is_enabled, failures, number, since in session.execute(
        select(*columns, first.scalar_subquery())
    ):
        state = (
            (EndpointHealth.FAILING if failures else EndpointHealth.TAKING)
            if is_enabled
            else EndpointHealth.OFF
        )
        numbers[state] += 1
        waiting[state] += number
        if since is not None:
            oldest[state] = min(since, oldest.get(state, since))
    for state in EndpointHealth:
        yield GaugeReading(ENDPOINTS, numbers[state], (state,))
        yield GaugeReading(WAITING, waiting[state], (state,))
        yield GaugeReading(OLDEST, age(oldest.get(state)), (state,))


STANDING = GaugeSource("webhooks", (ENDPOINTS, WAITING, OLDEST), _read)
