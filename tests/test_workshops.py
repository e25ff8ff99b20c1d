"""Workshops: a room rates privately on its phones, and sees everything at once."""

import csv
import io
import re
import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from feedback.services import close_period
from programme.models import Membership, Organisation, Period
from tests import factories
from tests.conftest import wait_until
from tests.pages import Visitor
from touchpoints.models import RatingTally, Touchpoint, Workshop, WorkshopRater
from touchpoints.queries.workshops import workshop_opinions
from touchpoints.services import (
    TouchpointsError,
    keep_workshop,
    reveal_workshop,
    save_votes,
    start_workshop,
)
from touchpoints.services.workshops import MOST_RATERS, WorkshopOverError


@pytest.fixture
def at(organisation: Organisation) -> list[Touchpoint]:
    stage = factories.stage(organisation, "Buy")
    return [
        factories.touchpoint(organisation, name, on=stage) for name in ("Shop", "Bill", "Visit")
    ]


@pytest.fixture
def workshop(organisation: Organisation, manager: Membership, at: list[Touchpoint]) -> Workshop:
    return start_workshop(organisation=organisation, title="Us", touchpoints=at, by=manager)


def _url(of: Workshop, name: str = "workshop", **where: object) -> str:
    return reverse(
        f"touchpoints:{name}",
        kwargs={"organisation": of.organisation.slug, "workshop": of.pk, **where},
    )


def _all(of: Organisation, name: str = "workshops") -> str:
    return reverse(f"touchpoints:{name}", args=[of.slug])


def _rate(of: Workshop) -> str:
    return reverse("workshop_rate", args=[of.token])


def _room(workshop: Workshop, at: list[Touchpoint], *people: str) -> None:
    """One word a person: x misery, 0 mediocrity, + magic, - no vote, a sign a touchpoint."""
    moments = {"x": "misery", "0": "mediocrity", "+": "magic", "-": ""}
    for signs in people:
        votes = {one.pk: moments[sign] for one, sign in zip(at, signs, strict=True)}
        save_votes(workshop=workshop, device=uuid4(), votes=votes, finished=True)


def test_votes_can_be_changed_and_taken_back(workshop: Workshop, at: list[Touchpoint]) -> None:
    device, shop, bill = uuid4(), at[0].pk, at[1].pk
    save_votes(workshop=workshop, device=device, votes={shop: "magic", bill: "misery"})
    save_votes(workshop=workshop, device=device, votes={shop: "misery"}, finished=True)
    save_votes(workshop=workshop, device=device, votes={bill: "", 999_999: "magic"})
    rater = WorkshopRater.objects.get()
    assert rater.votes == {str(shop): "misery"}
    assert rater.finished


def test_the_reveal_counts_and_forgets_who(workshop: Workshop, at: list[Touchpoint]) -> None:
    _room(workshop, at, "+x-", "+x-", "0+-", "---")
    revealed = reveal_workshop(workshop=workshop)
    results = {
        str(one.pk): of for one, of in zip(at, ([0, 1, 2], [2, 0, 1], [0, 0, 0]), strict=True)
    }
    assert revealed.results == results
    assert revealed.rated_by == 3
    assert not WorkshopRater.objects.exists()
    with pytest.raises(WorkshopOverError):
        save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    assert reveal_workshop(workshop=workshop).results == results


def test_nothing_to_reveal(workshop: Workshop, at: list[Touchpoint]) -> None:
    _room(workshop, at, "---")
    with pytest.raises(TouchpointsError, match="Nobody has rated"):
        reveal_workshop(workshop=workshop)


def test_the_most_divided_come_first_and_the_unanimous_last(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    _room(workshop, at, "+x0", "+x+", "+++", "+++")
    found = workshop_opinions(reveal_workshop(workshop=workshop))
    assert [one.touchpoint.name for one in found] == ["Bill", "Visit", "Shop"]
    assert [one.words for one in found] == ["far apart", "mostly of one mind", "all of one mind"]
    assert found[0].agreement == pytest.approx(-1)
    assert [width for *_, width in found[0].parts] == [50, 0, 50]


def test_the_heatmap_gets_what_it_may_show_once(workshop: Workshop, at: list[Touchpoint]) -> None:
    _room(workshop, at, "+x+", "+x+", "+++", "+++", "+0-")
    with pytest.raises(TouchpointsError, match="Reveal it first"):
        keep_workshop(workshop=workshop)
    reveal_workshop(workshop=workshop)
    assert [keep_workshop(workshop=workshop) for _ in range(2)] == [1, 1]
    # All said the same of the shop, and only four rated the visit.
    tally = RatingTally.objects.get()
    assert (tally.touchpoint, tally.voice, tally.source) == (at[1], "staff", workshop.source)
    assert (tally.misery, tally.mediocrity, tally.magic) == (2, 1, 2)
    assert (tally.period, tally.team, tally.scale) == (workshop.period, None, "moment-3")


def test_four_people_stay_a_talk(workshop: Workshop, at: list[Touchpoint]) -> None:
    _room(workshop, at, "+x0", "x0+", "0+x", "+x0")
    reveal_workshop(workshop=workshop)
    with pytest.raises(TouchpointsError, match="nothing that the heatmap may show"):
        keep_workshop(workshop=workshop)
    assert not RatingTally.objects.exists()


def test_nothing_is_kept_in_a_closed_quarter(
    as_manager: Client, leader: Membership, workshop: Workshop, at: list[Touchpoint]
) -> None:
    _room(workshop, at, *["+x0", "x0+", "0+x"] * 2)
    reveal_workshop(workshop=workshop)
    Period.objects.filter(pk=workshop.period_id).update(ends_on="2026-01-01")
    close_period(period=workshop.period, by=leader)
    page = as_manager.post(_url(workshop, "workshop_keep"), follow=True).text
    assert f"{workshop.period} is closed" in page
    workshop.refresh_from_db()
    assert workshop.kept_at is None


def test_a_room_has_its_size(workshop: Workshop, at: list[Touchpoint]) -> None:
    WorkshopRater.objects.bulk_create(
        WorkshopRater(organisation=workshop.organisation, workshop=workshop, device=UUID(int=n))
        for n in range(MOST_RATERS)
    )
    with pytest.raises(TouchpointsError, match="More than 200"):
        save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    save_votes(workshop=workshop, device=UUID(int=1), votes={at[0].pk: "magic"})


@pytest.mark.django_db(transaction=True)
def test_a_vote_during_the_reveal_is_refused_not_lost(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    _room(workshop, at, "+++")
    refused: list[Exception] = []

    def vote() -> None:
        try:
            save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "misery"})
        except WorkshopOverError as error:
            refused.append(error)
        finally:
            connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    voter = threading.Thread(target=vote)
    with transaction.atomic():
        reveal_workshop(workshop=workshop)
        voter.start()
        wait_until(waits)
    voter.join()
    assert len(refused) == 1
    assert not WorkshopRater.objects.exists()


# The phones' page


def _phone(workshop: Workshop) -> Client:
    client = Client()
    assert client.get(_rate(workshop)).status_code == 200
    return client


def test_looking_makes_no_rater_and_a_browser_is_one(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    phone = _phone(workshop)
    assert not WorkshopRater.objects.exists()
    for vote in ("magic", "misery"):
        answer = phone.post(_rate(workshop), {f"t-{at[0].pk}": vote, "move": "on"})
        assert answer.status_code == 303
        assert "You rated 1 of 3" in phone.get(answer["Location"]).text
    assert WorkshopRater.objects.get().votes == {str(at[0].pk): "misery"}
    assert re.search(r'value="misery"\s+checked', phone.get(_rate(workshop)).text)
    _phone(workshop).post(_rate(workshop), {f"t-{at[0].pk}": "magic"})
    assert WorkshopRater.objects.count() == 2


def test_without_cookies_nothing_is_kept(workshop: Workshop, at: list[Touchpoint]) -> None:
    answer = Client().post(_rate(workshop), {f"t-{at[0].pk}": "magic"})
    assert answer.status_code == 400
    assert "keeps no cookies" in answer.text
    forged = Client()
    forged.cookies["focusprog_workshop"] = "forged"
    assert forged.post(_rate(workshop), {}).status_code == 400
    assert not WorkshopRater.objects.exists()


def test_the_cookie_of_another_workshop_does_not_count(
    workshop: Workshop, at: list[Touchpoint]
) -> None:
    other = start_workshop(organisation=workshop.organisation, title="X", touchpoints=at)
    phone = _phone(other)
    stolen = phone.cookies["focusprog_workshop"].value
    fresh = Client()
    fresh.cookies["focusprog_workshop"] = stolen
    assert fresh.post(_rate(workshop), {f"t-{at[0].pk}": "magic"}).status_code == 400


@pytest.mark.parametrize("vote", ["excellent", "MAGIC", "1", "x" * 5000])
def test_a_vote_that_is_none(workshop: Workshop, at: list[Touchpoint], vote: str) -> None:
    phone = _phone(workshop)
    assert phone.post(_rate(workshop), {f"t-{at[0].pk}": vote}).status_code == 400
    assert not WorkshopRater.objects.exists()


@pytest.mark.parametrize("page", ["0", "-5", "99999999999999999999", "two", ""])
def test_a_page_that_is_none(workshop: Workshop, page: str) -> None:
    assert Client().get(f"{_rate(workshop)}?page={page}").status_code == 200


def test_late_and_lost_links_say_so(workshop: Workshop, at: list[Touchpoint]) -> None:
    phone = _phone(workshop)
    assert Client().get("/w/unknown/").status_code == 404
    Workshop.objects.filter(pk=workshop.pk).update(expires_at=timezone.now())
    for answer in (phone.get(_rate(workshop)), phone.post(_rate(workshop), {})):
        assert answer.status_code == 410
        assert "This workshop is over" in answer.text
    Workshop.objects.filter(pk=workshop.pk).update(expires_at=timezone.now().replace(year=2099))
    _room(workshop, at, "+++")
    reveal_workshop(workshop=workshop)
    late = phone.post(_rate(workshop), {f"t-{at[0].pk}": "magic"})
    assert late.status_code == 410
    assert "The ratings are revealed" in late.text


def test_one_phone_cannot_flood(workshop: Workshop, at: list[Touchpoint]) -> None:
    phone = _phone(workshop)
    statuses = {
        phone.post(_rate(workshop), {f"t-{at[0].pk}": "magic"}).status_code for _ in range(70)
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
            answer = phone.post(f"{_rate(held)}?page={number}", votes)
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
    address = _all(organisation, "workshop_add")
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
    page = as_manager.post(_all(organisation, "workshop_add"), sent)
    assert list(page.context["form"].errors) == [field]
    assert not Workshop.objects.exists()


def test_the_projected_page_tells_numbers_only(
    as_member: Client, as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    _room(workshop, at, "+x0", "x0+")
    save_votes(workshop=workshop, device=uuid4(), votes={at[0].pk: "magic"})
    for client in (as_member, as_manager):
        for name in ("workshop", "workshop_count"):
            page = client.get(_url(workshop, name)).text
            assert re.search(r">2</span>\s*have finished", page)
            assert "of 3 who have begun" in page
            assert "Shop" not in page
    assert "Reveal" not in as_member.get(_url(workshop)).text
    assert as_member.get(_url(workshop, "workshop_csv")).status_code == 404


def test_revealed_kept_and_exported(
    as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    Touchpoint.objects.filter(pk=at[0].pk).update(name="=Shop")
    _room(workshop, at, *["+x0", "xx+", "0xx"] * 2)
    page = as_manager.post(_url(workshop, "workshop_reveal"), follow=True).text
    assert "6 people rated 3" in page
    assert "so few people" not in page
    assert "Keep 2 as staff ratings" in page
    rows = list(
        csv.DictReader(io.StringIO(as_manager.get(_url(workshop, "workshop_csv")).text[1:]))
    )
    assert [row["Touchpoint"] for row in rows] == ["'=Shop", "Visit", "Bill"]
    assert rows[2]["Misery"] == "6"
    page = as_manager.post(_url(workshop, "workshop_keep"), follow=True).text
    assert "2 touchpoints now have" in page
    assert "Keep 2" not in page
    assert "staff ratings of" in as_manager.get(_all(workshop.organisation)).text


def test_few_people_are_warned(
    as_manager: Client, workshop: Workshop, at: list[Touchpoint]
) -> None:
    _room(workshop, at, "+x0", "x0+")
    page = as_manager.post(_url(workshop, "workshop_reveal"), follow=True).text
    assert "everyone can guess who said what" in page
    assert "It stays a talk" in page


def test_only_managers_run_one(
    as_member: Client, as_auditor: Client, workshop: Workshop, organisation: Organisation
) -> None:
    for client in (as_member, as_auditor):
        assert client.post(_all(organisation, "workshop_add"), {}).status_code == 403
        for name in ("workshop_reveal", "workshop_keep"):
            assert client.post(_url(workshop, name)).status_code == 403


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
        _room(held, at[:number], "+" * number, "x" * number)
    with django_assert_num_queries(5):
        as_manager.get(_all(organisation))
    with django_assert_num_queries(4):
        as_manager.get(_url(held))
    with django_assert_num_queries(2):
        Client().get(_rate(held))
    reveal_workshop(workshop=held)
    with django_assert_num_queries(4):
        as_manager.get(_url(held))


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
    screen.goto(f"{live_server}{_url(workshop)}")
    expect(screen.get_by_role("img", name="QR code")).to_be_visible()
    phones = [
        browser.new_context(
            viewport={"width": 390, "height": 844}, is_mobile=True, java_script_enabled=False
        )
        for _ in range(2)
    ]
    first, second = (phone.new_page() for phone in phones)
    for page, choice in ((first, "Magic"), (second, "Misery")):
        page.goto(f"{live_server}{_rate(workshop)}")
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
