"""A change from its first word to a respondent's thank-you, in a real browser with real emails."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from feedback.models import Change, Invitation, Round, Told
from feedback.services import (
    close_round,
    open_round,
    publish_change,
    send_change,
    telling,
    write_change,
)
from outbox.models import Email, EmailState
from programme.models import Membership, Organisation, Person
from tests import factories
from tests.conftest import wait_until
from tests.respondents import link_of
from tests.visitor import Visitor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("celery_worker"),
]

TITLE = "A lamp at the back door"


@pytest.fixture
def asked(organisation: Organisation) -> Round:
    """A confidential round to three customers, one of whom answered, closed."""
    for name in ("ada", "bea", "cy"):
        factories.customer(organisation, name.title(), email=f"{name}@example.com")
    sent = factories.draft_round(organisation, title="The back door", confidential=True)
    open_round(round=sent)
    factories.submitted(sent.invitations.all()[0], recommend=2)
    close_round(round=sent)
    return sent


def _news(mailbox: Callable[[], list[EmailMessage]]) -> list[EmailMessage]:
    return [one for one in mailbox() if TITLE in str(one["Subject"])]


def _write(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Write the first change").click()
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("What has changed, in one line").fill(TITLE)
    page.get_by_label("You said").fill("It is dark where we come in.")
    page.get_by_label("We did").fill("A lamp burns there from dusk on.")
    page.locator("summary", has_text="Rounds it was said in").click()
    page.get_by_label("The back door").check()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def _publish_and_send(page: Page) -> None:
    page.get_by_role("link", name="See it as people will").click()
    email = page.frame_locator("iframe")
    expect(email.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("3 people would be told")).to_be_visible()
    expect(page.get_by_role("button", name="Send to 3 people")).to_have_count(0)
    assert Visitor(page).looks() == []
    page.get_by_role("link", name="Publish the change").click()
    page.get_by_role("button", name="Publish the change").click()
    page.get_by_role("link", name="Tell those who raised it").click()
    page.get_by_role("button", name="Send to 3 people").click()
    expect(page.get_by_text("3 people are being told.")).to_be_visible()


def test_from_the_first_word_to_a_thank_you(
    live_server: object,
    organisation: Organisation,
    leader: Membership,
    asked: Round,
    mailbox: Callable[[], list[EmailMessage]],
    sign_in_browser: Callable[[User], BrowserContext],
    phone: Callable[[], Page],
) -> None:
    page = sign_in_browser(leader.user).new_page()
    page.set_default_timeout(10_000)
    _write(page, f"{live_server}/o/{organisation.slug}/feedback/changes/")
    _publish_and_send(page)

    # Everyone who was invited gets it, whether they answered or not.
    wait_until(lambda: len(_news(mailbox)) == 3)
    got = {one["To"].addresses[0].addr_spec: one for one in _news(mailbox)}
    assert got.keys() == {"ada@example.com", "bea@example.com", "cy@example.com"}
    change = Change.objects.get()
    wait_until(lambda: page.reload() and page.get_by_text("Waiting 0").count())
    expect(page.locator(".delivery")).to_contain_text("Sent 3")

    # One of them reads on, on a phone, and says enough.
    message = got["bea@example.com"]
    html = message.get_body(("html",))
    assert html is not None
    reader = phone()
    reader.set_content(html.get_content())
    link = reader.get_by_role("link", name="What has changed").get_attribute("href")
    stop = reader.get_by_role("link", name="Stop these emails").get_attribute("href")
    assert link is not None
    assert stop is not None
    assert f"<{stop}>" == str(message["List-Unsubscribe"])
    reader.goto(link.replace(settings.BASE_URL, str(live_server)))
    expect(reader.locator(f"#change-{change.pk}")).to_contain_text("A lamp burns there")
    assert reader.evaluate("document.cookie") == ""
    assert reader.evaluate("document.documentElement.scrollWidth") <= 390
    assert Visitor(reader).looks() == []
    reader.goto(stop.replace(settings.BASE_URL, str(live_server)))
    reader.get_by_role("button", name="Stop these emails").click()
    expect(reader.get_by_role("heading", name="no more of these emails")).to_be_visible()
    assert Person.objects.get(email="bea@example.com").unsubscribed_at is not None

    # Whoever answers the next round sees what came of the last; nobody is told a second time.
    following = factories.draft_round(organisation, title="Half a year later")
    open_round(round=following)
    assert following.invitations.count() == 2
    respondent = phone()
    ada = Person.objects.get(email="ada@example.com")
    respondent.goto(f"{live_server}{link_of(ada, following)}")
    respondent.get_by_label("9", exact=True).check()
    respondent.get_by_role("button", name="Send your answers").click()
    expect(respondent.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(respondent.get_by_text(TITLE)).to_be_visible()
    assert Visitor(respondent).looks() == []
    respondent.get_by_role("link", name="What has changed").click()
    expect(respondent.get_by_role("heading", name=TITLE)).to_be_visible()
    assert len(_news(mailbox)) == 3


def test_many_are_told_by_a_worker_each_once(
    organisation: Organisation, leader: Membership
) -> None:
    people = Person.objects.bulk_create(
        Person(
            organisation=organisation,
            kind="customer",
            name=f"Customer {n}",
            email=f"c{n}@example.com",
            language="de" if n % 2 else "en",
        )
        for n in range(telling.BATCH + 20)
    )
    closed = factories.draft_round(organisation)
    Round.objects.filter(pk=closed.pk).update(state=Round.State.CLOSED)
    Invitation.objects.bulk_create(
        Invitation(organisation=organisation, round=closed, person=one, token_hash=str(one.pk))
        for one in people
    )
    change = publish_change(
        change=write_change(
            organisation=organisation, title=TITLE, said="S", did="D", rounds=[closed], by=leader
        ),
        by=leader,
    )
    assert send_change(change=change) == len(people)
    wait_until(lambda: not Change.objects.get().sending)
    emails = Email.objects.filter(key__startswith=f"change:{change.pk}:")
    assert set(emails.values_list("to_email", flat=True)) == {one.email for one in people}
    assert emails.count() == Told.objects.count() == Change.objects.get().sent_to == len(people)
    wait_until(lambda: not emails.exclude(state=EmailState.SENT).exists(), seconds=60)
