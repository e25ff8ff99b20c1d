"""Moving on the map: the order kept, nothing overwritten unseen, by mouse, touch and keyboard."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from programme.models import Membership, Organisation
from tests import factories
from tests.conftest import Url, at_once
from tests.visitor import Visitor
from touchpoints.models import Journey, Stage, Touchpoint
from touchpoints.services import StaleError, TouchpointsError, archive, change_stage, place
from touchpoints.versions import version_of


@pytest.fixture
def stages(organisation: Organisation) -> list[Stage]:
    """Two stages of one journey, "Order" with A, B, C and "Pay" with D."""
    journey = factories.journey(organisation, "A purchase")
    made = []
    for position, (name, letters) in enumerate((("Order", "ABC"), ("Pay", "D"))):
        stage = factories.stage(organisation, name, journey_of=journey)
        Stage.objects.filter(pk=stage.pk).update(position=position)
        for at, letter in enumerate(letters):
            one = factories.touchpoint(organisation, letter, on=stage)
            Touchpoint.objects.filter(pk=one.pk).update(position=at)
        made.append(stage)
    return made


def _names(organisation: Organisation) -> list[str]:
    return [one.name for one in Touchpoint.objects.filter(organisation=organisation).current()]


def _on(stage: Stage) -> list[str]:
    return [one.name for one in stage.touchpoints.order_by("position", "pk")]


def _seen(stage: Stage) -> str:
    return version_of(one.pk for one in stage.touchpoints.order_by("position", "pk"))


def _called(name: str) -> Touchpoint:
    return Touchpoint.objects.get(name=name)


# The service


@pytest.mark.parametrize(
    ("name", "at", "order"),
    [("C", 0, "CABD"), ("A", 1, "BACD"), ("A", 99, "BCAD"), ("B", -5, "BACD"), ("B", 1, "ABCD")],
)
def test_a_place_in_its_own_list(
    organisation: Organisation, stages: list[Stage], name: str, at: int, order: str
) -> None:
    changed = place(row=_called(name), at=at, seen=_seen(stages[0]))
    assert "".join(_names(organisation)) == order
    assert changed == {f"stage-{stages[0].pk}": _seen(stages[0])}


def test_a_touchpoint_into_another_stage(stages: list[Stage]) -> None:
    one, two = stages
    place(row=_called("B"), at=0, seen=_seen(one), into=two, seen_there=_seen(two))
    assert (_on(one), _on(two)) == (["A", "C"], ["B", "D"])


def test_a_stage_into_another_journey_and_journeys_among_themselves(
    organisation: Organisation, stages: list[Stage]
) -> None:
    here = stages[0].journey
    other = factories.journey(organisation, "A repair")
    Journey.objects.filter(pk=other.pk).update(position=1)
    seen = version_of(one.pk for one in stages)
    place(row=stages[0], at=0, seen=seen, into=other, seen_there=version_of([]))
    assert [one.name for one in other.stages.all()] == ["Order"]
    place(row=other, at=0, seen=version_of([here.pk, other.pk]))
    assert list(Journey.objects.filter(organisation=organisation)) == [other, here]


def test_what_was_seen_otherwise_changes_nothing(stages: list[Stage]) -> None:
    one, two = stages
    first, there = _seen(one), _seen(two)
    place(row=_called("C"), at=0, seen=first)
    with pytest.raises(StaleError, match="just changed this list"):
        place(row=_called("A"), at=2, seen=first)
    assert _on(one) == ["C", "A", "B"]
    factories.touchpoint(two.organisation, "E", on=two)
    with pytest.raises(StaleError, match="just changed “Pay”"):
        place(row=_called("A"), at=0, seen=_seen(one), into=two, seen_there=there)
    assert "A" in _on(one)


def test_it_lies_only_where_it_can(stages: list[Stage]) -> None:
    one, two = stages
    factories.touchpoint(two.organisation, "a", on=two)
    with pytest.raises(TouchpointsError, match="already has one called “A”"):
        place(row=_called("A"), at=0, seen=_seen(one), into=two, seen_there=_seen(two))
    with pytest.raises(TouchpointsError, match="a touchpoint on a stage"):
        place(row=_called("A"), at=0, seen=_seen(one), into=one.journey)
    archive(row=two)
    two.refresh_from_db()
    with pytest.raises(TouchpointsError, match="archived"):
        place(row=_called("A"), at=0, seen=_seen(one), into=two, seen_there=_seen(two))
    archive(row=_called("B"))
    with pytest.raises(StaleError):
        place(row=_called("B"), at=0, seen=_seen(one))
    assert _on(one) == ["A", "B", "C"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_at_once_one_is_told() -> None:
    organisation = factories.organisation()
    stage = factories.stage(organisation)
    made = [factories.touchpoint(organisation, name, on=stage) for name in "ABCDE"]
    seen = _seen(stage)
    outcomes = at_once(
        lambda: place(row=made[4], at=0, seen=seen), lambda: place(row=made[3], at=0, seen=seen)
    )
    assert {type(one) for one in outcomes} == {type(None), StaleError}
    assert sorted(stage.touchpoints.values_list("position", flat=True)) == [0, 1, 2, 3, 4]
    assert "".join(_on(stage)) in {"EABCD", "DABCE"}


# The pages


def test_the_buttons_without_script(
    as_manager: Client, organisation: Organisation, map_url: Url, stages: list[Stage]
) -> None:
    where = map_url("move", kind="touchpoint", row=_called("C").pk)
    answer = as_manager.post(where, {"at": "1", "seen": _seen(stages[0])})
    assert (answer.status_code, _names(organisation)) == (302, list("ACBD"))
    assert as_manager.post(where, {"at": "up", "seen": ""}).status_code == 400
    assert as_manager.post(where, {"at": "0", "into": "x"}).status_code == 400
    assert as_manager.post(where, {"at": "0", "into": "987654"}).status_code == 404
    assert as_manager.post(map_url("move", kind="planet", row=1), {"at": "0"}).status_code == 404


def test_a_stale_move_is_told_with_the_order_as_it_is(
    as_manager: Client, organisation: Organisation, map_url: Url, stages: list[Stage]
) -> None:
    seen, where = _seen(stages[0]), map_url("move", kind="touchpoint", row=_called("A").pk)
    place(row=_called("C"), at=0, seen=seen)
    page = as_manager.post(where, {"at": "1", "seen": seen})
    assert page.status_code == 409
    assert "Somebody else has just changed this list" in page.text
    assert page.text.index(">C</a>") < page.text.index(">A</a>")
    by_script = as_manager.post(
        where, {"at": "1", "seen": seen}, headers={"accept": "application/json"}
    )
    assert by_script.status_code == 409
    assert "“A” stays where it is" in by_script.json()["words"]
    assert _names(organisation) == list("CABD")


def test_another_s_words_are_not_overwritten_unseen(
    as_manager: Client, map_url: Url, stages: list[Stage]
) -> None:
    page = map_url("stage_edit", stage=stages[0].pk)
    seen = as_manager.get(page).text.split('name="seen" value="')[1].split('"')[0]
    change_stage(stage=stages[0], name="Ordering")
    answer = as_manager.post(page, {"name": "Orders", "seen": seen})
    assert answer.status_code == 409
    assert "Meanwhile this became “Ordering”" in answer.text
    assert 'value="Orders"' in answer.text
    again = answer.text.split('name="seen" value="')[1].split('"')[0]
    assert as_manager.post(page, {"name": "Orders", "seen": again}).status_code == 302
    stages[0].refresh_from_db()
    assert stages[0].name == "Orders"


def test_a_touchpoint_s_form_names_what_somebody_else_changed(
    as_manager: Client, map_url: Url, stages: list[Stage]
) -> None:
    at = _called("A")
    page = map_url("touchpoint_edit", touchpoint=at.pk)
    seen = as_manager.get(page).text.split('name="seen" value="')[1].split('"')[0]
    Touchpoint.objects.filter(pk=at.pk).update(channel="shop", importance=5)
    sent = {"name": "A", "stage": at.stage_id, "importance": "3", "channel": "phone", "seen": seen}
    answer = as_manager.post(page, sent)
    assert answer.status_code == 409
    assert "Meanwhile this became “shop”" in answer.text
    assert "Meanwhile this became “5”" in answer.text
    at.refresh_from_db()
    assert (at.channel, at.importance) == ("shop", 5)


# In a real browser


@pytest.fixture
def map_page(
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
    manager: Membership,
    map_url: Url,
    stages: list[Stage],
) -> Page:
    page = sign_in_browser(manager.user).new_page()
    # Tall enough for the whole map: near its edge a drag scrolls.
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.goto(f"{live_server}{map_url('map')}")
    return page


def _drag(page: Page, name: str, onto: str, *, after: bool) -> None:
    handle = page.locator(f'[data-row][data-name="{name}"] [data-handle]').first
    handle.scroll_into_view_if_needed()
    start = handle.bounding_box()
    target = page.locator(f'[data-row="touchpoint"][data-name="{onto}"]').bounding_box()
    assert start
    assert target
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    y = target["y"] + target["height"] * (0.9 if after else 0.1)
    page.mouse.move(target["x"] + 60, (start["y"] + y) / 2, steps=4)
    page.mouse.move(target["x"] + 60, y, steps=4)
    page.mouse.up()


def _said(page: Page, words: str) -> None:
    expect(page.locator("#map-said")).to_contain_text(words)


@pytest.mark.django_db(transaction=True)
def test_dragging_by_mouse(map_page: Page, organisation: Organisation, stages: list[Stage]) -> None:
    _drag(map_page, "C", "A", after=False)
    _said(map_page, "C is now at place 1 of 3 on Order.")
    assert _names(organisation) == list("CABD")
    _drag(map_page, "A", "D", after=True)
    _said(map_page, "A is now at place 2 of 2 on Pay.")
    assert (_on(stages[0]), _on(stages[1])) == (list("CB"), list("DA"))
    map_page.reload()
    assert (
        map_page.locator("[data-row=touchpoint]").evaluate_all(
            "found => found.map(one => one.dataset.name).join('')"
        )
        == "CBDA"
    )


@pytest.mark.django_db(transaction=True)
def test_moving_by_keyboard_alone(
    map_page: Page, organisation: Organisation, stages: list[Stage]
) -> None:
    handle = map_page.get_by_role("button", name="Move A", exact=True)
    handle.focus()
    map_page.keyboard.press("Space")
    _said(map_page, "A is lifted, at place 1 of 3 on Order.")
    expect(handle).to_have_attribute("aria-pressed", "true")
    map_page.keyboard.press("ArrowDown")
    _said(map_page, "place 2 of 3 on Order")
    map_page.keyboard.press("Escape")
    _said(map_page, "A is back at place 1 of 3 on Order.")
    expect(handle).to_be_focused()
    map_page.keyboard.press("Space")
    for _ in range(3):
        map_page.keyboard.press("ArrowDown")
    _said(map_page, "A: place 1 of 2 on Pay.")
    map_page.keyboard.press("Space")
    _said(map_page, "A is now at place 1 of 2 on Pay.")
    expect(handle).to_be_focused()
    assert _names(organisation) == list("BCAD")
    # A stage too, and what lies on it goes along.
    map_page.get_by_role("button", name="Move Pay", exact=True).focus()
    for key in ("Space", "ArrowUp", "Space"):
        map_page.keyboard.press(key)
    _said(map_page, "Pay is now at place 1 of 2 on A purchase.")
    assert _names(organisation) == list("ADBC")


@pytest.mark.django_db(transaction=True)
def test_the_buttons_keep_the_focus_and_the_page(
    map_page: Page, organisation: Organisation
) -> None:
    button = map_page.get_by_role("button", name="Move C up")
    button.click()
    _said(map_page, "C is now at place 2 of 3 on Order.")
    button.press("Enter")
    _said(map_page, "C is now at place 1 of 3 on Order.")
    expect(map_page.get_by_role("button", name="Move C down")).to_be_focused()
    expect(button).to_be_disabled()
    assert _names(organisation) == list("CABD")


@pytest.mark.django_db(transaction=True)
def test_two_managers_move_the_same_stage(
    map_page: Page,
    live_server: object,
    browser: Browser,
    organisation: Organisation,
    map_url: Url,
    stages: list[Stage],
) -> None:
    second = browser.new_context()
    second.add_cookies(map_page.context.cookies())  # type: ignore[arg-type]
    other = second.new_page()
    other.goto(f"{live_server}{map_url('map')}")
    other.get_by_role("button", name="Move Order down").click()
    _said(other, "Order is now at place 2 of 2 on A purchase.")
    map_page.get_by_role("button", name="Move Order down").click()
    expect(map_page.locator("#map-notice")).to_contain_text("Somebody else has just changed")
    expect(map_page.locator("#map-notice")).to_be_focused()
    # The page now shows the order as it is, and a move on it goes through.
    expect(map_page.get_by_role("button", name="Move Order down")).to_be_disabled()
    assert list(Stage.objects.order_by("position")) == stages[::-1]
    assert Visitor(map_page).looks() == []
    map_page.get_by_role("button", name="Move Order up").click()
    _said(map_page, "Order is now at place 1 of 2 on A purchase.")
    second.close()


@pytest.mark.django_db(transaction=True)
def test_dragging_by_touch(
    phone_page: Page,
    live_server: object,
    manager: Membership,
    organisation: Organisation,
    map_url: Url,
    stages: list[Stage],
) -> None:
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(manager.user)
    phone_page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": str(live_server)}]
    )
    phone_page.goto(f"{live_server}{map_url('map')}")
    handle = phone_page.locator('[data-row="touchpoint"][data-name="C"] [data-handle]')
    handle.scroll_into_view_if_needed()
    start = handle.bounding_box()
    target = phone_page.locator('[data-row="touchpoint"][data-name="A"]').bounding_box()
    assert start
    assert target
    assert min(start["width"], start["height"]) >= 44
    touches = phone_page.context.new_cdp_session(phone_page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [{"x": x, "y": y}] if kind != "touchEnd" else []
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + 20, start["y"] + 20
    touch("touchStart", x, y)
    for part in range(1, 6):
        touch("touchMove", x + 20, y + (target["y"] + 5 - y) * part / 5)
    touch("touchEnd", 0, 0)
    _said(phone_page, "C is now at place 1 of 3 on Order.")
    assert _names(organisation) == list("CABD")
