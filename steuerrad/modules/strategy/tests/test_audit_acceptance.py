"""The strategy audit of a city that the code knows nothing of; accepting findings."""

from __future__ import annotations

import argparse

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from steuerrad.modules.strategy.actions.findings import accept_finding, withdraw_acceptance
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.audit_queries import counts, findings, strategy_data
from steuerrad.modules.strategy.commands import configure_audit, run_audit
from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.rules.audit.finding import Severity
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry


def person(role: str) -> User:
    user = User.objects.create_user(f"{role or 'nobody'}@example.org")
    if role:
        Membership.objects.create(user=user, role=role)
    return user


def run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    configure_audit(parser)
    code = run_audit(parser.parse_args(options))
    return code, capsys.readouterr().out


@pytest.mark.django_db
def test_other_city_has_findings_of_its_own(musterstadt: str) -> None:
    found = findings()
    assert {item.rule for item in found} >= {
        "measure-without-kpi",
        "kpi-without-target",
        "measure-without-lead",
    }
    assert not counts(found)[Severity.ERROR]
    text = " ".join(item.message for item in found)
    assert "MPSC" not in text
    assert "ZI-NI" not in text


@pytest.mark.django_db
def test_accepted_finding_is_quiet_until_its_facts_change(musterstadt: str) -> None:
    user = person("coordinator")
    (item,) = findings(rules=["measure-without-lead"])
    accepted = accept_finding(user, item.fingerprint, " Wird im Herbst entschieden. ")
    assert accepted.reason == "Wird im Herbst entschieden."
    assert findings(rules=["measure-without-lead"]) == []
    (again,) = findings(rules=["measure-without-lead"], include_accepted=True)
    assert again.accepted == accepted
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor, entry.reason) == ("strategy.accept_finding", user, accepted.reason)
    Measure.objects.get(number=item.members[0].ref.partition(":")[2]).organisations.all().delete()
    other = Measure.objects.exclude(number=item.members[0].ref.partition(":")[2]).first()
    assert other is not None
    other.organisations.all().delete()
    assert len(findings(rules=["measure-without-lead"])) == 1


@pytest.mark.django_db
def test_withdrawn_acceptance_lets_it_speak_again(musterstadt: str) -> None:
    user = person("approver")
    (item,) = findings(rules=["measure-without-kpi"])
    accept_finding(user, item.fingerprint, "bekannt")
    with pytest.raises(ConflictError):
        accept_finding(user, item.fingerprint, "noch einmal")
    withdraw_acceptance(user, item.fingerprint)
    assert len(findings(rules=["measure-without-kpi"])) == 1
    assert AuditEntry.objects.latest("pk").action == "strategy.withdraw_acceptance"
    with pytest.raises(RefusedError):
        withdraw_acceptance(user, item.fingerprint)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["steering", ""])
def test_others_may_not_accept(musterstadt: str, role: str) -> None:
    (item,) = findings(rules=["measure-without-kpi"])
    with pytest.raises(PermissionDenied):
        accept_finding(person(role), item.fingerprint, "bekannt")


@pytest.mark.django_db
@pytest.mark.parametrize(("fingerprint", "reason"), [("", "bekannt"), ("0" * 64, "bekannt"), (None, "  "), (None, "x" * 501)])  # fmt: skip
def test_acceptance_needs_a_finding_and_a_reason(
    musterstadt: str, fingerprint: str | None, reason: str
) -> None:
    (item,) = findings(rules=["measure-without-kpi"])
    with pytest.raises(RefusedError):
        accept_finding(
            person("coordinator"), item.fingerprint if fingerprint is None else fingerprint, reason
        )


@pytest.mark.django_db
def test_accepted_findings_are_shown_with_all(musterstadt: str, capsys: pytest.CaptureFixture[str]) -> None:
    (item,) = findings(rules=["measure-without-lead"])
    accept_finding(person("coordinator"), item.fingerprint, "bekannt im Herbst")
    assert "bekannt im Herbst" not in run(capsys)[1]
    assert "bekannt im Herbst" in run(capsys, "--all")[1]


@pytest.mark.django_db
def test_retired_rows_are_left_out(musterstadt: str) -> None:
    before = len(strategy_data().measures)
    Measure.objects.filter(number="A.1.1").update(retired=True)
    assert len(strategy_data().measures) == before - 1
    assert "A.1.1" not in {row.number for row in strategy_data().measures}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_finding_has_words(musterstadt: str, language: str) -> None:
    with translation.override(language):
        found = findings()
        assert found
        for item in found:
            assert item.message.strip()
            assert item.proposal.strip()
            assert item.rule_title.strip()
    assert len({item.fingerprint for item in found}) == len(found)
