"""A part of a page that cannot be fetched is said to be, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.models import User
from programme.models import Membership, Organisation
from tests import factories
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def form(
    organisation: Organisation,
    manager: Membership,
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    """The form of a round, which counts anew whom it reaches as it is filled in."""
    for value in (100, 200, 300):
        factories.customer(organisation, yearly_value=value)
    factories.survey(organisation)
    page = sign_in_browser(manager.user).new_page()
    page.goto(f"{live_server}{reverse('feedback:round_add', args=[organisation.slug])}")
    page.get_by_label("Message").fill("We mean to do better.")
    return page


def _change(page: Page, most: str) -> None:
    if not page.get_by_label("Only the most valuable").is_visible():
        page.get_by_text("Only some of them").click()
    page.get_by_label("Only the most valuable").fill(most)


def test_the_network_is_away_and_comes_back(form: Page) -> None:
    told = form.locator("#lost")
    expect(told).to_be_empty()
    form.context.set_offline(True)
    _change(form, "2")
    expect(told).to_contain_text("We cannot be reached just now")
    expect(told).to_contain_text("What you typed is still here")
    assert told.get_attribute("role") == "status", "spoken politely, when its reader is free"
    expect(form.get_by_label("Message")).to_have_value("We mean to do better.")
    typing = form.get_by_label("Only the most valuable")
    expect(typing).to_be_focused()
    below = """field => field.getBoundingClientRect().bottom
        <= document.querySelector("#lost").getBoundingClientRect().top"""
    assert typing.evaluate(below), "what has the focus is not hidden by it"
    told.get_by_role("button", name="Try again").click()
    expect(told).to_contain_text("We cannot be reached just now")
    form.context.set_offline(False)
    told.get_by_role("button", name="Try again").click()
    expect(form.get_by_role("button", name="Send to 2 people")).to_be_visible()
    expect(told).to_be_empty()
    assert form.evaluate("document.activeElement.id") == "main", "the focus is not lost with it"


def test_a_server_that_cannot_answer_is_asked_with_what_stands_there_by_then(form: Page) -> None:
    told = form.locator("#lost")
    away = "**/rounds/audience/**"

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    form.route(away, refuse)
    _change(form, "2")
    expect(told).to_contain_text("We cannot answer at the moment")
    assert Visitor(form).looks() == []
    _change(form, "1")
    form.unroute(away)
    told.get_by_role("button", name="Try again").click()
    expect(form.get_by_role("button", name="Send to 1 person")).to_be_visible()
    expect(told).to_be_empty()


def test_it_can_be_put_away_and_the_next_answer_takes_it_away(form: Page) -> None:
    told = form.locator("#lost")
    away = "**/rounds/audience/**"
    form.route(away, lambda route: route.fulfill(status=503, body=""))
    _change(form, "2")
    told.get_by_role("button", name="Close").click()
    expect(told).to_be_empty()
    form.unroute(away)
    form.route(away, lambda route: route.fulfill(status=429, body=""))
    _change(form, "3")
    expect(told).to_contain_text("Please wait a minute")
    form.unroute(away)
    _change(form, "1")
    expect(told).to_be_empty()


def test_one_who_has_signed_out_elsewhere_is_sent_to_the_page(form: Page) -> None:
    told = form.locator("#lost")
    form.route("**/rounds/audience/**", lambda route: route.fulfill(status=403, body=""))
    _change(form, "2")
    expect(told.get_by_role("button", name="Open the page again")).to_be_visible()


def test_an_address_that_only_takes_buttons_says_so(
    organisation: Organisation, as_manager: Client
) -> None:
    sent = factories.draft_round(organisation)
    address = reverse("feedback:round_pause", args=[organisation.slug, sent.pk])
    answer = as_manager.get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing was changed" in answer.text
    assert as_manager.delete(address).content == b""
