"""Pages, API, rights: what is known is shown, what is not known is said to be unknown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.modules.city_index.kpis import KPIS
from steuerrad.modules.city_index.models import Import, Result
from steuerrad.modules.city_index.queries_audit import verdicts
from steuerrad.platform.accounts.models import User
from steuerrad.platform.files.models import StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
FIXTURES = Path(__file__).parent / "fixtures"
PAGES = (
    "/index/", "/index/2020/", "/index/2020/?category=mobility", "/index/2020/?category=nonsense", "/index/2025/",
    "/index/2020/audit/", "/index/2020/audit/?city=hamburg", "/index/2023/audit/", "/index/2019/checks/",
    "/index/cities/bochum/", "/index/cities/bochum/?edition=2020", "/index/cities/hamburg/", "/index/compare/",
    "/index/compare/?city=bochum&city2=hamburg&edition=2020", "/index/compare/?city=nobody&edition=abc",
    "/index/indicators/it_communication/glasfaser/", "/index/conflicts/", "/index/mappings/",
)  # fmt: skip


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def coordinator(client: Client) -> Client:
    client.force_login(User.objects.get(email="coordinator@demo.invalid"))
    return client


@pytest.mark.parametrize("url", PAGES)
def test_every_page_answers_with_one_heading_and_few_queries(
    url: str, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(36):
        response = client.get(url)
    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert 'style="' not in html
    assert "2.02" not in html  # a year is no quantity


@pytest.mark.parametrize(
    "url", ["/index/1999/", "/index/cities/nobody/", "/index/indicators/mobility/nothing/", "/index/1999/audit/",
            "/index/2020/audit/?city=nobody", "/index/cities/bochum/?edition=1999"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(url: str, client: Client) -> None:
    assert client.get(url).status_code == 404


def test_an_unprinted_total_is_shown_with_its_bounds(client: Client) -> None:
    text = text_of(client.get("/index/"))
    assert re.search(r"2020 18 81 \+14 58,\d–64,\d", text)
    ranking = client.get("/api/v1/city-index/editions/2020/ranking").json()
    own = next(item for item in ranking if item["city"] == "bochum")
    assert (own["rank"], own["score"]) == (18, None)
    assert 58 < float(own["possible_scores"]["low"]) < float(own["possible_scores"]["high"]) < 65


def test_the_audit_page_shows_causes_with_their_consequences(client: Client) -> None:
    html = client.get("/index/2020/audit/").content.decode()
    assert html.count("index-finding--error") == 6
    wanted = (
        "rank_as_score:2019:Verwaltung",
        "follows_from_error:2020:Verwaltung",
        "parts_contradict_score:2019:IT",
    )
    places = [html.index(f'id="{anchor}') for anchor in wanted]
    assert places == sorted(places)


def test_conflicts_stand_side_by_side(client: Client) -> None:
    text = text_of(client.get("/index/conflicts/"))
    assert "58,0" in text
    assert "44,2" in text


def test_verdicts_of_2019() -> None:
    from steuerrad.modules.city_index.models import Edition

    found = verdicts(Edition.objects.filter(year=2019).select_related("index"))
    by_outcome = {
        (item.figure.category, item.figure.value): item.outcome
        for item in found
        if item.figure.city == "Bochum"
    }
    assert by_outcome[("Energie und Umwelt", "26.5")] == "reproduced"
    assert by_outcome[("IT und Kommunikation", "64.9")] == "contradicted"
    assert by_outcome[("Verwaltung", "58.0")] == "contradicted"


def test_the_home_page_and_search_lead_here(client: Client) -> None:
    assert "/index/" in client.get("/").content.decode()
    assert (
        "/index/indicators/it_communication/glasfaser/" in client.get("/search/?q=Glasfaser").content.decode()
    )


def test_measures_that_answer_an_indicator_are_linked(client: Client) -> None:
    assert "ZI-NI-1" in client.get("/index/indicators/it_communication/glasfaser/").content.decode()


def test_kpis_compute_and_say_what_of() -> None:
    values = {kpi.id: kpi.compute() for kpi in KPIS}
    assert values["city_index.rank"].value == 4
    assert str(values["city_index.score"].value) == "76.2"
    capacity = values["city_index.pv_capacity_kwp"]
    assert (capacity.value, capacity.quality) == (44_400, "estimated")
    assert capacity.inputs["inhabitants"] == 370_000


def test_without_an_index_nothing_is_claimed(client: Client) -> None:
    from steuerrad.platform.city.models import City

    City.objects.update(name="Nirgendwo", slug="nirgendwo")
    assert client.get("/index/").status_code == 200
    assert all(kpi.compute().value is None for kpi in KPIS)


@pytest.mark.parametrize(
    "email", ["contributor@demo.invalid", "approver@demo.invalid", "steering@demo.invalid"]
)
def test_only_coordinators_import(email: str, client: Client) -> None:
    assert client.get("/index/import/").status_code == 302
    client.force_login(User.objects.get(email=email))
    assert client.get("/index/import/").status_code == 403
    assert client.post("/index/import/", {}).status_code == 403


def upload(client: Client, content: bytes, **data: str) -> Any:
    return client.post("/index/import/", {"file": SimpleUploadedFile("neu.csv", content), **data})


def test_upload_shows_first_and_writes_after_confirmation(
    coordinator: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    before = Result.objects.count()
    response = upload(coordinator, (FIXTURES / "indicators_excerpt.csv").read_bytes())
    assert response.status_code == 302
    assert Result.objects.count() == before
    page = coordinator.get(response.url)
    assert "neu.csv:4" in page.content.decode()
    refused = coordinator.post(response.url, {})
    assert refused.status_code == 200
    assert Result.objects.count() == before
    done = coordinator.post(response.url, {"skip_bad": "on"})
    assert done.status_code == 302
    assert Result.objects.count() == before + 2
    assert Import.objects.latest("at").by == User.objects.get(email="coordinator@demo.invalid")
    assert not StoredFile.objects.exists()
    assert coordinator.get(response.url).status_code == 302  # used up


def test_uploads_are_checked_by_content_and_belong_to_one_session(
    coordinator: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert upload(coordinator, b"%PDF-1.7").status_code == 200
    assert not StoredFile.objects.exists()
    response = upload(coordinator, (FIXTURES / "own_excerpt.csv").read_bytes(), city="bochum")
    stranger = Client()
    stranger.force_login(User.objects.get(email="administrator@demo.invalid"))
    assert stranger.get(response.url).status_code == 302
    assert stranger.get(response.url).url == "/index/import/"
    assert coordinator.get(response.url).status_code == 200
    second = upload(coordinator, (FIXTURES / "own_excerpt.csv").read_bytes(), city="bochum")
    assert StoredFile.objects.count() == 1  # what waited before is given up
    assert coordinator.get(response.url).status_code == 302
    StoredFile.objects.all().delete()  # nobody confirmed within a day
    assert coordinator.get(second.url).url == "/index/import/"


def test_upload_limit(coordinator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steuerrad.modules.city_index.forms.LARGEST_UPLOAD", 10)
    assert upload(coordinator, b"x" * 11).status_code == 200
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("editions", 200), ("cities", 200), ("indicators?edition=2020", 200), ("results?city=bochum&limit=5", 200),
        ("results?limit=0", 422), ("results?offset=-1", 422), ("editions/2020/ranking?category=mobility", 200),
        ("editions/2020/ranking?category=x", 404), ("editions/1950/verdicts", 404), ("editions/2019/verdicts", 200),
        ("editions/2020/audit/bochum", 200), ("editions/2020/audit/nobody", 404),
    ],
)  # fmt: skip
def test_api(url: str, status: int, client: Client) -> None:
    assert client.get(f"/api/v1/city-index/{url}").status_code == status


def test_api_gives_scores_as_printed(client: Client) -> None:
    url = "/api/v1/city-index/results?edition=2020&city=bochum&category=mobility&indicator="
    item = client.get(url).json()["items"][0]
    assert (item["score"], item["rank"]) == ("71.0", 9)


@pytest.mark.django_db
def test_a_comparison_begins_with_cities_and_an_edition_that_have_scores(client: Client, bochum: str) -> None:
    context = client.get("/index/compare/").context
    assert context["edition"].year == 2023
    names = context["cities"].header[1:]
    assert names[0] == "Bochum"
    assert "München" in names
    assert len(names) == 3
