"""Every page of the strategy answers a visitor, with one heading and few queries, for Bochum and for another city."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.modules.strategy.models import Field, Kpi, KpiValue, Measure, Target, Theme
from steuerrad.modules.strategy.queries.kpis import KpiFilter, kpis
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db

LISTS = [
    "home", "strategy:index", "strategy:attention", "strategy:measures", "strategy:kpis", "strategy:computed",
    "strategy:systems", "strategy:sources", "organisations:list",
]  # fmt: skip


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    page = answer.content.decode()
    assert page.count("<h1") == 1, url
    assert "style=" not in page, url
    return page


@pytest.mark.parametrize("name", LISTS)
def test_list_pages(name: str, client: Client, bochum: str, django_assert_max_num_queries: Any) -> None:
    # Every computed KPI asks for its own figures.
    with django_assert_max_num_queries(50 if name == "strategy:computed" else 40):
        text_of(client, reverse(name))


def test_every_object_has_a_page(client: Client, bochum: str, django_assert_max_num_queries: Any) -> None:
    """One page in ten of the long kinds; all themes and fields."""
    objects: list[Any] = [*Theme.objects.all(), *Field.objects.all(), *Measure.objects.all()[::10]]
    objects += [
        *Kpi.objects.all()[::10],
        *Kpi.objects.exclude(supplied_by=""),
        *Organisation.objects.all()[::10],
    ]
    assert len(objects) > 50
    for item in objects:
        with django_assert_max_num_queries(36):
            text_of(client, item.get_absolute_url())


def test_the_list_asks_no_more_for_more_measures(
    client: Client, bochum: str, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    url = reverse("strategy:measures")
    few, many = f"{url}?field=ZI-NI", url
    with django_assert_max_num_queries(12) as first:
        text_of(client, few)
    with django_assert_num_queries(len(first)):
        text_of(client, many)


def test_unknown_objects_are_not_found(client: Client, bochum: str) -> None:
    for kind in ("theme", "field", "measure", "kpi"):
        assert client.get(reverse(f"strategy:{kind}", args=["NIX-1"])).status_code == 404


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("field=ZI-NI", 6), ("theme=ZI", 18), ("status=idea", 16), ("funding=MPSC", 10), ("q=digital", None),
        ("period=late", 24), ("organisation=stadtwerke-bochum", None), ("status=idea&theme=ZI", None),
    ],
)  # fmt: skip
def test_measure_filters(query: str, number: int | None, client: Client, bochum: str) -> None:
    answer = client.get(f"{reverse('strategy:measures')}?{query}")
    found = answer.context["page_obj"].paginator.count
    assert 0 < found < Measure.objects.count()
    if number is not None:
        assert found == number


def test_filters_survive_nonsense(client: Client, bochum: str) -> None:
    page = text_of(
        client, reverse("strategy:measures") + "?status=gone&field=%00&sort=;drop&page=minus&q=%00"
    )
    assert "kern-error" in page
    text_of(client, reverse("strategy:kpis") + "?state=x&sdg=%00&sort=-&page=99999999999")


def test_measures_sort_both_ways_and_unknown_periods_come_last(client: Client, bochum: str) -> None:
    for sort in ("end", "-end"):
        answer = client.get(reverse("strategy:measures"), {"sort": sort, "page": 4})
        assert answer.context["page_obj"].object_list[-1].end_year is None
    first = [
        client.get(reverse("strategy:measures"), {"sort": sort}).context["page_obj"].object_list[0].end_year
        for sort in ("end", "-end")
    ]
    assert first[0] < first[1]


def test_pages_keep_the_filter(client: Client, bochum: str) -> None:
    page = text_of(client, reverse("strategy:measures") + "?status=in_progress&sort=title")
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "status=in_progress" in following[1]
    assert "sort=title" in following[1]


def test_kpi_states(client: Client, bochum: str) -> None:
    url = reverse("strategy:kpis")
    counts = {
        state: client.get(url, {"state": state}).context["page_obj"].paginator.count
        for state in ("computed", "collected", "missing")
    }
    assert sum(counts.values()) == Kpi.objects.count()
    assert counts["computed"] == Kpi.objects.exclude(supplied_by="").count() > 0
    assert (
        counts["collected"] == KpiValue.objects.filter(kpi__supplied_by="").values("kpi").distinct().count()
    )


def test_sdg_goal_finds_its_targets_only(bochum: str) -> None:
    goal = kpis(KpiFilter(sdg="1"))
    assert all(any(part.split(".")[0] == "1" for part in kpi.sdg.split(";")) for kpi in goal)
    eleven = {kpi.code for kpi in kpis(KpiFilter(sdg="11"))}
    assert eleven > {kpi.code for kpi in kpis(KpiFilter(sdg="11.6"))} > set()


def test_a_figure_with_another_unit_is_not_drawn_as_the_target(client: Client, bochum: str) -> None:
    kpi = Kpi.objects.get(code="DG-DBT-K2.2")
    assert kpi.unit == "%"
    for code, unit in (("X1", "Schulstandorte"), ("X2", "%")):
        Target.objects.create(
            code=code, type="target", subject=code, kpi=kpi, value=46, unit=unit, year="2030"
        )
        answer = client.get(kpi.get_absolute_url())
        assert "46" in answer.content.decode()
        assert (answer.context["target"] is None) == (unit != "%")


def test_computed_kpi_page_shows_the_figure_of_this_moment(client: Client, bochum: str) -> None:
    answer = client.get(reverse("strategy:kpi", args=["ZI-DI-K6"]))
    assert answer.context["state"] == "computed"
    assert answer.context["fresh"].value is not None
    assert reverse("strategy:new_value", args=["ZI-DI-K6"]) not in answer.content.decode()


def test_the_home_page_holds_the_whole_wheel(client: Client, bochum: str) -> None:
    page = text_of(client, reverse("home"))
    for item in (*Theme.objects.all(), *Field.objects.all()):
        assert page.count(f'href="{item.get_absolute_url()}"') >= 2, item  # in the picture and in the list


def test_systems_say_what_runs(client: Client, bochum: str) -> None:
    answer = client.get(reverse("strategy:systems"))
    states = {row.system.module: row.runs for row, _job in answer.context["rows"]}
    assert states["strategy"] is True
    assert states["citizen_reports"] is False


def test_english_names(client: Client, bochum: str) -> None:
    page = client.get(
        reverse("strategy:field", args=["ZI-NI"]), headers={"accept-language": "en"}
    ).content.decode()
    assert "Network infrastructure" in page


def test_organisation_page_lists_its_measures(client: Client, bochum: str) -> None:
    page = text_of(client, reverse("organisations:detail", args=["stadtwerke-bochum"]))
    assert reverse("strategy:measure", args=["ZI-NI-5"]) in page
