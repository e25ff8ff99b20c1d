"""A workshop's pages: the room's phones, the screen, and those who run it."""

import csv
import io
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from programme.models import Membership, Organisation
from tests import factories
from tests.visitor import Visitor
from tests.workshops import all_of, rate_page, room, url
from touchpoints.models import Touchpoint, Workshop, WorkshopRater
from touchpoints.services import (
    TouchpointsError,
    reveal_workshop,
    save_votes,
    start_workshop,
)


@pytest.fixture
def at(organisation: Organisation) -> list[Touchpoint]:
    stage = factories.stage(organisation, "Buy")
    return [
        factories.touchpoint(organisation, name, on=stage) for name in ("Shop", "Bill", "Visit")
    ]


@pytest.fixture
def workshop(organisation: Organisation, manager: Membership, at: list[Touchpoint]) -> Workshop:
    return start_workshop(organisation=organisation, title="Us", touchpoints=at, by=manager)


# The phones' page


def _phone(workshop: Workshop) -> Client:
    client = Client()
    assert client.get(rate_page(workshop)).status_code == 200
    return client


def test_looking_makes_no_rater_and_a_browser_is_one(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    phone = _phone(workshop)
    assert not WorkshopRater.objects.exists()
    for vote in ("magic", "misery"):
        answer = phone.post(rate_page(workshop), {f"t-{at[0].pk}": vote, "move": "on"})
        assert answer.status_code == 303
        assert "You rated 1 of 3" in phone.get(answer["Location"]).text
    assert WorkshopRater.objects.get().votes == {str(at[0].pk): "misery"}
    assert re.search(r'value="misery"\s+checked', phone.get(rate_page(workshop)).text)
    _phone(workshop).post(rate_page(workshop), {f"t-{at[0].pk}": "magic"})
    assert WorkshopRater.objects.count() == 2


def test_without_cookies_nothing_is_kept(workshop: Workshop, at: list[Touchpoint]) -> None:
    answer = Client().post(rate_page(workshop), {f"t-{at[0].pk}": "magic"})
    assert answer.status_code == 400
    assert "keeps no cookies" in answer.text
    forged = Client()
    forged.cookies["focusprog_workshop"] = "forged"
    assert forged.post(rate_page(workshop), {}).status_code == 400
    assert not WorkshopRater.objects.exists()


def test_the_cookie_of_another_workshop_does_not_count(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    other = start_workshop(organisation=workshop.organisation, title="X", touchpoints=at)
    phone = _phone(other)
    stolen = phone.cookies["focusprog_workshop"].value
    fresh = Client()
    fresh.cookies["focusprog_workshop"] = stolen
    assert fresh.post(rate_page(workshop), {f"t-{at[0].pk}": "magic"}).status_code == 400


@pytest.mark.parametrize("vote", ["excellent", "MAGIC", "1", "x" * 5000])
def test_a_vote_that_is_none(workshop: Workshop, at: list[Touchpoint], vote: str) -> None:
    phone = _phone(workshop)
    assert phone.post(rate_page(workshop), {f"t-{at[0].pk}": vote}).status_code == 400
    assert not WorkshopRater.objects.exists()


@pytest.mark.parametrize("page", ["0", "-5", "99999999999999999999", "two", ""])
def test_a_page_that_is_none(workshop: Workshop, page: str) -> None:
    assert Client().get(f"{rate_page(workshop)}?page={page}").status_code == 200


def test_late_and_lost_links_say_so(workshop: Workshop, at: list[Touchpoint]) -> None:
    phone = _phone(workshop)
    assert Client().get("/w/unknown/").status_code == 404
    Workshop.objects.filter(pk=workshop.pk).update(expires_at=timezone.now())
    for answer in (phone.get(rate_page(workshop)), phone.post(rate_page(workshop), {})):
        assert answer.status_code == 410
        assert "This workshop is over" in answer.text
    Workshop.objects.filter(pk=workshop.pk).update(expires_at=timezone.now().replace(year=2099))
    room(workshop, at, "+++")
    reveal_workshop(workshop=workshop)
    late = phone.post(rate_page(workshop), {f"t-{at[0].pk}": "magic"})
    assert late.status_code == 410
    assert "The ratings are revealed" in late.text


def test_one_phone_cannot_flood(workshop: Workshop, at: list[Touchpoint]) -> None:
    phone = _phone(workshop)
    statuses = {
        phone.post(rate_page(workshop), {f"t-{at[0].pk}": "magic"}).status_code for _ in range(70)
    }
    assert statuses == {303, 429}
    assert WorkshopRater.objects.count() == 1


def test_forty_people_rate_sixty_touchpoints(
    organisation: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stage = factories.stage(organisation)
    many = [factories.touchpoint(organisation, on=stage) for _ in range(60)]
    held = start_workshop(organisation=organisation, title="Many", touchpoints=many)
    for _ in range(40):
        phone = _phone(held)
        for number in range(1, 7):
            votes = {f"t-{one.pk}": "magic" for one in many[10 * number - 10 : 10 * number]}
            answer = phone.post(f"{rate_page(held)}?page={number}", votes)
    assert answer["Location"].endswith("?done=1")
    assert held.raters.filter(finished=True).count() == 40
    assert set(map(tuple, reveal_workshop(workshop=held).results.values())) == {(0, 0, 40)}
    with pytest.raises(TouchpointsError, match="at most 60"):
        start_workshop(
            organisation=organisation,
            title="X",
            touchpoints=[*many, factories.touchpoint(organisation)],
        )


# The managers' pages


def test_a_stage_and_a_touchpoint_are_chosen(
    as_manager: Client, organisation: Organisation, at: list[Touchpoint]
) -> None:
    other = factories.touchpoint(organisation, "Elsewhere")
    address = all_of(organisation, "workshop_add")
    assert "Elsewhere" in as_manager.get(address).text
    sent = {"title": "Us", "stages": [at[0].stage_id], "touchpoints": [other.pk, at[0].pk]}
    page = as_manager.post(address, sent, follow=True).text
    made = Workshop.objects.get()
    assert set(made.touchpoints.all()) == {*at, other}
    assert f"/w/{made.token}/" in page
    assert "<svg" in page


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": "Us"}, "stages"),
        ({"stages": "s"}, "title"),
        ({"title": "x" * 201, "stages": "s"}, "title"),
        ({"title": "Us", "stages": "99999"}, "stages"),
        ({"title": "Us", "touchpoints": "foreign"}, "touchpoints"),
    ],
)
def test_bad_choices_are_told_at_their_field(
    as_manager: Client,
    organisation: Organisation,
    at: list[Touchpoint],
    sent: dict[str, str],
    field: str,
) -> None:
    foreign = factories.touchpoint(factories.organisation())
    values = {"s": str(at[0].stage_id), "foreign": str(foreign.pk)}
    sent = {name: values.get(value, value) for name, value in sent.items()}
    page = as_manager.post(all_of(organisation, "workshop_add"), sent)
    assert list(page.context["form"].errors) == [field]
    assert not Workshop.objects.exists()


def test_the_projected_page_tells_numbers_only(
    as_member: Client, as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    room(workshop, at, "+x0", "x0+")
    save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    for client in (as_member, as_manager):
        for name in ("workshop", "workshop_count"):
            page = client.get(url(workshop, name)).text
            assert re.search(r">2</span>\s*have finished", page)
            assert "of 3 who have begun" in page
            assert "Shop" not in page
    assert "Reveal" not in as_member.get(url(workshop)).text
    assert as_member.get(url(workshop, "workshop_csv")).status_code == 404


def test_revealed_kept_and_exported(
    as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    Touchpoint.objects.filter(pk=at[0].pk).update(name="=Shop")
    room(workshop, at, *["+x0", "xx+", "0xx"] * 2)
    page = as_manager.post(url(workshop, "workshop_reveal"), follow=True).text
    assert "6 people rated 3" in page
    assert "so few people" not in page
    assert "Keep 2 as staff ratings" in page
    rows = list(csv.DictReader(io.StringIO(as_manager.get(url(workshop, "workshop_csv")).text[1:])))
    assert [row["Touchpoint"] for row in rows] == ["'=Shop", "Visit", "Bill"]
    assert rows[2]["Misery"] == "6"
    page = as_manager.post(url(workshop, "workshop_keep"), follow=True).text
    assert "2 touchpoints now have" in page
    assert "Keep 2" not in page
    assert "staff ratings of" in as_manager.get(all_of(workshop.organisation)).text


def test_few_people_are_warned(
    as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    room(workshop, at, "+x0", "x0+")
    page = as_manager.post(url(workshop, "workshop_reveal"), follow=True).text
    assert "everyone can guess who said what" in page
    assert "It stays a talk" in page


def test_only_managers_run_one(
    as_member: Client, as_auditor: Client, workshop: Workshop, organisation: Organisation
) -> None:
    for client in (as_member, as_auditor):
        assert client.post(all_of(organisation, "workshop_add"), {}).status_code == 403
        for name in ("workshop_reveal", "workshop_keep"):
            assert client.post(url(workshop, name)).status_code == 403


def test_another_organisation_s_workshop_is_not_found(
    as_manager: Client, organisation: Organisation
) -> None:
    other = factories.organisation()
    theirs = start_workshop(
        organisation=other, title="Theirs", touchpoints=[factories.touchpoint(other)]
    )
    where = {"organisation": organisation.slug, "workshop": theirs.pk}
    for name in ("workshop", "workshop_count", "workshop_csv"):
        address = reverse(f"touchpoints:{name}", kwargs=where)
        assert as_manager.get(address).status_code == 404
    for name in ("workshop_reveal", "workshop_keep"):
        assert as_manager.post(reverse(f"touchpoints:{name}", kwargs=where)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_as_often_for_three_as_for_one(
    as_manager: Client,
    organisation: Organisation,
    at: list[Touchpoint],
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(number):
        held = start_workshop(organisation=organisation, title="Us", touchpoints=at[:number])
        room(held, at[:number], "+" * number, "x" * number)
    with django_assert_num_queries(5):
        as_manager.get(all_of(organisation))
    with django_assert_num_queries(4):
        as_manager.get(url(held))
    with django_assert_num_queries(2):
        Client().get(rate_page(held))
    reveal_workshop(workshop=held)
    with django_assert_num_queries(4):
        as_manager.get(url(held))


# A room, in real browsers


@pytest.mark.django_db(transaction=True)
def test_two_phones_and_a_screen(
    live_server: object,
    browser: Browser,
    workshop: Workshop,
    manager: Membership,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    screen = sign_in_browser(manager.user).new_page()
    screen.set_viewport_size({"width": 1280, "height": 900})
    screen.goto(f"{live_server}{url(workshop)}")
    expect(screen.get_by_role("img", name="QR code")).to_be_visible()
    phones = [
        browser.new_context(
            viewport={"width": 390, "height": 844}, is_mobile=True, java_script_enabled=False
        )
        for _ in range(2)
    ]
    first, second = (phone.new_page() for phone in phones)
    for page, choice in ((first, "Magic"), (second, "Misery")):
        page.goto(f"{live_server}{rate_page(workshop)}")
        _choose(page, "Shop", choice)
        page.get_by_role("button", name="Hand in your ratings").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(screen.locator("#count")).to_contain_text("2 have finished")
    first.get_by_role("link", name="change yours").click()
    expect(first.get_by_role("group", name="Shop").get_by_label("Magic")).to_be_checked()
    _choose(first, "Bill", "Mediocrity")
    first.get_by_role("button", name="Hand in your ratings").click()
    expect(first.get_by_text("You rated 2 of 3")).to_be_visible()
    screen.get_by_role("button", name="Reveal the ratings").click()
    expect(screen.locator(".opinions li").first).to_contain_text("Shop")
    expect(screen.locator(".opinions li").first).to_contain_text("far apart")
    expect(screen.get_by_text("everyone can guess who said what")).to_be_visible()
    assert Visitor(screen).looks() == []
    second.go_back()
    second.reload()
    expect(second.get_by_role("heading", level=1)).to_have_text("The ratings are revealed")
    for phone in phones:
        phone.close()


def _choose(page: Page, touchpoint: str, choice: str) -> None:
    page.get_by_role("group", name=touchpoint).get_by_label(choice).check()
