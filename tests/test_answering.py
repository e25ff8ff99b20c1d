"""Respondents' pages: links, saving, submitting once, and leaving."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from feedback.models import Comment, Invitation, Response, Round
from feedback.services import (
    FeedbackError,
    MissingAnswerError,
    QuestionSpec,
    RoundClosedError,
    StaleAnswersError,
    close_round,
    open_round,
    save_answers,
    submit_response,
)
from outbox.models import Email
from programme.models import Organisation, Person
from tests import factories

pytestmark = pytest.mark.django_db


def _link(person: Person, sent: Round) -> str:
    """The path of the link in a person's email."""
    text = Email.objects.get(key=f"round:{sent.pk}:{person.pk}:invite").text
    return text[text.index("/a/") :].split()[0]


def _sent(
    organisation: Organisation, *questions: QuestionSpec, **fields: object
) -> tuple[Round, str]:
    """An open round to one more customer, and that customer's link."""
    person = factories.customer(organisation, language=fields.pop("language", "en"))
    survey = factories.survey(organisation, *questions)
    sent = factories.draft_round(organisation, survey=survey, **fields)
    open_round(round=sent)
    return sent, _link(person, sent)


def _opened(link: str) -> tuple[Client, str]:
    """A browser that has opened the link, and where it was led."""
    client = Client()
    answer = client.get(link)
    assert answer.status_code == 302
    return client, answer["Location"]


# Links


def test_the_link_swaps_its_secret_for_a_cookie(organisation: Organisation) -> None:
    sent, link = _sent(organisation)
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
    _, link = _sent(organisation)
    client, page = _opened(link)
    for path in (link, page, page + "?q-recommend=9&move=on", page + "thanks/"):
        getattr(client, method)(path)
    assert not Response.objects.exists()
    assert Invitation.objects.get().answered_at is None
    assert Person.objects.get().unsubscribed_at is None


def test_opening_the_page_is_remembered_once(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
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
    sent, link = _sent(organisation)
    client, page = _opened(link)
    close_round(round=sent)
    for answer in (
        Client().get(link, follow=True),
        client.get(page),
        client.post(page, {"q-recommend": "9", "version": "0", "move": "on"}),
    ):
        assert answer.status_code == 410
        assert b"This round is closed" in answer.content
    assert not Response.objects.exists()


def test_another_persons_page_stays_shut(organisation: Organisation) -> None:
    _, mine = _sent(organisation)
    theirs = factories.customer(factories.organisation())
    foreign = factories.draft_round(theirs.organisation)
    open_round(round=foreign)
    other = Invitation.objects.get(round=foreign)
    client, _ = _opened(mine)
    for path in (f"/answer/{other.pk}/", f"/answer/{other.pk}/thanks/", "/answer/987654321/"):
        assert client.get(path).status_code == 404
        if "thanks" not in path:
            assert client.post(path, {"q-recommend": "9"}).status_code == 404
    client.cookies["focusprog_answer"] = "forged"
    assert client.get(f"/answer/{other.pk}/").status_code == 404


# What the page says


def test_a_named_round_says_so_before_the_first_question(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    text = client.get(page).content.decode()
    assert organisation.name in text
    assert text.index("Your name stays with your answers") < text.index("<fieldset")
    assert "about 1 minute" in text
    assert "<script" not in text
    assert "confidential" not in text


def test_a_confidential_round_promises_that_and_nothing_more(organisation: Organisation) -> None:
    _, link = _sent(
        organisation,
        QuestionSpec("name", "short", "Your name, if you like"),
        QuestionSpec("comment", "text", "What should we change?"),
        confidential=True,
    )
    client, page = _opened(link)
    text = client.get(page).content.decode()
    assert "Your answers are confidential" in text
    assert "only together, from 5 people" in text.replace("\n", " ").replace("          ", "")
    assert "anonym" not in text.lower()
    assert "Your name, if you like" not in text  # a confidential round asks nobody's name


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("he", "rtl")])
def test_the_page_reads_in_the_languages_direction(
    organisation: Organisation, language: str, direction: str
) -> None:
    _, link = _sent(organisation, language=language)
    client, page = _opened(link)
    text = client.get(page).content.decode()
    assert f'lang="{language}"' in text
    assert f'dir="{direction}"' in text


def test_what_people_wrote_is_text(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    client.post(page, {"q-comment": "<script>alert(1)</script>", "move": "back"})
    text = client.get(page).content.decode()
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text


# Saving and submitting


def test_answers_are_handed_in_thanked_for_and_can_be_changed(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    sent_in = {"q-recommend": "9", "q-comment": " More light ", "version": "0", "move": "on"}
    answer = client.post(page, sent_in, follow=True)
    assert b"Thank you" in answer.content
    assert b"We read every answer" in answer.content
    response = Response.objects.get()
    assert response.answers == {"recommend": 9, "comment": "More light"}
    assert response.submitted_at is not None
    assert Comment.objects.get().text == "More light"
    assert Comment.objects.get().released_at is None

    change = {"q-recommend": "", "q-comment": "Less noise", "version": "1", "move": "on"}
    client.post(page, change)
    assert Response.objects.get().answers == {"comment": "Less noise"}
    assert Comment.objects.get().text == "Less noise"


def test_a_confidential_answer_is_final_and_unseen(organisation: Organisation) -> None:
    _, link = _sent(organisation, confidential=True)
    client, page = _opened(link)
    sent_in = {"q-recommend": "9", "q-comment": "Secret", "version": "0", "move": "on"}
    assert b"Thank you" in client.post(page, sent_in, follow=True).content
    assert b"Secret" not in client.get(page).content
    assert b"Your answers are in" in client.get(page).content
    client.post(page, {**sent_in, "q-recommend": "1", "version": "1"})
    assert Response.objects.get().answers["recommend"] == 9
    assert not Comment.objects.exists()


def _twelve(required: str = "") -> list[QuestionSpec]:
    return [
        QuestionSpec(f"q{n}", "satisfaction-5", f"Part {n}", required=f"q{n}" == required)
        for n in range(12)
    ]


def test_many_questions_come_five_at_a_time_and_each_page_is_kept(
    organisation: Organisation,
) -> None:
    _, link = _sent(organisation, *_twelve())
    client, page = _opened(link)
    first = client.get(page).content.decode()
    assert "Page 1 of 3" in first
    assert first.count("<fieldset") == 5
    answer = client.post(page + "?page=1", {"q-q0": "4", "version": "0", "move": "on"})
    assert answer["Location"] == page + "?page=2"
    assert Response.objects.get().answers == {"q0": 4}
    answer = client.post(
        page + "?page=2", {"q-q5": "2", "version": "1", "move": "back"}, follow=True
    )
    assert answer.redirect_chain == [(page + "?page=1", 303)]
    assert Response.objects.get().answers == {"q0": 4, "q5": 2}
    # On another device, by the same link, everything is still there.
    other, _ = _opened(link)
    assert "checked" in other.get(page).content.decode()
    assert Response.objects.get().submitted_at is None


def test_a_question_that_needs_an_answer_is_asked_for(organisation: Organisation) -> None:
    _, link = _sent(organisation, *_twelve(required="q1"))
    client, page = _opened(link)
    answer = client.post(page + "?page=1", {"q-q0": "3", "version": "0", "move": "on"})
    assert answer.status_code == 422
    assert b"Please choose one of these" in answer.content
    # Jumping to the end does not get round it, and loses nothing.
    answer = client.post(
        page + "?page=3", {"q-q11": "3", "version": "0", "move": "on"}, follow=True
    )
    assert b"Please choose one of these" in answer.content
    assert b"Page 1 of 3" in answer.content
    assert Response.objects.get().submitted_at is None
    with pytest.raises(MissingAnswerError):
        submit_response(invitation=Invitation.objects.get(), answers={}, version=0)


def test_back_is_never_held_up_by_a_missing_answer(organisation: Organisation) -> None:
    _, link = _sent(organisation, *_twelve(required="q6"))
    client, page = _opened(link)
    answer = client.post(page + "?page=2", {"q-q7": "3", "version": "0", "move": "back"})
    assert answer.status_code == 303
    assert Response.objects.get().answers == {"q7": 3}


def test_two_tabs_never_overwrite_one_another_silently(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    client.post(page, {"q-comment": "From the first tab", "version": "0", "move": "on"})
    late = client.post(page, {"q-comment": "From the second", "version": "0", "move": "on"})
    assert late.status_code == 409
    shown = late.content.decode()
    assert "From the second" in shown
    assert "Saved elsewhere: From the first tab" in shown
    assert Response.objects.get().answers == {"comment": "From the first tab"}
    again = client.post(page, {"q-comment": "From the second", "version": "1", "move": "on"})
    assert again.status_code == 303
    assert Response.objects.get().answers == {"comment": "From the second"}


def test_submitting_the_same_again_changes_nothing(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    sent_in = {"q-recommend": "9", "q-comment": "Fine", "version": "0", "move": "on"}
    for _ in range(3):
        assert client.post(page, sent_in).status_code == 303
    assert Response.objects.get().version == 1
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("confidential", [False, True])
def test_fifty_at_once_leave_one_response(organisation: Organisation, confidential: bool) -> None:
    _, link = _sent(organisation, confidential=confidential)
    client, page = _opened(link)
    cookie = client.cookies["focusprog_answer"].value

    def submit(_: int) -> int:
        other = Client()
        other.cookies["focusprog_answer"] = cookie
        try:
            return other.post(
                page, {"q-recommend": "7", "q-comment": "Fine", "version": "0", "move": "on"}
            ).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        statuses = set(pool.map(submit, range(50)))
    assert statuses <= {303, 200}
    assert 303 in statuses
    response = Response.objects.get()
    assert response.answers == {"recommend": 7, "comment": "Fine"}
    assert Comment.objects.count() == (0 if confidential else 1)


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_who_is_answering_and_then_nobody_gets_in(
    organisation: Organisation,
) -> None:
    """Everyone who was thanked is counted, and whoever was not is told so."""
    for _ in range(30):
        factories.customer(organisation)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    invitations = list(Invitation.objects.all())

    def answer(invitation: Invitation) -> bool:
        try:
            factories.submitted(invitation, recommend=8)
        except RoundClosedError:
            return False
        finally:
            connections.close_all()
        return True

    def close() -> None:
        close_round(round=sent)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(answer, invitation) for invitation in invitations[:10]]
        closing = pool.submit(close)
        rest = [pool.submit(answer, invitation) for invitation in invitations[10:]]
        thanked = sum(found.result() for found in first + rest)
        closing.result()
    sent.refresh_from_db()
    assert sent.results is not None
    assert sent.results["answered"] == thanked
    assert Response.objects.filter(submitted_at__isnull=False).count() == thanked


# Bad input


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("q-recommend", "11"),
        ("q-recommend", "-1"),
        ("q-recommend", "nine"),
        ("q-recommend", "9\x00"),
        ("q-comment", "x" * 100_000),
        ("q-comment", "a\x00b"),
    ],
)
def test_what_is_not_offered_is_refused_and_nothing_is_lost(
    organisation: Organisation, field: str, value: str
) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    answer = client.post(page, {"q-comment": "Keep me", field: value, "move": "on"})
    assert answer.status_code == 422
    if field == "q-recommend":
        assert b"Keep me" in answer.content
    elif len(value) > 5_000:
        assert value.encode() in answer.content
        assert b"5,000" in answer.content
    assert not Response.objects.filter(submitted_at__isnull=False).exists()


def test_answers_of_another_survey_are_refused(organisation: Organisation) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    assert client.post(page, {"q-salary": "9", "move": "on"}).status_code == 400
    assert client.post(page, {"version": "x", "move": "on"}).status_code == 400
    invitation = Invitation.objects.get()
    with pytest.raises(FeedbackError, match="another survey"):
        save_answers(invitation=invitation, answers={"salary": 9}, version=0)
    with pytest.raises(FeedbackError, match="not among those offered"):
        save_answers(invitation=invitation, answers={"recommend": "9"}, version=0)
    assert not Response.objects.exists()


@pytest.mark.parametrize("number", ["0", "-1", "999", "x", "9" * 5_000])
def test_a_page_that_does_not_exist_shows_one_that_does(
    organisation: Organisation, number: str
) -> None:
    _, link = _sent(organisation)
    client, page = _opened(link)
    assert client.get(page, {"page": number}).status_code == 200


def test_stale_answers_are_refused_by_the_service(organisation: Organisation) -> None:
    _sent(organisation)
    invitation = Invitation.objects.get()
    save_answers(invitation=invitation, answers={"recommend": 9}, version=0)
    with pytest.raises(StaleAnswersError) as caught:
        save_answers(invitation=invitation, answers={"recommend": 3}, version=0)
    assert caught.value.stored.answers == {"recommend": 9}


# Leaving


def test_one_click_unsubscribes_and_a_look_does_not(organisation: Organisation) -> None:
    _, link = _sent(organisation)
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
    sent, link = _sent(organisation, confidential=True)
    close_round(round=sent)
    Client().post(link.replace("/a/", "/unsubscribe/"))
    assert Person.objects.get().unsubscribed_at is not None


# In a browser


@pytest.mark.django_db(transaction=True)
def test_a_phone_answers_in_under_thirty_kilobytes_without_script(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    touchpoint = factories.touchpoint(organisation, "The front desk")
    _, link = _sent(
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


@pytest.mark.django_db(transaction=True)
def test_two_links_in_one_browser_stay_apart(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    _, first = _sent(organisation)
    person = factories.customer(organisation)
    second_round = factories.draft_round(organisation)
    open_round(round=second_round)
    second = phone_page.context.new_page()
    phone_page.goto(f"{live_server}{first}")
    second.goto(f"{live_server}{_link(person, second_round)}")
    for page, words in ((phone_page, "The first"), (second, "The second")):
        page.get_by_label("What should we change?").fill(words)
        page.get_by_role("button", name="Send your answers").click()
        page.get_by_role("heading", name="Thank you").wait_for()
    assert Response.objects.get(round=second_round).answers == {"comment": "The second"}
    assert Response.objects.exclude(round=second_round).get().answers == {"comment": "The first"}
