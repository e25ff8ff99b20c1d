"""A series set up, a case answered and a round closed, by keyboard alone."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from feedback import services
from feedback.models import Round, Series
from programme.models import Membership, Organisation
from tests import factories
from tests.test_first_round import press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(
    organisation: Organisation,
    leader: Membership,
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    page = sign_in_browser(leader.user).new_page()
    page.goto(f"{live_server}{reverse('feedback:index', args=[organisation.slug])}")
    return page


def test_a_series_is_set_up(organisation: Organisation, page: Page) -> None:
    factories.customer(organisation)
    factories.survey(organisation)
    page.reload()
    press(page, "Set up a series")
    expect(page.get_by_role("heading", name="Set up a series")).to_be_visible()
    press(page, "Set up the series")
    expect(page.locator("main")).to_contain_text("Its rounds open by themselves")
    assert Series.objects.get().cadence == "quarterly"


def test_a_case_is_answered(organisation: Organisation, page: Page) -> None:
    services.open_case(
        organisation=organisation, title="The door sticks", name="Ada", email="ada@example.com"
    )
    press(page, "Cases")
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    press(page, "The door sticks")
    expect(page.get_by_role("heading", name="The door sticks")).to_be_visible()
    press(page, "Your answer", "Space")
    page.keyboard.type("We oiled it this morning.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("We oiled it this morning.")
    expect(page.get_by_label("Your answer")).to_have_value("")


def test_a_round_is_closed_after_a_last_look(organisation: Organisation, page: Page) -> None:
    factories.customer(organisation)
    sent = factories.draft_round(organisation, title="The first")
    services.open_round(round=sent)
    page.reload()
    press(page, "The first")
    expect(page.get_by_role("heading", name="The first")).to_be_visible()
    press(page, "Close it now")
    expect(page.locator("main")).to_contain_text("0 of 1 have answered so far")
    press(page, "Close the round")
    expect(page.locator("main")).to_contain_text("The round is closed")
    assert Round.objects.get().state == Round.State.CLOSED
