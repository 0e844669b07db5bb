"""Webhooks against a real receiver on loopback: signed, in order, tried again, given up, never where they may not go."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import webhooks
from steuerrad.modules.sensors.alerts.evaluating import Evaluator
from steuerrad.modules.sensors.alerts.models import Delivery, WebhookTarget
from steuerrad.modules.sensors.alerts.sending import BACK_OFF_S, verified
from steuerrad.modules.sensors.alerts.tests.test_evaluating import MINUTE, NOW, make_rule, noon, send
from steuerrad.modules.sensors.quality.tests.test_running import station

__all__ = ["noon"]
pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """answers: status codes to give, the last one for ever; taken: (headers, body)."""

    def __init__(self) -> None:
        self.answers, self.taken = [204], list[tuple[Any, bytes]]()
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told.taken.append(
                    (
                        {name.lower(): text for name, text in self.headers.items()},
                        self.rfile.read(int(self.headers["Content-Length"])),
                    )
                )
                code = told.answers.pop(0) if len(told.answers) > 1 else told.answers[0]
                self.send_response(code)
                if code == 302:
                    self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def receiver(settings: Any) -> Any:
    made = Receiver()
    settings.EGRESS_HOSTS = [f"private:127.0.0.1:{made.server.server_address[1]}"]
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def waiting(store: Any, receiver: Receiver, noon: Any) -> WebhookTarget:
    """An alert that began and ended: two messages wait."""
    (air,) = station("air_temperature")
    target = WebhookTarget.objects.create(name="R", url=receiver.url, created_at=NOW)
    make_rule(air, webhook=target)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-9, 33), (-8, 20))
    watch.step()
    return target


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.filter(channel="webhook").order_by("pk").values_list("event", "state"))


def test_the_beginning_comes_before_the_end_signed_and_under_its_own_key(waiting, receiver) -> None:
    assert webhooks.send_due() == {"sent": 2}
    bodies = [json.loads(body) for _headers, body in receiver.taken]
    assert [(body["event"], body["value"], body["simulated"]) for body in bodies] == [
        ("raised", 33.0, False), ("cleared", 33.0, False),
    ]  # fmt: skip
    secret = webhooks.secret_of(waiting).encode()
    now = int(clock.now().timestamp())
    assert all(
        verified(secret, headers["steuerrad-signature"], body, now) for headers, body in receiver.taken
    )
    assert len({headers["idempotency-key"] for headers, _body in receiver.taken}) == 2
    assert webhooks.send_due() == {}
    assert len(receiver.taken) == 2


def test_what_is_not_taken_is_tried_again_later_and_holds_back_what_follows(waiting, receiver, noon) -> None:
    receiver.answers = [500, 204]
    assert webhooks.send_due() == {"again": 1}
    assert states() == [("raised", "waiting"), ("cleared", "waiting")]
    assert webhooks.send_due() == {}, "not before its time"
    noon(NOW + timedelta(seconds=BACK_OFF_S[0]))
    assert webhooks.send_due() == {"sent": 2}
    keys = [headers["idempotency-key"] for headers, _body in receiver.taken]
    assert keys[0] == keys[1] != keys[2]
    assert receiver.taken[0][1] == receiver.taken[1][1]


def test_after_the_last_try_it_is_given_up_and_what_follows_goes_on(waiting, receiver, noon) -> None:
    receiver.answers = [500] * (len(BACK_OFF_S) + 1) + [204]
    at = NOW
    for wait in (0, *BACK_OFF_S):
        at += timedelta(seconds=wait)
        noon(at)
        webhooks.send_due()
    assert states() == [("raised", "failed"), ("cleared", "sent")]


def test_a_redirect_is_not_followed_and_gone_is_gone(waiting, receiver) -> None:
    receiver.answers = [302]
    assert webhooks.send_due() == {"again": 1}
    assert len(receiver.taken) == 1
    Delivery.objects.update(next_try_at=NOW)
    receiver.answers = [410]
    assert webhooks.send_due() == {"failed": 2}


def test_an_address_that_may_not_be_called_is_not_called(waiting, receiver, settings) -> None:
    settings.EGRESS_HOSTS = []
    assert webhooks.send_due() == {"again": 1}
    assert receiver.taken == []
    first = Delivery.objects.filter(channel="webhook").order_by("pk")[0]
    assert (first.tries, "127.0.0.1" in first.answer) == (1, True)


def test_a_receiver_out_of_use_gets_nothing(waiting, receiver) -> None:
    WebhookTarget.objects.update(active=False)
    assert webhooks.send_due() == {"failed": 2}
    assert receiver.taken == []


def test_a_worker_that_died_gives_its_messages_back(waiting, receiver, noon) -> None:
    [claimed] = webhooks.claim()
    assert webhooks.send_due() == {}, "somebody else has it, and the second must not come first"
    noon(NOW + webhooks.LEASE + MINUTE)
    assert webhooks.send_due() == {"sent": 2}
    assert webhooks._send(claimed) == "lost", "the dead worker, awake again, must not send it"
    assert len(receiver.taken) == 2
