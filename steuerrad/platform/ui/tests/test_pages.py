"""The frame of every page: landmarks, names, and what a visitor may see."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from steuerrad.kernel.contributions import Module, NavigationItem
from steuerrad.kernel.registry import Registry
from steuerrad.platform.ui.charts.specs import Bar, BarChart
from steuerrad.platform.ui.context import is_active, navigation_for
from steuerrad.platform.ui.specimens import CHARTS, WHEEL


def request_for(path: str = "/", **attributes: Any) -> Any:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    request.city = SimpleNamespace(name="Bochum")  # type: ignore[attr-defined]
    for name, value in attributes.items():
        setattr(request, name, value)
    return request


def render(source: str, path: str = "/", **context: Any) -> str:
    return engines["django"].from_string(source).render(context, request=request_for(path))


class ExampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="Short and clear.")
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    sure = forms.BooleanField(label="Sure")


@pytest.mark.parametrize("language", ["de", "en"])
def test_page_has_language_landmarks_and_one_heading(language: str) -> None:
    with translation.override(language):
        html = render_to_string("ui/detail.html", {"heading": "Netze"}, request=request_for("/strategy/"))
    assert f'<html lang="{language}"' in html
    assert "<title>Netze – Steuerrad Bochum</title>" in re.sub(r"\s+", " ", html)
    assert html.count("<h1") == 1
    assert 'href="#content"' in html
    assert re.search(r'<main[^>]+id="content"', html)
    for landmark in ("<header", "<main", "<footer", 'role="search"'):
        assert landmark in html


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "500.html"])
def test_error_pages_render_and_hold_no_inline_script_or_style(template: str) -> None:
    html = render_to_string(template, {}, request=None if template == "500.html" else request_for())
    assert html.count("<h1") == 1
    assert_nothing_inline(html)


def test_pictures_and_forms_hold_nothing_inline() -> None:
    source = "{% load ui %}{% wheel wheel %}{% for spec in charts %}{% chart spec %}{% endfor %}{% include 'ui/_form.html' %}"
    html = render(source, wheel=WHEEL, charts=CHARTS, form=ExampleForm({}))
    assert_nothing_inline(html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def assert_nothing_inline(html: str) -> None:
    assert "<style" not in html
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_form_ties_labels_hints_and_errors_to_fields() -> None:
    html = render("{% include 'ui/_form.html' %}", form=ExampleForm({"kind": "a"}))
    assert 'role="alert"' in html
    assert '<a href="#id_name">' in html
    described = re.search(r'<input[^>]+id="id_name"[^>]*>', html)
    assert described
    for part in (
        'aria-describedby="id_name_helptext id_name_error"',
        'aria-invalid="true"',
        'aria-required="true"',
    ):
        assert part in described[0]
    for target in ("id_name_helptext", "id_name_error"):
        assert f'id="{target}"' in html
    assert '<label class="kern-label" for="id_kind_0">A</label>' in html


def test_text_of_data_is_escaped_in_chart_and_table() -> None:
    evil = "<script>alert(1)</script>"
    spec = BarChart(
        title=evil, bars=(Bar(evil, 1.0),), unit=evil, source=evil, source_url="javascript:alert(1)"
    )
    html = render("{% load ui %}{% chart spec %}{% status_badge evil evil %}", spec=spec, evil=evil)
    assert "<script" not in html
    assert "javascript:" not in html


def test_filters_follow_the_language() -> None:
    source = (
        "{% load ui %}{{ v|figure:1 }} {{ v|percent }} {{ v|change:1 }} {{ none|figure }} {{ word|figure }}"
    )
    with translation.override("de"):
        assert render(source, v=1234.5, none=None, word="x") == "1.234,5 1.234,5\u202f% +1.234,5 – –"
    with translation.override("en"):
        assert render(source, v=1234.5, none=None, word="x") == "1,234.5 1,234.5\u202f% +1,234.5 – –"


def test_navigation_hides_what_a_visitor_may_not_open_and_unknown_addresses() -> None:
    entries = (
        NavigationItem("Home", "home"),
        NavigationItem("Nowhere", "no-such-address"),
    )
    registry = Registry()
    registry.add(Module(slug="example", title="Example", summary="", navigation=entries))
    assert [link.title for link in navigation_for(request_for("/"), registry)] == ["Home"]


def test_an_entry_stands_below_its_parent_which_is_active_with_it() -> None:
    entries = (
        NavigationItem("Home", "home", order=1),
        NavigationItem("Log in", "account_login", order=2, under="home"),
        NavigationItem("Search", "search", order=3, under="no-such-address"),
    )
    registry = Registry()
    registry.add(Module(slug="example", title="Example", summary="", navigation=entries))
    home, search = navigation_for(request_for(reverse("account_login")), registry)
    assert [link.title for link in home.children] == ["Log in"]
    assert (home.active, home.children[0].active, search.active) == (True, True, False)
    assert search.title == "Search"


@pytest.mark.parametrize(
    ("path", "url", "active"),
    [
        ("/", "/", True),
        ("/a/", "/", False),
        ("/a/b/", "/a/", True),
        ("/ab/", "/a", False),
        ("/a", "/a", True),
    ],
)
def test_is_active(path: str, url: str, active: bool) -> None:
    assert is_active(path, url) is active
