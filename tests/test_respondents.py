"""Respondents' pages: links, what they promise, and leaving."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from feedback.models import Invitation, Response, Survey
from feedback.queries.receipts import receipts
from feedback.services import (
    QuestionSpec,
    close_round,
    open_round,
)
from feedback.spoken import LANGUAGES
from programme.models import Organisation, Person
from tests import factories
from tests.conftest import wait_until
from tests.respondents import link_of, opened, sent_round

pytestmark = pytest.mark.django_db

STATIC = Path(__file__).resolve().parent.parent / "static"


# Links


def test_the_link_swaps_its_secret_for_a_cookie(organisation: Organisation) -> None:
    sent, link = sent_round(organisation)
    answer = Client().get(link)
    invitation = Invitation.objects.get()
    assert answer["Location"] == f"/answer/{invitation.pk}/"
    cookie = answer.cookies["focusprog_answer"]
    assert cookie["httponly"]
    assert cookie["path"] == answer["Location"]
    assert cookie["samesite"] == "Lax"
    assert link.split("/")[2] not in cookie.value
    assert "no-store" in answer["Cache-Control"]
    assert sent.state == "draft"  # the object in hand; reading the link changed nothing
    assert not Response.objects.exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_never_answers(organisation: Organisation, method: str) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    for path in (link, page, page + "?q-recommend=9&move=on", page + "thanks/"):
        getattr(client, method)(path)
    assert not Response.objects.exists()
    assert Invitation.objects.get().answered_at is None
    assert Person.objects.get().unsubscribed_at is None


def test_opening_the_page_is_remembered_once(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    client.get(page)
    first = Invitation.objects.get().seen_at
    client.get(page)
    assert first is not None
    assert Invitation.objects.get().seen_at == first


@pytest.mark.parametrize("token", ["x", "A" * 32, "é", "%00", "x" * 3_000])
def test_an_invented_link_is_a_kind_page(organisation: Organisation, token: str) -> None:
    answer = Client().get(f"/a/{token}/")
    assert answer.status_code in {400, 404}
    if answer.status_code == 404:
        assert b"We cannot find your questions" in answer.content


def test_a_closed_rounds_link_is_a_kind_page(organisation: Organisation) -> None:
    sent, link = sent_round(organisation)
    client, page = opened(link)
    close_round(round=sent)
    for answer in (
        Client().get(link, follow=True),
        client.get(page),
        client.post(page, {"q-recommend": "9", "version": "0", "move": "on"}),
    ):
        assert answer.status_code == 410
        assert b"This round is closed" in answer.content
        say = reverse("say", args=[organisation.slug])
        assert f'href="{say}?lang=en"' in answer.text, "whoever wanted to say something still can"
    assert not Response.objects.exists()


def test_another_persons_page_stays_shut(organisation: Organisation) -> None:
    _, mine = sent_round(organisation)
    theirs = factories.customer(factories.organisation())
    foreign = factories.draft_round(theirs.organisation)
    open_round(round=foreign)
    other = Invitation.objects.get(round=foreign)
    client, _ = opened(mine)
    for path in (f"/answer/{other.pk}/", f"/answer/{other.pk}/thanks/", "/answer/987654321/"):
        assert client.get(path).status_code == 404
        if "thanks" not in path:
            assert client.post(path, {"q-recommend": "9"}).status_code == 404
    client.cookies["focusprog_answer"] = "forged"
    assert client.get(f"/answer/{other.pk}/").status_code == 404


# What the page says


def test_a_named_round_says_so_before_the_first_question(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    text = client.get(page).content.decode()
    assert organisation.name in text
    assert text.index("Your name stays with your answers") < text.index("<fieldset")
    assert "about 1 minute" in text
    assert "<script" not in text
    assert "confidential" not in text


def test_a_confidential_round_promises_that_and_nothing_more(organisation: Organisation) -> None:
    _, link = sent_round(
        organisation,
        QuestionSpec("name", "short", "Your name, if you like"),
        QuestionSpec("comment", "text", "What should we change?"),
        confidential=True,
    )
    client, page = opened(link)
    text = client.get(page).content.decode()
    assert "Your answers are confidential" in text
    assert "only together, from 5 people" in text.replace("\n", " ").replace("          ", "")
    assert "anonym" not in text.lower()
    assert "Your name, if you like" not in text  # a confidential round asks nobody's name


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_page_reads_in_the_languages_direction(
    organisation: Organisation, language: str, direction: str
) -> None:
    _, link = sent_round(organisation, language=language)
    client, page = opened(link)
    text = client.get(page).content.decode()
    assert f'lang="{language}"' in text
    assert f'dir="{direction}"' in text


def test_what_people_wrote_is_text(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    client, page = opened(link)
    client.post(page, {"q-comment": "<script>alert(1)</script>", "move": "back"})
    text = client.get(page).content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text


# Leaving


def test_one_click_unsubscribes_and_a_look_does_not(organisation: Organisation) -> None:
    _, link = sent_round(organisation)
    address = link.replace("/a/", "/unsubscribe/")
    # As a mail program does it (RFC 8058): no cookie, no token of ours but the link's.
    client = Client(enforce_csrf_checks=True)
    assert b"Stop these emails" in client.get(address).content
    assert Person.objects.get().unsubscribed_at is None
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Person.objects.get().unsubscribed_at is not None
    shown = client.post(address, {"again": "yes"})
    assert shown.status_code == 200
    assert Person.objects.get().unsubscribed_at is None
    assert client.post("/unsubscribe/invented/").status_code == 404


def test_unsubscribing_works_after_the_close(organisation: Organisation) -> None:
    sent, link = sent_round(organisation, confidential=True)
    close_round(round=sent)
    Client().post(link.replace("/a/", "/unsubscribe/"))
    assert Person.objects.get().unsubscribed_at is not None


# In a browser


@pytest.mark.django_db(transaction=True)
def test_a_phone_answers_in_under_thirty_kilobytes_without_script(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    touchpoint = factories.touchpoint(organisation, "The front desk")
    _, link = sent_round(
        organisation,
        QuestionSpec("desk", "moment", "The front desk", touchpoint_id=touchpoint.pk),
        QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
        QuestionSpec("comment", "text", "What should we change?"),
    )
    weights: list[int] = []
    phone_page.on(
        "response",
        lambda found: weights.append(len(found.body()) if found.status == 200 else 0),
    )
    phone_page.goto(f"{live_server}{link}")
    assert sum(weights) < 30_000
    assert phone_page.locator("script").count() == 0
    wide = phone_page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    phone_page.get_by_text("Better than I hoped").click()
    phone_page.get_by_text("9", exact=True).click()
    phone_page.get_by_label("What should we change?").fill("More light")
    phone_page.get_by_role("button", name="Send your answers").click()
    phone_page.get_by_role("heading", name="Thank you").wait_for()
    with connection.cursor():
        response = Response.objects.get()
    assert response.answers == {"desk": "magic", "recommend": 9, "comment": "More light"}
    assert response.submitted_at is not None
    assert response.submitted_at <= timezone.now()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nineteen_questions_on_one_page_are_light_in_every_language(
    organisation: Organisation, language: str
) -> None:
    """Without compression, with everything that the page asks for."""
    kinds = ("moment", "recommend-10", "agreement-5", "effort-7", "yes-no", "text")
    questions = [
        QuestionSpec(f"q{n}", kinds[n % len(kinds)], f"How easy was part {n} of it for you?")
        for n in range(19)
    ]
    sent, link = sent_round(organisation, *questions, language=language, confidential=True)
    Survey.objects.filter(pk=sent.survey_id).update(on_one_page=True)
    client, page = opened(link)
    content = client.get(page).content
    assert content.count(b'class="question') == 19
    files = sum((STATIC / name).stat().st_size for name in ("css/respond.css", "icon.svg"))
    assert len(content) + files < 30_000
    assert b"<script" not in content


@pytest.mark.django_db(transaction=True)
def test_two_links_in_one_browser_stay_apart(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    _, first = sent_round(organisation)
    person = factories.customer(organisation)
    second_round = factories.draft_round(organisation)
    open_round(round=second_round)
    second = phone_page.context.new_page()
    phone_page.goto(f"{live_server}{first}")
    second.goto(f"{live_server}{link_of(person, second_round)}")
    for page, words in ((phone_page, "The first"), (second, "The second")):
        page.get_by_label("What should we change?").fill(words)
        page.get_by_role("button", name="Send your answers").click()
        page.get_by_role("heading", name="Thank you").wait_for()
    assert Response.objects.get(round=second_round).answers == {"comment": "The second"}
    assert Response.objects.exclude(round=second_round).get().answers == {"comment": "The first"}


# By mail


@pytest.mark.django_db(transaction=True)
def test_invitations_go_by_mail_and_their_links_answer(
    organisation: Organisation,
    celery_worker: None,
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    people = [factories.customer(organisation, f"Zoë {n}") for n in range(3)]
    sent = factories.draft_round(organisation, title="Wie geht’s? How are you?")
    open_round(round=sent)
    messages = wait_until(lambda: len(found := mailbox()) == 3 and found)
    assert isinstance(messages, list)
    assert {message["To"] for message in messages} == {
        f"{person.name} <{person.email}>" for person in people
    }
    for message in messages:
        assert message["Subject"] == "Wie geht’s? How are you?"
        assert message["From"].startswith(organisation.name)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        assert text is not None
        assert html is not None
        words = text.get_content()
        link = words[words.index("/a/") :].split()[0]
        assert link in html.get_content()
        client, page = opened(link)
        client.post(page, {"q-recommend": "9", "version": "0", "move": "on"})
    (receipt,) = receipts(organisation=organisation, period=sent.period)
    assert (receipt.invited, receipt.sent, receipt.failed, receipt.answered) == (3, 3, 0, 3)
