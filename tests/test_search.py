"""Search: codes, umlauts, English names, nonsense."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from steuerrad.modules.strategy.search import SEARCH
from steuerrad.portal.search import find, fold

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("ZI-NI-1", "ZI-NI-1"), ("zi-ni-1", "ZI-NI-1"), ("network infrastructure", "ZI-NI"),
        ("Netz-Infrastruktur", "ZI-NI"), ("IS-KO-H1", "IS-KO-H1"), ("S01", "S01"),
    ],
)  # fmt: skip
def test_the_best_hit(query: str, code: str, bochum: str) -> None:
    assert find(query, VISITOR)[0].code == code


def test_umlauts_and_case_do_not_matter(bochum: str) -> None:
    same = {
        tuple(hit.url for hit in find(query, VISITOR))
        for query in ("BürgerEcho", "buergerecho", "BÜRGERECHO")
    }
    assert len(same) == 1
    assert same.pop()


def test_every_word_must_match(bochum: str) -> None:
    assert find("glasfaser", VISITOR)
    assert not find("glasfaser xylophon", VISITOR)


def test_every_source_offers_something_with_an_address(bochum: str) -> None:
    for source in SEARCH:
        hits = list(source.documents(VISITOR))
        assert hits, source.id
        assert all(hit.title and hit.url.startswith("/") for hit in hits)


def test_the_page(client: Client, bochum: str) -> None:
    assert client.get(reverse("search")).status_code == 200
    answer = client.get(reverse("search"), {"q": "daten", "page": "2"})
    assert answer.context["page_obj"].number == 2
    for query in ("%00", "<script>", "x" * 5000, "' OR 1=1"):
        answer = client.get(reverse("search"), {"q": query})
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()


def test_fold() -> None:
    assert fold("Straße, Äpfel, Café") == "strasse, aepfel, cafe"
