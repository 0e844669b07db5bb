"""The demo logins: one for each role, the contributor in the organisation that the city's folder names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from steuerrad.platform.accounts.demo import make_demo_accounts
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organisations() -> None:
    city = Organisation.objects.create(key="stadt", name="Stadt", kind="city")
    Organisation.objects.create(key="aaa", name="Ein Verein", kind="association")
    Organisation.objects.create(key="amt", name="Amt", kind="city_unit", part_of=city)
    Organisation.objects.create(key="bauamt", name="Bauamt", kind="city_unit", part_of=city)
    Organisation.objects.create(key="altamt", name="Altamt", kind="city_unit", retired=True)


def folder(tmp_path: Path, line: str) -> Path:
    (tmp_path / "city.toml").write_text(line, encoding="utf-8")
    return tmp_path


def contributes_for() -> str:
    organisation = Membership.objects.get(role=Role.CONTRIBUTOR).organisation
    assert organisation is not None
    return organisation.key


@pytest.mark.parametrize(
    ("line", "expected"),
    [('demo_contributor = "bauamt"', "bauamt"), ("", "amt"), ('demo_contributor = "altamt"', "amt")],
)
def test_the_contributor_belongs_to_the_organisation_that_the_city_names(
    tmp_path: Path, line: str, expected: str
) -> None:
    said = make_demo_accounts(folder(tmp_path, line))
    assert contributes_for() == expected
    assert len(said) == len(Role) + (1 if "altamt" in line else 0)
    assert ("altamt" in said[0]) == ("altamt" in line)


def test_all_are_labelled_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    make_demo_accounts(folder(tmp_path, ""))
    make_demo_accounts(folder(tmp_path, 'demo_contributor = "bauamt"'))
    assert set(User.objects.values_list("is_demo", flat=True)) == {True}
    assert (User.objects.count(), contributes_for()) == (len(Role), "amt")


def test_no_demo_logins_behind_tls(settings: Any, tmp_path: Path) -> None:
    settings.TLS = True
    make_demo_accounts(folder(tmp_path, ""))
    assert not User.objects.exists()
