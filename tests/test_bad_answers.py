"""Links and addresses as they come in life: used, taken back, scanned by machines that run scripts,
asked again after a survey was changed; in capitals, with plus signs, international, twice."""

from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from feedback.models import Invitation, OpenLink, Response
from feedback.services import (
    QuestionSpec,
    add_question,
    change_question,
    close_round,
    forget,
    make_link,
    open_round,
    remove_question,
)
from outbox.models import Email
from programme.models import Organisation, Person
from tests import factories
from tests.conftest import wait_until
from tests.respondents import link_of, opened, sent_round

pytestmark = pytest.mark.django_db


def _unsubscribe_link() -> str:
    address = Email.objects.get().headers["List-Unsubscribe"].strip("<>")
    return str(address[address.index("/unsubscribe/") :])


# Links


def test_a_link_that_was_used_changes_a_named_answer_and_never_makes_another(
    organisation: Organisation,
) -> None:
    _, link = sent_round(organisation)
    for score in ("3", "9"):
        client, page = opened(link)
        version = Response.objects.get().version if Response.objects.exists() else 0
        sent = {"q-recommend": score, "version": version, "move": "on"}
        assert client.post(page, sent).status_code == 303
    assert Response.objects.get().answers == {"recommend": 9}


def test_a_link_is_taken_back_with_the_person_whose_it_is(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    forget(person=Person.objects.get())
    sent = {"q-recommend": "9", "version": "0", "move": "on"}
    for answer in (Client().get(link), client.get(page), client.post(page, sent)):
        assert answer.status_code == 404
        assert b"We cannot find your questions" in answer.content
    assert not Response.objects.exists()


def test_one_that_runs_scripts_and_follows_every_link_answers_nothing(
    organisation: Organisation, live_server: LiveServer, page: Page
) -> None:
    """As mail scanners do: a whole browser opens what is in the email, and what is on the page."""
    sent, link = sent_round(organisation)
    place = make_link(round=sent, place="Hall", use=OpenLink.Use.OWN_DEVICE)
    starts = [
        link,
        f"{link}?score=9",
        _unsubscribe_link(),
        reverse("open_answer", args=[place.token]),
    ]
    visited: set[str] = set()
    waiting = [urljoin(str(live_server), start) for start in starts]
    while waiting:
        address = waiting.pop()
        if address in visited or not address.startswith(str(live_server)):
            continue
        visited.add(address)
        page.goto(address, wait_until="networkidle")
        waiting += page.evaluate("[...document.links].map((link) => link.href)")
    assert len(visited) >= len(starts)
    assert not Response.objects.exists()
    assert Invitation.objects.get().answered_at is None
    assert Person.objects.get().unsubscribed_at is None


def test_after_the_close_what_was_typed_is_not_taken_and_what_was_sent_is_safe(
    organisation: Organisation,
) -> None:
    survey = factories.survey(organisation)
    people = [factories.customer(organisation) for _ in range(2)]
    sent = factories.draft_round(organisation, survey=survey)
    open_round(round=sent)
    (early, early_page), (late, late_page) = (opened(link_of(one, sent)) for one in people)
    given = {"q-recommend": "9", "q-comment": "In time", "version": "0", "move": "on"}
    assert early.post(early_page, given).status_code == 303
    close_round(round=sent)
    for client, page in ((late, late_page), (early, early_page)):
        answer = client.post(page, {**given, "q-comment": "Too late", "version": "1"})
        assert answer.status_code == 410
    assert Response.objects.get().answers["comment"] == "In time"
    assert early.get(f"{early_page}thanks/").status_code == 200


def test_a_survey_edited_while_its_round_is_open_is_answered_as_it_was_sent(
    organisation: Organisation,
) -> None:
    sent, link = sent_round(organisation)
    client, page = opened(link)
    before = client.get(page).content
    survey = sent.survey
    newer = change_question(
        survey=survey,
        key="recommend",
        spec=QuestionSpec("recommend", "recommend-10", "Something else?", required=True),
    )
    remove_question(survey=newer, key="comment")
    add_question(survey=newer, spec=QuestionSpec("new", "text", "And now?", required=True))
    shown = client.get(page).content
    assert b"Something else?" not in shown
    assert before.count(b"<fieldset") == shown.count(b"<fieldset")
    given = {"q-comment": "As I was asked", "version": "0", "move": "on"}
    assert client.post(page, given).status_code == 303
    assert client.post(page, {"q-new": "x", "version": "1", "move": "on"}).status_code == 400
    assert Response.objects.get().answers == {"comment": "As I was asked"}
    close_round(round=sent)
    sent.refresh_from_db()
    assert sent.survey_id == survey.pk


# Addresses


@pytest.mark.django_db(transaction=True)
def test_addresses_as_people_have_them_arrive_once(
    organisation: Organisation,
    celery_worker: None,
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    written = ("ADA@Example.COM", "ben+news@example.com", "info@bücher.example")
    for address in written:
        factories.customer(organisation, email=address)
    bad = factories.customer(organisation, email="nobody at all")
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    messages = wait_until(lambda: len(found := mailbox()) == len(written) and found)
    assert isinstance(messages, list)
    arrived = [message["To"].addresses[0].addr_spec.lower() for message in messages]
    international = {"info@bücher.example", "info@xn--bcher-kva.example"}
    assert sorted(arrived)[:2] == ["ada@example.com", "ben+news@example.com"]
    assert sorted(arrived)[2] in international
    failed = wait_until(lambda: Email.objects.filter(state="failed").first())
    assert failed is not None
    assert failed.to_email == bad.email
    assert failed.last_error


def test_the_same_address_in_other_letters_is_the_same_person(
    organisation: Organisation, as_manager: Client
) -> None:
    add = reverse("programme:person_add", args=[organisation.slug]) + "?kind=customer"
    for address, there in (("Ada@Example.com", True), ("ADA@EXAMPLE.COM", False)):
        answer = as_manager.post(add, {"name": "Ada", "email": address, "language": "en"})
        assert (answer.status_code == 302) == there
    assert Person.objects.count() == 1
    for wrong in ("ada", "ada@", "@example.com", "a b@example.com", "a@b@example.com", "a@b"):
        answer = as_manager.post(add, {"name": "Ada", "email": wrong, "language": "en"})
        assert "email" in answer.context["form"].errors, wrong
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_going_on_from_another_device_finds_what_was_kept(
    organisation: Organisation, live_server: LiveServer, phone: Callable[[], Page], page: Page
) -> None:
    """Half on a phone, the rest at a laptop: the same link, nothing typed twice."""
    questions = [QuestionSpec(f"q{n}", "satisfaction-5", f"Part {n}") for n in range(10)]
    _, link = sent_round(organisation, *questions)
    first = phone()
    first.goto(f"{live_server}{link}")
    expect(first.locator("main")).to_contain_text("Page 1 of 2")
    for n in range(5):
        first.get_by_role("group", name=f"Part {n}").get_by_label("Satisfied", exact=True).check()
    first.get_by_role("button", name="Save and go on").click()
    expect(first.locator("main")).to_contain_text("Page 2 of 2")
    page.goto(f"{live_server}{link}")
    for n in range(5):
        group = page.get_by_role("group", name=f"Part {n}")
        expect(group.get_by_label("Satisfied", exact=True)).to_be_checked()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Send your answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Response.objects.get().answers == {f"q{n}": 4 for n in range(5)}
