"""The board of improvements in a real browser: by mouse, by touch, by keys, and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from accounts.models import User
from programme.models import Membership, Organisation
from tests import factories
from tests.visitor import Visitor
from touchpoints.models import Improvement
from touchpoints.services import add_improvement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cards(organisation: Organisation) -> list[Improvement]:
    return [
        add_improvement(
            organisation=organisation, title=title, touchpoint=factories.touchpoint(organisation)
        )
        for title in ("Shorter letters", "Longer hours")
    ]


@pytest.fixture
def board(
    live_server: object,
    manager: Membership,
    cards: list[Improvement],
    sign_in_browser: Callable[[User], BrowserContext],
) -> Page:
    page = sign_in_browser(manager.user).new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{live_server}/o/{manager.organisation.slug}/touchpoints/improvements/")
    return page


def _column(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def _grip(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=f"Move {title}", exact=True)


def _centre(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _state(card: Improvement) -> str:
    return Improvement.objects.get(pk=card.pk).state


def test_by_mouse(board: Page, cards: list[Improvement]) -> None:
    x, y = _centre(_grip(board, "Longer hours"))
    to_x, to_y = _centre(_column(board, "Under way"))
    board.mouse.move(x, y)
    board.mouse.down()
    board.mouse.move(x + 20, y + 5)
    board.mouse.move(to_x, to_y, steps=5)
    board.mouse.up()
    expect(_column(board, "Under way")).to_contain_text("Longer hours")
    expect(board.locator("[data-said]")).to_have_text("“Longer hours” is under way.")
    assert [_state(card) for card in cards] == ["planned", "doing"]
    # Let go where it came from, or beside every column: nothing moves.
    x, y = _centre(_grip(board, "Shorter letters"))
    for to in ((x + 15, y + 15), (640.0, 5.0)):
        board.mouse.move(x, y)
        board.mouse.down()
        board.mouse.move(*to, steps=3)
        board.mouse.up()
    expect(_column(board, "Planned")).to_contain_text("Shorter letters")
    assert _state(cards[0]) == "planned"


def test_dropping_by_mouse_asks_first(board: Page, cards: list[Improvement]) -> None:
    x, y = _centre(_grip(board, "Longer hours"))
    board.mouse.move(x, y)
    board.mouse.down()
    board.mouse.move(*_centre(_column(board, "Dropped")), steps=5)
    board.mouse.up()
    expect(board.get_by_role("heading", level=1)).to_have_text("Drop “Longer hours”?")
    assert _state(cards[1]) == "planned"
    assert Visitor(board).looks() == []
    board.get_by_label("Why is it dropped?").fill("The shop closes.")
    board.get_by_role("button", name="Drop the improvement").click()
    expect(board.get_by_text("You can take it up again below.")).to_be_visible()
    assert _state(cards[1]) == "dropped"


def test_by_keyboard(board: Page, cards: list[Improvement]) -> None:
    grip = _grip(board, "Longer hours")
    grip.focus()
    for key, column, state in (
        ("ArrowLeft", "Planned", "planned"),
        ("ArrowRight", "Under way", "doing"),
        ("ArrowRight", "Done", "done"),
        ("ArrowLeft", "Under way", "doing"),
    ):
        board.keyboard.press(key)
        expect(_column(board, column)).to_contain_text("Longer hours")
        expect(grip).to_be_focused()
        assert _state(cards[1]) == state
    expect(board.locator("[data-said]")).to_have_text("“Longer hours” is under way.")
    assert Visitor(board).looks() == []


def test_by_touch(
    live_server: object,
    browser: Browser,
    board: Page,
    cards: list[Improvement],
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        has_touch=True,
        storage_state=board.context.storage_state(),
    )
    page = context.new_page()
    page.goto(board.url)
    x, y = _centre(_grip(page, "Longer hours"))
    to_x, to_y = _centre(_column(page, "Under way"))
    touch = context.new_cdp_session(page)
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 6):
        at = {"x": x + (to_x - x) * step / 5, "y": y + (to_y - y) * step / 5}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(_column(page, "Under way")).to_contain_text("Longer hours")
    assert _state(cards[1]) == "doing"
    context.close()


def test_without_script(browser: Browser, board: Page, cards: list[Improvement]) -> None:
    context = browser.new_context(
        java_script_enabled=False, storage_state=board.context.storage_state()
    )
    page = context.new_page()
    page.goto(board.url)
    expect(_grip(page, "Longer hours")).to_be_hidden()
    card = page.locator(f"#improvement-{cards[1].pk}")
    card.locator("summary").click()
    card.get_by_role("button", name="Start").click()
    expect(_column(page, "Under way")).to_contain_text("Longer hours")
    assert _state(cards[1]) == "doing"
    context.close()
