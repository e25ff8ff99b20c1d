"""A manager's quarter: what really changed, why, and an improvement; by mouse and by keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from programme.models import Membership, Organisation
from tests.conftest import PROJECT
from tests.test_heatmap_use import AXE
from touchpoints.models import Improvement

MOST_TABS = 60
CHANGED = ".heatmap td a[aria-label*=' since 2016']"


@pytest.fixture
def page(
    organisation: Organisation,
    manager: Membership,
    shared_data: Path,
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    """The airport's surveys of two years, and a manager who signed in."""
    for year in ("2016", "2017"):
        call_command(
            "import_responses",
            str(shared_data / "sfo" / f"{year}.csv"),
            f"--mapping={PROJECT / 'tests' / 'mappings' / f'sfo-{year}.toml'}",
            f"--organisation={organisation.slug}",
        )
    return sign_in_browser(manager.user).new_page()


def _heatmap(organisation: Organisation) -> str:
    return reverse("touchpoints:index", kwargs={"organisation": organisation.slug})


def _faults(page: Page) -> list[str]:
    return [one["id"] for one in Axe().run(page, options=AXE).response["violations"]]


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab does not reach it")


def _started(organisation: Organisation, title: str) -> Improvement:
    improvement = Improvement.objects.get(organisation=organisation, title=title)
    assert improvement.touchpoint is not None
    return improvement


def test_by_mouse(page: Page, organisation: Organisation, live_server: object) -> None:
    page.goto(f"{live_server}{_heatmap(organisation)}")
    rows = page.locator(".heatmap tbody tr:not(.stage)")
    expect(rows).to_have_count(15)
    page.get_by_label("Only real changes").check()
    expect(page).to_have_url(re.compile("changed=1"))
    expect(page.locator("#heatmap-said")).to_contain_text("really changed since 2016Q2")
    changed_rows = page.locator(f".heatmap tbody tr:has({CHANGED.removeprefix('.heatmap ')})")
    expect(rows).to_have_count(changed_rows.count())
    assert _faults(page) == []
    changed = page.locator(CHANGED).first
    label = changed.get_attribute("aria-label") or ""
    points = re.search(r"(up|down) (\d+) points since", label)
    assert points, label
    changed.click()
    drawer = page.locator("#drawer")
    expect(page.locator("#drawer-title")).to_be_focused()
    expect(drawer).to_contain_text(f"Since 2016Q2: {points[1]} {points[2]} points")
    expect(drawer).to_contain_text("What people said")
    expect(drawer).to_contain_text("How much it matters")
    assert _faults(page) == []
    drawer.get_by_role("link", name="Add an improvement").click()
    page.get_by_label("What will you change?").fill("Signs that can be read from afar")
    page.get_by_role("button", name="Add the improvement").click()
    expect(page.get_by_text("Signs that can be read from afar").first).to_be_visible()
    at = _started(organisation, "Signs that can be read from afar").touchpoint
    assert at is not None
    assert label.startswith(at.name)
    # It hangs on the touchpoint from now on.
    page.goto(f"{live_server}{_heatmap(organisation)}?changed=1")
    page.locator(CHANGED).first.click()
    expect(drawer).to_contain_text("Signs that can be read from afar")


def test_by_keyboard_alone(page: Page, organisation: Organisation, live_server: object) -> None:
    page.goto(f"{live_server}{_heatmap(organisation)}")
    _tab_to(page, page.get_by_label("Only real changes"))
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("changed=1"))
    expect(page.locator("#heatmap-said")).to_contain_text("really changed since 2016Q2")
    _tab_to(page, page.locator(".heatmap td a[tabindex='0']"))
    # Along the row to the cell that changed; its arrow says so, and its name.
    for _ in range(10):
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if " since 2016" in focused:
            break
        page.keyboard.press("ArrowRight")
    assert " since 2016" in focused
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == focused
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    _tab_to(page, page.locator("#drawer").get_by_role("link", name="Add an improvement"))
    page.keyboard.press("Enter")
    title = page.get_by_label("What will you change?")
    title.wait_for()
    _tab_to(page, title)
    page.keyboard.type("Somebody to ask at every gate")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Somebody to ask at every gate").first).to_be_visible()
    at = _started(organisation, "Somebody to ask at every gate").touchpoint
    assert at is not None
    assert focused.startswith(at.name)
