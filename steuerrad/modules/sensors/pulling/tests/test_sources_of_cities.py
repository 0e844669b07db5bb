"""Addresses that cities publish at: read from their folders, switched off, and named as their format wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.modules.sensors.file_formats import format_of
from steuerrad.modules.sensors.pulling import actions
from steuerrad.modules.sensors.pulling.loading import FILE, load_sources
from steuerrad.modules.sensors.pulling.models import PullSource
from steuerrad.modules.sensors.pulling.sources import MakersFile, address, wanted
from steuerrad.platform.city.loading import LoadContext

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def sources_file(folder: Path, text: str) -> LoadContext:
    (folder / "sensors").mkdir(exist_ok=True)
    (folder / "sensors" / "sources.toml").write_text(text)
    return LoadContext(folder, "x")


def test_sources_of_a_city_come_switched_off_and_stay_as_they_were_switched(tmp_path: Path) -> None:
    text = ('[[sources]]\nkey = "w-{each}"\ntitle = "T {each}"\nurl = "https://a.example/{each}"\neach = ["1", "2"]\n'
            'spec = { maker = "ecowitt_gw2001" }\n')  # fmt: skip
    load_sources(sources_file(tmp_path, text))
    assert list(PullSource.objects.values_list("key", "url", "enabled")) == [
        ("w-1", "https://a.example/1", False), ("w-2", "https://a.example/2", False)
    ]  # fmt: skip
    PullSource.objects.filter(key="w-1").update(enabled=True)
    context = sources_file(tmp_path, text.replace("a.example", "b.example"))
    load_sources(context)
    assert list(PullSource.objects.values_list("url", "enabled")) == [
        ("https://b.example/1", True),
        ("https://b.example/2", False),
    ]
    bad = sources_file(tmp_path, text.replace("ecowitt_gw2001", "x"))
    load_sources(bad)
    assert len(bad.problems) == 2


@pytest.mark.parametrize("path", sorted(Path("cities").resolve().glob("*/" + FILE)), ids=str)
def test_addresses_of_cities_are_readable_and_named_as_their_format_wants(path: Path) -> None:
    context = LoadContext(path.parent.parent, path.parent.parent.name)
    load_sources(context)
    assert not context.problems
    assert PullSource.objects.exists()
    for one in PullSource.objects.all():
        assert one.url.startswith("https://")
        assert "{" not in address(one.url, clock.now()) + one.title, "a word that nothing fills in"
        spec = wanted(one.kind, one.spec)
        if isinstance(spec, MakersFile):
            assert format_of(actions._name(spec, address(one.url, clock.now()))) == spec.form


def test_sources_for_each_of_several_words(tmp_path: Path) -> None:
    text = ('[[sources]]\nkey = "p-{number}"\ntitle = "{place}"\nurl = "https://a.example/{number}_{yesterday}"\n'
            'each = [{ number = "1", place = "Pond" }]\nspec = { maker = "ecowitt_gw2001" }\n')  # fmt: skip
    load_sources(sources_file(tmp_path, text))
    one = PullSource.objects.get()
    assert (one.key, one.title, one.url) == ("p-1", "Pond", "https://a.example/1_{yesterday}")
