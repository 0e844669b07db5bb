"""The page behind a link in a mail, in a real browser: its form passes the CSRF check, and the address goes nowhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.accounts.sign_in_links import link_for
from steuerrad.platform.organisations.models import Organisation


@pytest.mark.django_db(transaction=True)
def test_the_button_signs_in_and_no_request_names_the_link(page: Page, live_server: Any) -> None:
    person = User.objects.create_user("alex@city.example")
    own = Organisation.objects.create(key="office", name="Office")
    Membership.objects.create(user=person, role=Role.CONTRIBUTOR, organisation=own)
    link = urlsplit(link_for(person, "/notifications/")).path
    token = link.strip("/").rpartition("/")[2]
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request))
    page.goto(live_server.url + link)
    page.locator("main form button").click()
    page.wait_for_url("**/notifications/")
    assert any(request.method == "POST" for request in seen)
    assert len(seen) > 3
    assert not [request.url for request in seen if token in request.all_headers().get("referer", "")]
