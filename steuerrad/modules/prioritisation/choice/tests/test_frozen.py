"""The database itself keeps inputs and results; needs no city."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from steuerrad.modules.prioritisation.models import Choice, Study

pytestmark = pytest.mark.django_db


def test_the_database_refuses_to_change_what_was_computed() -> None:
    study = Study.objects.create(title="Try", created_at=timezone.now())
    choice = Choice.objects.create(
        study=study, number=1, inputs={"a": 1}, inputs_hash="h", engine="e", asked_at=timezone.now()
    )
    rows = Choice.objects.filter(pk=choice.pk)
    rows.update(state="done", result={"b": 2}, result_hash="r", finished_at=timezone.now())
    for change in ({"result": {}}, {"result_hash": "x"}, {"inputs": {}}, {"number": 2}, {"state": "failed"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    rows.update(asked_by=None, message="an account may be forgotten")
    choice.refresh_from_db()
    assert (choice.inputs, choice.result, choice.state) == ({"a": 1}, {"b": 2}, "done")


def test_done_needs_a_result() -> None:
    study = Study.objects.create(title="Try", created_at=timezone.now())
    choice = Choice.objects.create(
        study=study, number=1, inputs_hash="h", engine="e", asked_at=timezone.now()
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Choice.objects.filter(pk=choice.pk).update(state="done")
