"""Published scores against a rank scale: the real editions, and the command."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from steuerrad.modules.city_index.models import Edition
from steuerrad.modules.city_index.queries_scales import IndicatorScale, indicator_scales
from steuerrad.modules.city_index.scale_text import outcome
from steuerrad.modules.city_index.tests.command_line import main

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def scales(year: int) -> dict[str, IndicatorScale]:
    return {item.indicator: item for item in indicator_scales(Edition.objects.filter(year=year))}


def test_what_the_editions_tell() -> None:
    """Single quantities: charging points and fibre are on no rank scale, electric cars could be."""
    first, second = scales(2019), scales(2020)
    assert {name: first[name].verdict.outcome for name in ("E-Fahrzeuge", "Photovoltaik", "Glasfaser")} == {  # type: ignore[union-attr]
        "E-Fahrzeuge": "possible", "Photovoltaik": "possible", "Glasfaser": "contradicted",
    }  # fmt: skip
    assert first["E-Fahrzeuge"].scores[0].fit.ranks == (72,)
    for edition in (first, second):
        assert edition["Ladeinfrastruktur"].verdict.outcome == "contradicted"  # type: ignore[union-attr]
    cars = second["Anteil E-Fahrzeuge"]  # one source printed 1.20 where the index prints one decimal
    assert {score.city: score.fit.ranks for score in cars.scores} == {"Bochum": (48,), "Duisburg": (80,)}
    assert not [name for name in first if "ilot" in name]


def test_three_queries_whatever_the_number_of_editions(django_assert_num_queries) -> None:
    editions = list(Edition.objects.select_related("index"))
    with django_assert_num_queries(3):
        assert len({item.year for item in indicator_scales(editions)}) > 3


def test_an_edition_of_unknown_size_is_not_checkable() -> None:
    edition = Edition.objects.get(year=2019)
    edition.cities = None
    assert {item.verdict for item in indicator_scales([edition])} == {None}


def test_the_page(client: Client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(20):
        newest = client.get("/index/scales/")
    assert newest.status_code == 200
    assert outcome(scales(2020)["Smart Waste"]) == "either"  # 50.0 is the middle place and one point of two
    assert outcome(scales(2020)["Anteil E-Fahrzeuge"]) == "possible"
    html = client.get("/index/scales/?edition=2020").content.decode()
    assert html.count("<h1") == 1
    assert "42,1" in html
    assert "0,6\u00a0%" in html or "0,6 %" in html  # two scores of electric cars
    assert client.get("/index/scales/?edition=nonsense").status_code == 200
    assert "/index/scales/" in client.get("/index/").content.decode()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", "scales", "--edition", "2020", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    charging = next(item for item in data["indicators"] if item["indicator"] == "Ladeinfrastruktur")
    assert (charging["outcome"], charging["cities"]) == ("contradicted", 81)
    assert charging["scores"][0]["printed"] == "42.1"
    assert main(["index", "scales"]) == 0
    assert "42.1" in capsys.readouterr().out
    assert main(["index", "scales", "--edition", "1999"]) == 2
    assert "1999" in capsys.readouterr().err
