"""Every page in a real browser, with the sample in it: whole, wide enough, readable, quick."""

import datetime as dt
import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.signin import signin_url
from feedback.models import Case, Invitation, OpenDoorItem, Round
from feedback.services import (
    ask_whether_it_helped,
    follow_address,
    hash_of,
    make_link,
    pause_door,
    turn_link,
)
from keeping.services.erasing import token_of
from missions.models import Commitment, Consent, ConsentAnswer, Voice
from missions.services.check_ins import link_token
from missions.services.commitments import monday
from missions.services.objection_links import objection_link
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from programme.queries import today_at
from programme.services import reminders_address
from reports.models import BoardReport
from reports.services.links import make_link as make_report_link
from tests import factories
from tests.pages import NOT_PAGES, inside, views
from tests.prepared import prepare_sample
from tests.respondents import link_of, sent_round
from tests.visitor import Visitor, report
from touchpoints.models import Workshop
from touchpoints.services import start_workshop

MOST_QUERIES = 20
ONLY_POSTED_TO = {405}
AREAS = [
    ("home", "programme", "reports"),
    ("touchpoints",),
    ("feedback", "comment_themes", "missions"),
    ("keeping",),
]


def test_no_page_asks_the_database_too_often(db: None, as_user: Callable[[User], Client]) -> None:
    """Also: every view inside the organisation has something to show, or takes only POSTs."""
    cast = prepare_sample()
    client = as_user(cast.members[Role.LEADER].user)
    wrong: dict[str, object] = {}
    shown = 0
    for name, addresses in inside(cast, client).items():
        statuses = set()
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                statuses.add(client.get(address).status_code)
            if len(asked) > MOST_QUERIES:
                wrong[address] = len(asked)
        if 200 in statuses:
            shown += 1
        elif statuses != ONLY_POSTED_TO:
            wrong[name] = statuses
    assert wrong == {}
    assert shown > 50


@pytest.mark.parametrize("areas", AREAS, ids=" ".join)
@pytest.mark.django_db(transaction=True)
def test_pages_of_members(
    areas: tuple[str, ...],
    live_server: object,
    as_user: Callable[[User], Client],
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    cast = prepare_sample()
    leader = cast.members[Role.LEADER].user
    client = as_user(leader)
    visitor = Visitor(sign_in_browser(leader).new_page())
    wrong: dict[str, list[str]] = {}
    for name, addresses in inside(cast, client).items():
        if name.split(":")[0] not in areas:
            continue
        for address in addresses:
            if client.get(address).status_code != 200:
                continue  # that row has no such page, or the view is only posted to
            if faults := visitor.faults(f"{live_server}{address}"):
                wrong[address] = faults
    assert not wrong, report(wrong)


def test_every_area_is_looked_at() -> None:
    found = {view.name.split(":")[0] for view in views() if view.inside}
    assert found == {area for areas in AREAS for area in areas}


@pytest.mark.django_db(transaction=True)
def test_pages_outside_an_organisation(
    live_server: object, page: Page, sign_in_browser: Callable[[User], BrowserContext]
) -> None:
    """Of anyone, of those who hold a link, and of a user; the last ones signed in."""
    cast = prepare_sample()
    leader = cast.members[Role.LEADER].user
    visitor = Visitor(page)
    public = _public_pages(cast.organisation, cast.members[Role.MEMBER].user)
    wrong = _look(visitor, live_server, public)
    sign_in_browser(leader)
    own = _pages_of_a_user(cast.organisation)
    wrong |= _look(visitor, live_server, own)
    assert not wrong, report(wrong)

    looked_at = {resolve(address.split("?")[0]).view_name for address in (*public, *own)}
    outside = {view.name for view in views() if not view.inside} - NOT_PAGES.keys()
    # The one leads away once there is a user, the other takes only POSTs.
    assert outside - looked_at == {"programme:start", "accounts:sign_out_everywhere"}


def _look(visitor: Visitor, server: object, pages: dict[str, int]) -> dict[str, list[str]]:
    """What is wrong with pages, given with the status that each should have."""
    found = {
        address: visitor.faults(f"{server}{address}", status=status)
        for address, status in pages.items()
    }
    return {address: faults for address, faults in found.items() if faults}


def _public_pages(organisation: Organisation, member: User) -> dict[str, int]:
    names = [
        *("account_login", "accounts:email_link", "account_signup", "account_inactive"),
        *("account_reset_password", "account_reset_password_done"),
        *("account_reset_password_from_key_done", "outbox:mailbox"),
    ]
    pages = {reverse(name): 200 for name in names}
    Client().post(reverse("account_reset_password"), {"email": member.email})
    pages[_link("/account/password/reset/key/", member.email)] = 200
    pages[reverse("outbox:mailbox_email", args=[_kept_email()])] = 200
    link = signin_url(member, base_url="http://localhost").removeprefix("http://localhost")
    pages |= {link: 200, re.sub(r"[^/]+/$", "used-up/", link): 410}
    membership = Membership.objects.get(user=member)
    reminders = reminders_address(membership).removeprefix(settings.BASE_URL)
    pages |= {reminders: 200, "/reminders/unknown/": 404}
    pages |= {_link("/join/", "new@larkfield.example"): 200, "/join/unknown/": 404}
    pages[reverse("public_mission", args=[organisation.slug])] = 200
    pages |= _objection_pages(organisation)
    pages |= _pages_of_an_owner(organisation) | _report_links(organisation)
    pages |= _door_pages(organisation)
    return pages | _respondents_pages(organisation) | _workshop_pages(organisation)


def _respondents_pages(organisation: Organisation) -> dict[str, int]:
    """In their order: the link of a respondent gives the cookie that their next pages need."""
    invitation = Invitation.objects.filter(round__state=Round.State.OPEN)[0]
    assert invitation.person is not None
    link = link_of(invitation.person, invitation.round)
    questions = reverse("answer", args=[invitation.pk])
    pages = {link: 200, f"{questions}?page=2": 200, link.replace("/a/", "/unsubscribe/"): 200}
    pages[link.replace("/a/", "/forget/")] = 200
    sure = reverse("forget_sure", args=[token_of(invitation.person)])
    pages |= {sure: 200, "/forget/unknown/": 404}

    handed_in, link = sent_round(organisation)
    invitation = handed_in.invitations.latest("pk")
    factories.submitted(invitation, recommend=9)
    pages |= {link: 200, reverse("answer_thanks", args=[invitation.pk]): 200}

    confidential, link = sent_round(organisation, confidential=True)
    factories.submitted(confidential.invitations.latest("pk"), recommend=9)
    pages[link] = 200

    handed_in.refresh_from_db()
    place = make_link(round=handed_in, place="Hall", use="own")
    turned_off = make_link(round=handed_in, place="Van", use="own")
    turn_link(link=turned_off, on=False)
    pages |= {
        reverse("open_answer", args=[place.token]): 200,
        reverse("open_thanks", args=[place.token]): 200,
        reverse("open_answer", args=[turned_off.token]): 410,
    }

    closed = Invitation.objects.filter(round__state=Round.State.CLOSED, round__confidential=False)
    Invitation.objects.filter(pk=closed[0].pk).update(token_hash=hash_of("closed"))
    return pages | {"/a/closed/": 410, "/a/unknown/": 404}


def _objection_pages(organisation: Organisation) -> dict[str, int]:
    """Of one that can still be withdrawn, of one of an adopted mission, and of nobody's."""
    asked = Consent.objects.get(organisation=organisation, closed_at=None)
    ConsentAnswer.objects.create(
        organisation=organisation,
        consent=asked,
        voice=Voice.CUSTOMER,
        choice=ConsentAnswer.Choice.OBJECT,
        reason="Too long",
    )
    objections = ConsentAnswer.objects.filter(organisation=organisation, choice="object")
    links = [objection_link(one).removeprefix(settings.BASE_URL) for one in objections]
    return dict.fromkeys(links, 200) | {reverse("objection", args=["unknown"]): 404}


def _pages_of_an_owner(organisation: Organisation) -> dict[str, int]:
    """The weekly question, before and after everything has a word."""
    week = monday(today_at(organisation)) - dt.timedelta(weeks=1)
    asked = Commitment.objects.filter(organisation=organisation)
    pages = {}
    for commitment in asked.order_by("pk"):
        assert commitment.owner is not None
        token = link_token(membership=commitment.owner, week=week)
        pages[reverse("check_in", args=[token])] = 200
    return pages | {reverse("check_in", args=["unknown"]): 404}


def _report_links(organisation: Organisation) -> dict[str, int]:
    """A board report by its link: one that works, one that is over, one that never was."""
    frozen = BoardReport.objects.filter(organisation=organisation, approval="frozen")[0]
    works, _ = make_report_link(report=frozen, to_email="chair@example.com", days=30)
    over, _ = make_report_link(report=frozen, to_email="past@example.com", days=-1)
    states = {works: 200, over: 410, "unknown": 404}
    return {reverse("report_link", args=[token]): status for token, status in states.items()}


def _door_pages(organisation: Organisation) -> dict[str, int]:
    """The open door in two directions, paused; and one's own pages, whose links come first."""
    door, did = (reverse(name, args=[organisation.slug]) for name in ("say", "did"))
    paused = factories.organisation()
    pause_door(organisation=paused, paused=True)
    pages = {door: 200, f"{door}?lang=ar": 200, reverse("say", args=[paused.slug]): 200}
    # What has changed: in two directions, and nothing yet.
    nothing = reverse("did", args=[paused.slug])
    pages |= {did: 200, f"{did}?lang=ar": 200, nothing: 200, "/did/nowhere/": 404}
    for item in OpenDoorItem.objects.filter(organisation=organisation)[:2]:
        link = follow_address(item.conversation).removeprefix(settings.BASE_URL)
        page = reverse("follow", args=[item.conversation_id])
        pages |= {link: 200, f"{page}?arrived=1&lang=ar": 200}
    answered = Case.objects.get(conversation__messages__from_us=True)
    ask_whether_it_helped(case=answered, by=Membership.objects.filter(organisation=organisation)[0])
    assert answered.conversation is not None
    link = follow_address(answered.conversation).removeprefix(settings.BASE_URL)
    return pages | {link: 200, "/f/unknown/": 404}


def _workshop_pages(organisation: Organisation) -> dict[str, int]:
    """On a phone: open, over, revealed and unknown."""
    still_open = Workshop.objects.get(organisation=organisation, revealed_at=None)
    revealed = Workshop.objects.get(organisation=organisation, revealed_at__isnull=False)
    over = start_workshop(
        organisation=organisation, title="Over", touchpoints=[still_open.touchpoints.all()[0]]
    )
    Workshop.objects.filter(pk=over.pk).update(expires_at=over.created_at)
    states = {still_open.token: 200, over.token: 410, revealed.token: 410, "unknown": 404}
    return {reverse("workshop_rate", args=[token]): status for token, status in states.items()}


def _kept_email() -> str:
    """The name of an email in the mailbox, with a part for every sort of reader."""
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = "a@example.org", "b@example.org", "Some words"
    # One that can be answered, as whoever received it.
    email["Reply-To"] = f"answers+1-{'0' * 32}@localhost"
    email.set_content("Plain.")
    email.add_alternative("<p>Rich.", subtype="html")
    assert settings.MAILBOX is not None
    (settings.MAILBOX / "1764000000000000000-000000.eml").write_bytes(email.as_bytes())
    return "1764000000000000000-000000"


def _link(start: str, address: str) -> str:
    """The path of the link in the email to an address."""
    text = Email.objects.filter(to_email=address).latest("pk").text
    return text[text.index(start) :].split()[0]


def _pages_of_a_user(organisation: Organisation) -> dict[str, int]:
    names = [
        *("style", "accounts:profile", "account_change_password", "account_set_password"),
        *("programme:new_organisation", "account_logout"),
    ]
    return {
        **{reverse(name): 200 for name in names},
        f"{reverse('programme:front_door')}?choose": 200,
        _link("/join/", "new@larkfield.example"): 200,
        reverse("home", args=["nowhere"]): 404,
    }


@pytest.mark.django_db(transaction=True)
def test_the_very_start(live_server: object, page: Page) -> None:
    visitor = Visitor(page)
    assert visitor.faults(f"{live_server}/") == []
    assert page.url.endswith(reverse("programme:start"))


@pytest.mark.django_db(transaction=True)
def test_the_first_pages_of_a_new_organisation(
    live_server: object,
    leader: Membership,
    as_leader: Client,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    """Nothing is there yet: each page says what it will be."""
    visitor = Visitor(sign_in_browser(leader.user).new_page())
    pages = {}
    for view in views():
        if view.inside and not view.parameters and view.name not in NOT_PAGES:
            address = reverse(view.name, args=[leader.organisation.slug])
            if as_leader.get(address).status_code == 200:
                pages[address] = 200
    assert len(pages) > 20
    wrong = _look(visitor, live_server, pages)
    assert not wrong, report(wrong)


@pytest.mark.urls("tests.broken_urls")
@pytest.mark.django_db(transaction=True)
def test_pages_for_what_went_wrong(live_server: object, page: Page) -> None:
    statuses = {"/400/": 400, "/403/": 403, "/403/csrf/": 403, "/404/": 404, "/429/": 429}
    wrong = _look(Visitor(page), live_server, statuses | {"/500/": 500, "/503/": 503})
    assert not wrong, report(wrong)


# By keyboard

_FOCUS_SHOWS = """
() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const place = one.getBoundingClientRect();
  const seen = place.bottom > 0 && place.top < innerHeight && place.width > 0;
  return seen && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}
"""


def _tab(page: Page) -> str:
    """One stop further; what has the focus now."""
    page.keyboard.press("Tab")
    name: str = page.evaluate(
        """() => {
          const one = document.activeElement;
          return one === document.body ? "" : (one.tagName + " " + one.innerText.trim());
        }"""
    )
    return name


@pytest.mark.django_db(transaction=True)
def test_by_keyboard_alone(
    live_server: object, sign_in_browser: Callable[[User], BrowserContext]
) -> None:
    cast = prepare_sample()
    page = sign_in_browser(cast.members[Role.LEADER].user).new_page()
    inside_of = f"{live_server}/o/{cast.organisation.slug}"
    _walk_home(page, f"{inside_of}/")
    _open_a_cell(page, f"{inside_of}/touchpoints/")
    _mend_a_form(page, f"{inside_of}/people/add/")


def _walk_home(page: Page, url: str) -> None:
    page.goto(url)
    assert _tab(page) == "A Skip to the content"
    stops = []
    while stop := _tab(page):
        assert page.evaluate(_FOCUS_SHOWS), stop
        stops.append(stop)
        assert len(stops) < 120
    focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary"
    seen = page.locator(focusable).evaluate_all("all => all.filter(one => one.checkVisibility())")
    assert len(stops) == len(seen) - 1

    page.goto(url)
    _tab(page)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def _open_a_cell(page: Page, url: str) -> None:
    page.goto(url)
    cells = page.locator(".heatmap td a")
    for _ in range(60):
        _tab(page)
        if cells.first.evaluate("one => one === document.activeElement"):
            break
    expect(cells.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    opened = page.locator(".heatmap td a:focus")
    assert page.evaluate(_FOCUS_SHOWS)
    address = opened.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    assert Visitor(page).looks() == []
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_empty()
    expect(page.locator(".heatmap td a:focus")).to_have_attribute("href", str(address))


def _mend_a_form(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    assert Visitor(page).looks() == []
    _tab(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
