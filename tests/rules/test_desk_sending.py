"""The words of the screens that ask members, hand texts over, and tell what left the house."""

from __future__ import annotations

import pytest

from api.connectors.rules import ADVICE
from api.deliveries.models import DeliveryState, Means
from api.demands.models import DemandStatus
from api.desk.rules import deliveries, outgoing, signoffs, updates
from api.desk.rules.frames import WORDS
from api.mailings.models import Cause
from api.signoffs.models import Answer, AnswerMeans, Silence
from api.signoffs.rules import CHOICES, Status
from api.signoffs.service.mentions import TO_OTHERS, TOLD
from api.signoffs.service.reminding import PassedOver
from api.updates.models import UpdateState
from api.updates.service.people import REASONS
from api.webhooks.models import StopReason, WebhookDeliveryState


@pytest.mark.parametrize("language", WORDS.offered())
def test_what_the_program_names_has_its_words(language: str) -> None:
    words = WORDS.said(language).all
    of_signoffs = {
        *(f"status_{each}" for each in Status),
        *(f"answer_{each}" for each in Answer),
        *(f"hint_{each}" for each in Answer),
        *(f"shown_{each}_hint" for each in CHOICES),
        *(f"silence_{each}" for each in Silence),
        *(f"means_{each}" for each in AnswerMeans),
        *(f"passed_{each}" for each in PassedOver),
    }
    of_deliveries = {
        *(f"state_{each}" for each in DeliveryState),
        *(f"means_{each}" for each in Means),
        *(f"became_{each}" for each in DemandStatus),
        *(f"fault_{each}" for each in deliveries.FAULTS),
    }
    of_outgoing = {
        *(f"tool_{each}" for each in ADVICE),
        *(f"letter_{each}" for each in outgoing.LETTER_FAULTS),
        *(f"cause_{each}" for each in Cause),
        *(f"hook_{each}" for each in StopReason),
        *(f"told_{each}" for each in WebhookDeliveryState),
    }

    assert {f"signoff.{each}" for each in of_signoffs} <= words.keys()
    assert {f"deliveries.{each}" for each in of_deliveries} <= words.keys()
    assert {f"outgoing.{each}" for each in of_outgoing} <= words.keys()
    assert {f"publish.named_{each}" for each in TOLD.keys() - {TO_OTHERS}} <= words.keys()
    assert {f"updates.state_{each}" for each in UpdateState} <= words.keys()
    assert {f"updates.left_{each}" for each in REASONS} <= words.keys()
    assert set(signoffs.TONES) == set(Status)
    assert set(updates.TONES) == set(UpdateState)


def test_a_delivery_that_failed_says_what_to_do() -> None:
    failed = DeliveryState.FAILED

    assert deliveries.fault_key(DeliveryState.DELIVERED, "smtp-550") == ""
    assert deliveries.fault_key(DeliveryState.DROPPED, None) == "fault_gone"
    assert deliveries.fault_key(failed, "smtp-550") == "fault_smtp-550"
    assert deliveries.fault_key(failed, "smtp-599") == "fault_never"
    assert deliveries.fault_key(DeliveryState.WAITING, "smtp-450") == "fault_again"
