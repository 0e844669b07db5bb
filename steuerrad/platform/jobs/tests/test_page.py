"""The page of the jobs: who may see it, and what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.jobs.models import JobRun

pytestmark = pytest.mark.django_db


def page(client: Client, role: Role) -> tuple[int, str]:
    person = User.objects.create_user(f"{role}@city.example")
    Membership.objects.create(user=person, role=role)
    client.force_login(person)
    with translation.override("en"):
        answer = client.get(reverse("jobs:list"), headers={"Accept-Language": "en"})
    return answer.status_code, answer.content.decode()


def test_it_shows_what_failed_and_by_whom(client: Client) -> None:
    now = clock.now()
    JobRun.objects.create(
        job="sensors.quality", started_at=now, finished_at=now, message="OSError: <full>", worker="host:42"
    )
    status, html = page(client, Role.COORDINATOR)
    assert status == 200
    assert "OSError: &lt;full&gt;" in html
    assert "host:42" in html
    assert "steuerrad jobs --watch" not in html


def test_it_warns_when_nobody_runs_them(client: Client) -> None:
    long_ago = clock.now() - timedelta(minutes=10)
    JobRun.objects.create(job="notifications.send", started_at=long_ago, finished_at=long_ago)
    assert "steuerrad jobs --watch" in page(client, Role.ADMINISTRATOR)[1]


def test_it_is_not_for_everybody(client: Client) -> None:
    assert page(client, Role.APPROVER)[0] == 403
