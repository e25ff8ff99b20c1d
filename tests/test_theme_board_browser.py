"""The theme board in a real browser: by mouse, by touch, by keyboard, and by two at once."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from missions import services
from missions.models import Contribution, Mission, Move, Theme
from programme.models import Membership
from tests.missions import begin, say, theme, url
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mission(leader: Membership) -> Mission:
    """With the leader's own words in."""
    return begin(leader, felt="Proud of the vans")


@pytest.fixture
def bread(mission: Mission) -> Contribution:
    (words,) = say(mission, "Warm bread in the morning")
    return words


@pytest.fixture
def tab(
    mission: Mission,
    bread: Contribution,
    leader: Membership,
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    return sign_in_browser(leader.user).new_page()


def signed_in(context: BrowserContext, user: User, live_server: LiveServer) -> Page:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": str(live_server)}]
    )
    return context.new_page()


def word(page: Page, contribution: Contribution, at: Theme | None = None) -> Locator:
    return page.locator(f'[data-word="{contribution.pk}:{at.pk if at else 0}"]')


def card(page: Page, of: Theme | None) -> Locator:
    return page.locator(f'[data-theme="{of.pk if of else 0}"]')


def drag(page: Page, source: Locator, to: Locator, at: tuple[float, float] = (0.5, 0.5)) -> None:
    """By mouse, from the middle of one to a place within the other, given as shares of it."""
    to.scroll_into_view_if_needed()
    start, end = source.bounding_box(), to.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2 + 12, start["y"] + start["height"] / 2 + 12)
    page.mouse.move(end["x"] + end["width"] * at[0], end["y"] + end["height"] * at[1], steps=4)
    page.mouse.up()


def themes_of(contribution: Contribution) -> set[str]:
    return set(contribution.themes.values_list("name", flat=True))


def test_by_mouse(
    mission: Mission, bread: Contribution, tab: Page, live_server: LiveServer
) -> None:
    a, b = theme(mission, "A"), theme(mission, "B")
    tab.goto(live_server.url + url(mission, "themes"))
    drag(tab, word(tab, bread), card(tab, a))
    expect(word(tab, bread, a)).to_be_visible()
    expect(tab.locator("#board-said")).to_contain_text("from the tray to “A”")
    # A drag is no tick.
    expect(tab.locator("#board-form :checked")).to_have_count(1)  # the select's option

    tab.keyboard.down("Control")
    drag(tab, word(tab, bread, a), card(tab, b))
    tab.keyboard.up("Control")
    expect(word(tab, bread, b)).to_be_visible()
    assert themes_of(bread) == {"A", "B"}

    drag(tab, word(tab, bread, b), card(tab, None))
    expect(word(tab, bread, b)).to_have_count(0)
    assert themes_of(bread) == {"A"}

    # Let go beside everything, or given up: nothing happens.
    made = Move.objects.count()
    start = word(tab, bread, a).bounding_box()
    assert start
    tab.mouse.move(start["x"] + 60, start["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(start["x"] + 90, start["y"] + 40)
    expect(tab.locator(".drag-ghost")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator(".drag-ghost")).to_have_count(0)
    tab.mouse.up()

    drag(tab, card(tab, b).locator("header"), card(tab, a), (0.05, 0.5))
    expect(tab.locator("#board-said")).to_contain_text("Moved “B” before “A”")
    assert [each.name for each in mission.themes.all()] == ["B", "A"]
    drag(tab, card(tab, b).locator("header"), card(tab, a))
    expect(tab.locator("#board-said")).to_contain_text("Merged “B” into “A”")
    tab.locator("#undo-said").click()
    expect(card(tab, b)).to_be_visible()
    expect(tab.locator("#board-said")).to_contain_text("Undid: Merged")
    assert Move.objects.count() == made + 3
    assert Visitor(tab).looks() == []


def test_all_ticked_words_are_dragged_together(
    mission: Mission, bread: Contribution, tab: Page, live_server: LiveServer
) -> None:
    (second,) = say(mission, "Bread that is warm")
    a = theme(mission, "A")
    tab.goto(live_server.url + url(mission, "themes"))
    word(tab, second).get_by_role("checkbox").check()
    word(tab, bread).get_by_role("checkbox").check()
    drag(tab, word(tab, bread), card(tab, a))
    expect(tab.locator("#board-said")).to_contain_text("Moved 2 contributions")
    assert themes_of(second) == themes_of(bread) == {"A"}


def test_by_touch(
    mission: Mission,
    bread: Contribution,
    leader: Membership,
    phone_page: Page,
    live_server: LiveServer,
) -> None:
    a = theme(mission, "A")
    page = signed_in(phone_page.context, leader.user, live_server)
    page.goto(live_server.url + url(mission, "themes"))
    grip = word(page, bread).locator("[data-grip]")
    card(page, a).scroll_into_view_if_needed()
    start, end = grip.bounding_box(), card(page, a).bounding_box()
    assert start
    assert end
    assert start["width"] >= 44
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    to_x, to_y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    finger("touchStart", x, y)
    for step in (0.2, 0.6, 1):
        finger("touchMove", x + (to_x - x) * step, y + (to_y - y) * step)
    expect(page.locator(".drag-ghost")).to_contain_text("Move")
    finger("touchEnd")
    expect(word(page, bread, a)).to_be_visible()
    assert themes_of(bread) == {"A"}


def test_by_keyboard(
    mission: Mission, bread: Contribution, tab: Page, live_server: LiveServer
) -> None:
    a, b = theme(mission, "A"), theme(mission, "B")
    tab.goto(live_server.url + url(mission, "themes"))
    word(tab, bread).get_by_role("checkbox").focus()
    tab.keyboard.press("Space")
    tab.locator("#sort-to").focus()
    tab.keyboard.type("A")
    tab.locator("#sort-move").focus()
    tab.keyboard.press("Enter")
    expect(word(tab, bread, a)).to_be_visible()
    expect(tab.locator("#sort-move")).to_be_focused()
    later = tab.locator(f"#later-{a.pk}")
    later.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#board-said")).to_contain_text("Moved “A” to the end")
    earlier = tab.locator(f"#earlier-{a.pk}")
    earlier.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#board-said")).to_contain_text("before “B”")
    assert [each.name for each in mission.themes.all()] == ["A", "B"]
    tab.locator("#undo-said").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#board-said")).to_contain_text("Undid: Moved “A”")
    assert tab.evaluate("document.activeElement !== document.body")
    assert [each.name for each in mission.themes.all()] == ["B", "A"]
    assert b.contributions.count() == 0


def test_two_leaders_see_each_others_moves_and_overwrite_nothing(
    mission: Mission,
    bread: Contribution,
    manager: Membership,
    tab: Page,
    browser: Browser,
    live_server: LiveServer,
) -> None:
    services.add_words(mission=mission, author=manager, words={"feel": "Proud of the night"})
    (late,) = say(mission, "Open until eight")
    a, b = theme(mission, "A"), theme(mission, "B")
    context = browser.new_context()
    other = signed_in(context, manager.user, live_server)
    address = live_server.url + url(mission, "themes")
    tab.goto(address)
    other.goto(address)
    # Ticks, what is typed and the focus survive the other's move.
    word(other, late).get_by_role("checkbox").check()
    other.locator("#sort-to").select_option("B")
    other.locator("#sort-to").focus()
    drag(tab, word(tab, bread), card(tab, a))
    expect(word(other, bread, a)).to_be_visible(timeout=15_000)
    expect(other.locator("#board-said")).to_contain_text("Moved 1 contribution from the tray")
    expect(word(other, late).get_by_role("checkbox")).to_be_checked()
    expect(other.locator("#sort-to")).to_have_value(str(b.pk))
    expect(other.locator("#sort-to")).to_be_focused()

    # While one types, nothing is exchanged; what then contradicts is refused and said.
    other.locator("#sort-new").fill("Hours")
    services.move_words(mission=mission, picked=[(late.pk, 0)], to=a.pk)
    other.keyboard.press("Enter")
    expect(other.locator("#board-said")).to_contain_text("Yours was not done")
    expect(other.locator("#sort-new")).to_have_value("Hours")
    expect(word(other, late, a)).to_be_visible()
    assert themes_of(late) == {"A"}
    expect(word(tab, late, a)).to_be_visible(timeout=15_000)
    context.close()


def test_the_slider_shows_other_themes_at_once(
    mission: Mission, tab: Page, live_server: LiveServer
) -> None:
    kinds = ["warm bread each morning", "an honest answer on the phone", "a seat by the window"]
    say(mission, *[f"I like {kinds[n % 3]}, time {n}" for n in range(24)])
    tab.goto(live_server.url + url(mission, "theme_suggestion"))
    tab.get_by_role("button", name="Suggest themes").click()
    slider = tab.get_by_label("How broad should the themes be?")
    expect(slider).to_have_value("5")
    slider.press("End")
    expect(tab).to_have_url(live_server.url + url(mission, "theme_suggestion") + "?step=9")
    expect(tab.locator("#preview [name=step]")).to_have_value("9")
    expect(slider).to_be_focused()
    assert Visitor(tab).looks() == []
    tab.get_by_role("button", name="Use these themes").click()
    expect(tab.locator(".theme-card").first).to_be_visible()
    assert Move.objects.get().kind == "suggestion"
