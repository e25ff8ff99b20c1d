"""A leader's first round: from an organisation without a survey to one sent, by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from feedback.models import Round
from outbox.models import Email
from programme.models import Membership, Organisation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

MOST_STEPS = 6  # pages, each with one thing to press
_FOCUSED = """
() => {
  const one = document.activeElement;
  const label = one.labels?.length ? one.labels[0].textContent : one.textContent;
  return label.replace(/\\s+/g, " ").trim();
}
"""


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Go by Tab to what is called so, as the label begins, and press it."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if re.match(name, page.evaluate(_FOCUSED)):
            page.keyboard.press(key)
            return
    raise AssertionError(f"never came to “{name}”")


def test_from_nothing_to_a_sent_round_by_keyboard_alone(
    organisation: Organisation,
    leader: Membership,
    live_server: LiveServer,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    for _ in range(3):
        factories.customer(organisation)
    page = sign_in_browser(leader.user).new_page()
    visited: list[str] = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/")
    press(page, "Make the first survey")
    expect(page.get_by_role("heading", name="Make a survey")).to_be_visible()
    press(page, "Make the survey")
    expect(page.locator(".question-text").first).to_contain_text("recommend us")
    press(page, "Prepare a round with it")
    expect(page.get_by_label("Survey")).not_to_have_value("")
    press(page, "Send to 3 people")
    expect(page.get_by_role("heading", name=re.compile("^Send"))).to_be_visible()
    press(page, "Send to 3 people")
    expect(page.locator("main")).to_contain_text("on its way to 3 people")
    assert len(visited) <= MOST_STEPS
    assert Round.objects.get().state == Round.State.OPEN
    assert Email.objects.count() == 3


@pytest.mark.parametrize("path", ["rounds/add/", "series/add/"])
def test_without_a_survey_there_is_one_thing_to_do(
    path: str,
    organisation: Organisation,
    leader: Membership,
    live_server: LiveServer,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    page = sign_in_browser(leader.user).new_page()
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/{path}")
    assert page.locator("main form").count() == 0
    page.get_by_role("link", name="Make the first survey").click()
    expect(page.get_by_role("heading", name="Make a survey")).to_be_visible()


def test_without_people_the_way_to_them_is_shown_and_what_was_typed_is_kept(
    organisation: Organisation,
    leader: Membership,
    live_server: LiveServer,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    factories.survey(organisation)
    page = sign_in_browser(leader.user).new_page()
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/rounds/add/")
    expect(page.get_by_role("link", name="Add people")).to_be_visible()
    page.get_by_label("Subject").fill("How was it?")
    page.get_by_role("button", name="Save: nobody can be reached yet").click()
    expect(page.get_by_role("heading", name="Send “How was it?”?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("nothing would be sent")
    assert page.get_by_role("button", name=re.compile("^Send to")).count() == 0
    assert not Email.objects.exists()
