"""The memo of Bochum on the edition of 2020, from the city's real files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.collect import NoMemoError, collect, find
from steuerrad.modules.city_index.memo.facts import CategoryFacts, Correction, MemoFacts, Row, to_data
from steuerrad.modules.city_index.memo.layout import Edition as Print
from steuerrad.modules.city_index.memo.layout import memo_document
from steuerrad.modules.city_index.memo.statements import statements
from steuerrad.platform.documents.model import Document, Table, check, plain, tables

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def memo(bochum: str) -> MemoFacts:
    return collect(*find(bochum, 2020))


@pytest.fixture
def english() -> Iterator[None]:
    with override("en"):
        yield


def category(memo: MemoFacts, key: str) -> CategoryFacts:
    return next(item for item in memo.categories if item.key == key)


def row(memo: MemoFacts, key: str, name: str) -> Row:
    return next(item for item in category(memo, key).rows if item.name == name)


def correction(memo: MemoFacts, rule: str, name: str = "") -> Correction:
    return next(item for item in memo.corrections if item.rule == rule and name in (item.category, item.row))


@pytest.mark.parametrize(
    ("key", "score", "before", "rank", "rank_before"),
    [
        ("administration", "59.6", "44.2", 32, 58),
        ("energy_environment", "47.3", "26.5", 25, 64),
        ("it_communication", "66.8", "64.9", 5, 18),
        ("mobility", "71.0", "43.4", 9, 42),
        ("society", "53.4", "65.2", 37, 9),
    ],
)
def test_scores_and_ranks(
    memo: MemoFacts, key: str, score: str, before: str, rank: int, rank_before: int
) -> None:
    found = category(memo, key).standing
    assert (found.score.value, found.previous_score.value) == (D(score), D(before))
    assert (found.place.rank, found.previous_place.rank) == (rank, rank_before)


def test_the_total_is_not_published_and_follows_from_the_categories(memo: MemoFacts) -> None:
    total = memo.total
    assert total.score.value is None
    assert (total.score.low, total.score.nominal, total.score.high) == (D("59.60"), D("59.6"), D("59.67"))
    assert (total.place.rank, total.previous_place.rank, total.previous_score.value) == (18, 32, D("48.8"))
    assert total.field is not None
    assert total.field.others >= 5


def test_changes_are_those_of_comparable_indicators(memo: MemoFacts) -> None:
    assert row(memo, "society", "Geodatenportal").change == D("-37.5")
    assert row(memo, "it_communication", "Glasfaser").change == D("1.1")
    assert row(memo, "administration", "Pilotprojekte Verwaltung").change == D("35.0")
    for key, name in (
        ("administration", "Interne Prozesse"),  # broader than its counterpart
        ("society", "FabLabs und Coworking"),  # merged from two
        ("society", "Pilotprojekte Gesellschaft"),  # another maximum
        ("mobility", "Multimodalität"),  # new
    ):
        assert row(memo, key, name).change is None
    assert [one.name for one in row(memo, "society", "FabLabs und Coworking").counterparts] == [
        "Coworking",
        "FabLabs",
    ]
    assert [one.name for one in category(memo, "energy_environment").dropped] == [
        "Beschaffung und Entsorgung von Elektrogeräten"
    ]


def test_corrections(memo: MemoFacts) -> None:
    found = {(item.rule, item.category, item.printed, item.follows) for item in memo.corrections}
    assert ("rank_as_score", "Verwaltung", "58,0", "44.2") in found
    assert ("change_wrong", "Energie und Umwelt", "-11,8", "20.8") in found
    assert ("change_wrong", "Gesellschaft", "-27,5", "-37.5") in found
    assert ("parts_contradict_score", "IT und Kommunikation", "64,9", "58.7") in found
    assert (
        correction(memo, "follows_from_error").caused_by == correction(memo, "rank_as_score", "Verwaltung").id
    )


def test_disputed_and_contradicted_scores_are_kept_apart(memo: MemoFacts) -> None:
    administration = category(memo, "administration").standing.previous_score
    assert administration.outcome == "reproduced"
    assert administration.conflicting == ((D("58.0"), "memo_2020"),)
    it = category(memo, "it_communication").standing.previous_score
    assert (it.outcome, it.low, it.high) == ("contradicted", D("58.70"), D("58.79"))


def test_other_cities_and_measures(memo: MemoFacts) -> None:
    lighting = row(memo, "energy_environment", "Intelligente Straßenbeleuchtung")
    assert (lighting.others[0].city, lighting.others[0].edition, lighting.others[0].value) == (
        "Duisburg",
        2020,
        D(100),
    )
    assert {one.number for one in row(memo, "it_communication", "Glasfaser").measures} == {
        "ZI-NI-1",
        "ZI-NI-2",
    }
    assert all(one.state for one in row(memo, "it_communication", "Glasfaser").measures)


def test_facts_do_not_depend_on_the_readers_language(bochum: str, memo: MemoFacts) -> None:
    with override("en"):
        assert to_data(collect(*find(bochum, 2020))) == to_data(memo)


def test_number_of_queries_is_bounded(bochum: str, django_assert_max_num_queries: Any) -> None:
    city, edition = find(bochum, 2020)
    with django_assert_max_num_queries(60):
        collect(city, edition)


def summary_text(document: Document) -> str:
    return " ".join(texts_of(document))


def texts_of(document: Document) -> list[str]:
    found: list[str] = []
    for block in document.blocks:
        for holder in (block, *getattr(block, "items", ())):
            if hasattr(holder, "runs"):
                found.append(plain(holder.runs))
    return found


def table(document: Document, name: str) -> Table:
    return next(item for item in tables(document) if item.id == name)


def cells(found: Table) -> dict[str, list[str]]:
    return {
        plain(found.cells(line)[0].runs): [plain(cell.runs) for cell in found.cells(line)[1:]]
        for line in found.rows
    }


@pytest.mark.usefixtures("english")
def test_the_document_is_sound_and_says_what_the_facts_say(memo: MemoFacts) -> None:
    document = check(memo_document(memo, Print()))
    assert document.title == "DRAFT – Smart City Index 2020: Bochum"
    lines = cells(table(document, "table-society"))
    assert lines["Geodatenportal"] == ["62.5", "−37.5", "Geodatenportal", "100.0"]
    assert lines["FabLabs und Coworking"][1] == "n/c"
    assert lines["Smart Culture"][1] == "new"
    assert lines["Category score"] == ["53.4", "−11.8", "Category score", "65.2"]
    assert cells(table(document, "table-overview"))["Verwaltung"] == [
        "59.6",
        "44.2",
        "+15.4",
        "32",
        "58",
        "+26",
    ]
    said = summary_text(document)
    assert "44.2 instead of 58,0" in said
    assert "+20.8 instead of -11,8" in said
    assert "64,9 stays until clarified, although the indicators give 58.7" in said


def test_german_figures(memo: MemoFacts) -> None:
    with override("de"):
        document = memo_document(memo, Print())
        assert cells(table(document, "table-society"))["Geodatenportal"][:2] == ["62,5", "−37,5"]


def test_no_text_states_a_change_of_what_cannot_be_compared(memo: MemoFacts) -> None:
    """Neither as a word of the table nor in a statement: a signed figure beside its name is a change."""
    for language in ("de", "en"):
        with override(language):
            said = [texts.generated(item) for item in statements(memo)]
        for part in memo.categories:
            for one in part.rows:
                if one.change is None:
                    pattern = re.escape(one.name) + r" \([+−±]\d"
                    assert not any(re.search(pattern, text) for text in said), one.name


@pytest.mark.usefixtures("english")
def test_a_city_with_almost_no_figures_is_told_what_is_missing(bochum: str) -> None:
    memo = collect(*find("siegen", 2023))
    said = {item.rule: texts.generated(item) for item in statements(memo)}
    assert "total_unknown" in said
    assert {"strength_none", "weakness_none", "levers_unknown", "list_incomplete"} <= set(said)
    assert said["category_empty"].startswith("No source at hand")
    assert "known values of Siegen: 1" in said["list_incomplete"]
    document = check(memo_document(memo, Print()))
    assert cells(table(document, "table-energy_environment"))["Anteil E-Fahrzeuge"][0] == "50.0"
    assert not any("−" in text or "+" in text for text in said.values())


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023, 2024, 2025])
def test_every_edition_has_a_sound_document(bochum: str, year: int) -> None:
    check(memo_document(collect(*find(bochum, year)), Print()))


def test_unknown_places_and_documents(bochum: str) -> None:
    with pytest.raises(NoMemoError):
        find("nix", 2020)
    with pytest.raises(NoMemoError):
        find(bochum, 1999)
    with pytest.raises(NoMemoError):
        collect(*find(bochum, 2020), document="nix")
