"""Drafting in a real browser: marks while one types, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from missions import drafting, services
from missions.models import ClauseLink, Mission, Theme
from programme.models import Membership, Role
from tests import factories
from tests.conftest import wait_until
from tests.missions import begin, say, url
from tests.test_mission_suggestions import BREAD, CARE, NAMES

Browser = Callable[[User], BrowserContext]
KEPT = "Kept. It is no version until you save it."


@pytest.fixture
def mission(leader: Membership) -> Mission:
    return begin(leader, felt="Proud of the vans we drive")


@pytest.fixture
def bread(mission: Mission) -> Theme:
    words = say(mission, *BREAD)
    services.create_theme(mission=mission, name="By name", contributions=say(mission, *NAMES))
    return services.create_theme(mission=mission, name="Bread", contributions=words)


def opened(context: BrowserContext, server: LiveServer, mission: Mission) -> Page:
    tab = context.new_page()
    tab.goto(server.url + url(mission, "draft"))
    return tab


def kept(mission: Mission) -> str:
    found = drafting.working_text(mission)
    return found.text if found else ""


def test_one_answers_by_keyboard_while_the_text_is_not_saved(
    mission: Mission,
    bread: Theme,
    leader: Membership,
    sign_in_browser: Browser,
    live_server: LiveServer,
) -> None:
    tab = opened(sign_in_browser(leader.user), live_server, mission)
    tab.get_by_label("The statement").press_sequentially(CARE)
    mark = tab.locator(f"#taken-up-{bread.pk}")
    expect(mark).to_contain_text("Covered")
    expect(tab.locator("#marks")).to_contain_text("1 of 2 themes taken up")
    tab.get_by_role("button", name="Yes, Bread").focus()
    tab.keyboard.press("Enter")
    expect(mark).to_contain_text(f"Confirmed by {leader.user}")
    assert ClauseLink.objects.filter(taken_up=True).count() == 4
    expect(tab.get_by_role("button", name="Take back: Bread")).to_be_focused()
    # The page was not left, and what follows the text goes on.
    expect(tab.get_by_label("The statement")).to_have_value(CARE)
    tab.get_by_label("The statement").fill("Something else")
    expect(mark).to_contain_text("Missing")
    tab.get_by_label("The statement").fill(CARE)
    expect(mark).to_contain_text("Confirmed by")
    tab.get_by_role("button", name="Take back: Bread").click()
    expect(mark).not_to_contain_text("Confirmed by")
    tab.get_by_role("button", name="No, Bread").click()
    expect(mark).to_contain_text(f"says {leader.user}")


def test_a_closed_tab_loses_nothing(
    mission: Mission, leader: Membership, sign_in_browser: Browser, live_server: LiveServer
) -> None:
    context = sign_in_browser(leader.user)
    tab = opened(context, live_server, mission)
    tab.get_by_label("The statement").fill("Half a thought")
    expect(tab.locator("#kept")).to_have_text(KEPT)
    # And what came after it, without the pause.
    tab.get_by_label("The statement").fill("Half a thought, and more")
    tab.close(run_before_unload=True)
    wait_until(lambda: kept(mission) == "Half a thought, and more")
    tab = opened(context, live_server, mission)
    expect(tab.get_by_label("The statement")).to_have_value("Half a thought, and more")
    expect(tab.locator("#unsaved")).to_contain_text("Not a version yet")
    tab.get_by_role("button", name="Begin with an empty page").click()
    expect(tab.get_by_label("The statement")).to_have_value("")
    tab.get_by_role("button", name="Go on with this one").click()
    expect(tab.get_by_label("The statement")).to_have_value("Half a thought, and more")


def test_saving_at_once_after_typing_leaves_nothing_unsaved(
    mission: Mission, leader: Membership, sign_in_browser: Browser, live_server: LiveServer
) -> None:
    tab = opened(sign_in_browser(leader.user), live_server, mission)
    tab.get_by_label("The statement").fill("A first")
    expect(tab.locator("#kept")).to_have_text(KEPT)
    tab.get_by_label("The statement").fill("A first, finished")
    tab.get_by_role("button", name="Save this version").click()
    expect(tab.get_by_text("Saved as version 1.")).to_be_visible()
    expect(tab.locator("#unsaved")).to_have_count(0)
    expect(tab.get_by_label("The statement")).to_have_value("A first, finished")


def test_two_leaders_in_two_tabs(
    mission: Mission, leader: Membership, sign_in_browser: Browser, live_server: LiveServer
) -> None:
    other = factories.member(mission.organisation, Role.LEADER)
    services.add_words(mission=mission, author=other, words={"feel": "Proud of the people"})
    first = opened(sign_in_browser(leader.user), live_server, mission)
    second = opened(sign_in_browser(other.user), live_server, mission)
    first.get_by_label("The statement").fill("The one")
    expect(first.locator("#kept")).to_have_text(KEPT)
    second.get_by_label("The statement").fill("The other")
    expect(second.locator("#kept")).to_contain_text("Yours is kept aside")
    second.get_by_label("The statement").fill("The other, longer")
    wait_until(lambda: [one.text for one in drafting.kept_aside(mission)] == ["The other, longer"])
    assert kept(mission) == "The one"
    second.reload()
    expect(second.get_by_label("The statement")).to_have_value("The one")
    second.get_by_role("button", name="Go on with this one").click()
    expect(second.get_by_label("The statement")).to_have_value("The other, longer")
    assert [one.text for one in drafting.kept_aside(mission)] == ["The one"]


def test_a_long_paste_is_kept_whole_and_said(
    mission: Mission, leader: Membership, sign_in_browser: Browser, live_server: LiveServer
) -> None:
    tab = opened(sign_in_browser(leader.user), live_server, mission)
    long = "z" * 10_000
    tab.get_by_label("The statement").fill(long)
    expect(tab.locator("#length")).to_contain_text("10000 characters")
    tab.get_by_role("button", name="Save this version").click()
    expect(tab.get_by_label("The statement")).to_have_value(long)
    assert not mission.drafts.exists()


def test_the_statement_stays_in_view(
    mission: Mission, leader: Membership, sign_in_browser: Browser, live_server: LiveServer
) -> None:
    for n in range(30):
        words = say(mission, f"Wish number {n} of ours")
        services.create_theme(mission=mission, name=f"Theme {n}", contributions=words)
    tab = opened(sign_in_browser(leader.user), live_server, mission)
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.get_by_role("heading", name="Theme 28").scroll_into_view_if_needed()
    expect(tab.get_by_label("The statement")).to_be_in_viewport()
