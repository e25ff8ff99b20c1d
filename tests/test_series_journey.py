"""A quarterly series, set up once in a browser, runs two quarters by a moved clock.

The clock of this process, its pages and its sweeps is moved into the past; the worker that sends is
a process of its own, for which all of it was due long ago.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from feedback import tasks
from feedback.models import Invitation, Response, Round, Series
from feedback.services import QuestionSpec
from programme.models import Membership, Organisation
from tests import factories
from tests.conftest import wait_until
from tests.respondents import opened
from tests.running import link_in

LONDON = ZoneInfo("Europe/London")
SCORES = {
    "2026-01-15": [2, 3, 5, 6, 6, 7, 7, 8, 8, 9, 10],
    "2026-04-15": [6, 7, 8, 8, 9, 9, 9, 10, 10, 10, 8],
}
STAFF = 12
ON_PHONES = 2

type Mailbox = Callable[[], list[EmailMessage]]


def _at(day: str, hour: str = "09:00") -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=LONDON)


def _month(day: str) -> str:
    return f"{dt.date.fromisoformat(day):%B %Y}"


@pytest.mark.django_db(transaction=True)
def test_two_quarters_of_a_series(
    organisation: Organisation,
    leader: Membership,
    live_server: LiveServer,
    celery_worker: None,
    sign_in_browser: Callable[[User], BrowserContext],
    phone: Callable[[], Page],
    mailbox: Mailbox,
) -> None:
    team = factories.team(organisation, "Kitchen")
    for _ in range(STAFF):
        factories.staff(organisation, team=team)
    factories.survey(
        organisation,
        QuestionSpec("recommend", "recommend-10", "Would you work here again?"),
        QuestionSpec("comment", "text", "What one thing should change?"),
        title="How is it going?",
    )
    with time_machine.travel(_at("2026-01-05"), tick=True):
        page = sign_in_browser(leader.user).new_page()
        _set_up(page, organisation, live_server)
        tasks.sweep()
    assert not Round.objects.exists()

    for number, (day, scores) in enumerate(SCORES.items()):
        before = len(mailbox())
        with time_machine.travel(_at(day, "09:01"), tick=True):
            _opens_once(number)
            invitations = _new(mailbox, before, STAFF)
            for at, (email, score) in enumerate(zip(invitations, scores, strict=False)):
                words = f"more light in corridor {at} in {_month(day)}"
                if at < ON_PHONES:
                    _answer_on_a_phone(phone(), link_in(email), live_server, score, words)
                else:
                    _answer(link_in(email), score, words)
        silent = str(invitations[-1]["To"])
        with time_machine.travel(_at(day, "09:01") + dt.timedelta(days=5, hours=1), tick=True):
            tasks.sweep()
            tasks.sweep()
            [reminder] = _new(mailbox, before + STAFF, 1)
            assert (str(reminder["To"]), str(reminder["Subject"])[:9]) == (silent, "Reminder:")
            page = sign_in_browser(leader.user).new_page()
            _nothing_is_told_while_it_is_open(page, live_server)
        with time_machine.travel(_at(day) + dt.timedelta(days=15), tick=True):
            tasks.sweep()
            tasks.sweep()
            assert Round.objects.get(occurrence=number).state == Round.State.CLOSED
            page = sign_in_browser(leader.user).new_page()
            _read_results(page, organisation, live_server, day)
    # Nobody was asked or reminded twice, and nothing leads back to anyone.
    assert len(mailbox()) == len(SCORES) * (STAFF + 1)
    assert not Response.objects.exclude(invitation=None).exists()
    with time_machine.travel(_at("2026-05-01"), tick=True):
        _see_the_trend(sign_in_browser(leader.user).new_page(), organisation, live_server)


def _set_up(page: Page, organisation: Organisation, live_server: LiveServer) -> None:
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/series/add/")
    page.get_by_label("Survey").select_option("How is it going?")
    page.get_by_label("Subject").fill("How is it going?")
    page.get_by_label("Staff", exact=True).check()
    page.get_by_label("Confidential:").check()
    page.get_by_label("How often").select_option("Each quarter")
    page.get_by_label("First day").fill("2026-01-15")
    page.get_by_label("Hour").fill("09:00")
    page.get_by_label("On the same day of the month").check()
    page.get_by_label("Remind after").fill("5")
    page.get_by_label("Remind after").blur()
    coming = page.locator("#dates")
    expect(coming).to_contain_text("Thursday 15 January 2026, 09:00, until 29 January")
    expect(coming).to_contain_text("Wednesday 15 April 2026, 09:00, until 29 April")
    page.get_by_role("button", name="Set up the series").click()
    expect(page.locator("main")).to_contain_text("The next round opens on Thursday 15 January 2026")
    expect(page.locator("main")).to_contain_text(f"{STAFF} people as of today")


def _opens_once(number: int) -> None:
    for _ in range(3):
        tasks.sweep()
    assert Round.objects.count() == number + 1
    assert Invitation.objects.filter(round__occurrence=number).count() == STAFF
    assert Series.objects.get().next_number == number + 1


def _new(mailbox: Mailbox, before: int, count: int) -> Sequence[EmailMessage]:
    """The `count` emails that follow the first `before`, once they have come."""
    wait_until(lambda: len(mailbox()) >= before + count)
    return mailbox()[before:]


def _answer_on_a_phone(
    page: Page, link: str, live_server: LiveServer, score: int, words: str
) -> None:
    page.goto(str(live_server) + link[link.index("/a/") :])
    expect(page.get_by_role("heading", name="Your answers are confidential")).to_be_visible()
    expect(page.locator("main")).to_contain_text("from 5 people or more")
    group = page.get_by_role("group", name="Would you work here again?")
    expect(group).to_contain_text("10 Extremely likely")
    group.get_by_label(str(score), exact=True).check()
    page.get_by_label("What one thing should change?").fill(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Send your answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.goto(str(live_server) + link[link.index("/a/") :])
    expect(page.get_by_role("heading", name="Your answers are in")).to_be_visible()
    assert words not in page.content(), "not shown again, not even to whoever gave it"


def _answer(link: str, score: int, words: str) -> None:
    client, page = opened(link[link.index("/a/") :])
    sent = {"q-recommend": score, "q-comment": words, "version": "0", "move": "on"}
    assert client.post(page, sent).status_code == 303


def _nothing_is_told_while_it_is_open(page: Page, live_server: LiveServer) -> None:
    found = Round.objects.get(state=Round.State.OPEN)
    page.goto(f"{live_server}/o/{found.organisation.slug}/feedback/rounds/{found.pk}/")
    expect(page.locator("main")).to_contain_text("They appear here once the round is closed")
    assert "more light" not in page.content()


def _read_results(
    page: Page, organisation: Organisation, live_server: LiveServer, day: str
) -> None:
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/series/{Series.objects.get().pk}/")
    page.get_by_role("link", name=f"How is it going? {_month(day)}").click()
    expect(page.locator("main")).to_contain_text("Closed")
    expect(page.locator("main")).to_contain_text(f"more light in corridor 0 in {_month(day)}")
    expect(page.locator("main")).to_contain_text("92% of those invited")


def _see_the_trend(page: Page, organisation: Organisation, live_server: LiveServer) -> None:
    page.goto(f"{live_server}/o/{organisation.slug}/feedback/series/{Series.objects.get().pk}/")
    expect(page.get_by_role("row", name=re.compile("How is it going"))).to_have_count(2)
    expect(page.locator("main")).to_contain_text("15 July 2026")
    page.get_by_role("link", name="See what changed over time").click()
    asked = page.locator(".result", has_text="Would you work here again?")
    for month in ("January 2026", "April 2026"):
        expect(asked).to_contain_text(month)
    expect(asked.locator("svg").first).to_be_visible()
