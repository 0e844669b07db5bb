"""links.csv of a city's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from steuerrad.kernel.contributions import Linkable, LinkTarget
from steuerrad.kernel.registry import registry
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.links import loaders
from steuerrad.platform.links.models import Link

pytestmark = pytest.mark.django_db
HEAD = "source,target,basis\n"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {
        "a": Linkable("a", "A", lambda keys, user: {k: LinkTarget(k, "/", "A") for k in keys if k != "gone"})
    }
    monkeypatch.setattr(type(registry), "linkable", lambda self, prefix: there.get(prefix))


def load(folder: Path, text: str) -> LoadContext:
    (folder / "links.csv").write_text(HEAD + text, encoding="utf-8")
    context = LoadContext(folder, "musterstadt")
    loaders.load_links(context)
    return context


def test_links_are_made_changed_and_taken_back(tmp_path) -> None:
    Link.objects.create(source="a:1", target="a:9", kind="shown_by", origin="somebody")
    assert not load(tmp_path, "a:1,a:2,because\na:1,a:3,\n").problems
    load(tmp_path, "a:1,a:2,better\n")
    found = list(Link.objects.order_by("target").values_list("source", "target", "basis", "origin"))
    assert found == [("a:1", "a:2", "better", "city.links"), ("a:1", "a:9", "", "somebody")]


def test_what_does_not_exist_is_told_and_nothing_is_written(tmp_path) -> None:
    context = load(tmp_path, "a:1,a:2,\na:gone,a:2,\n,a:2,\n")
    assert len(context.problems) == 2
    assert not Link.objects.exists()


def test_a_module_that_is_not_installed_is_passed_over(tmp_path) -> None:
    assert not load(tmp_path, "a:1,elsewhere.page:x,\n").problems
