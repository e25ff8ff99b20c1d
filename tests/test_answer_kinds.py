"""Every kind of question on the answer page, in every language, hidden and shown."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from feedback.figures import results_of
from feedback.kinds import Condition
from feedback.models import Comment, Invitation, Response, Survey
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    add_question,
    close_round,
    open_round,
    save_answers,
    submit_response,
)
from programme.models import Organisation
from tests import factories
from tests.respondents import link_of, opened, sent_round
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

FRUIT = (("apple", "Apples"), ("pear", "Pears"), ("plum", "Plums"))
MANY = (
    QuestionSpec("agree", "agreement-5", "It was easy to find"),
    QuestionSpec("effort", "effort-7", "How easy was it?"),
    QuestionSpec("again", "yes-no", "Would you come again?"),
    QuestionSpec("best", "one", "Which is best?", options=FRUIT),
    QuestionSpec("liked", "several", "Which did you like?", options=FRUIT),
    QuestionSpec("order", "ranking", "Put them in order", options=FRUIT),
    QuestionSpec("name", "short", "Your name"),
)
GIVEN = {
    "q-agree": "4",
    "q-effort": "7",
    "q-again": "yes",
    "q-best": "pear",
    "q-liked": ["plum", "apple"],
    "q-order~apple": "2",
    "q-order~plum": "1",
    "q-name": "Ada",
    "version": "0",
    "move": "on",
}


def test_every_kind_is_answered_and_shown_again(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *MANY)
    client, page = opened(link)
    client.get(page)
    assert client.post(page, GIVEN).status_code == 303
    assert Response.objects.get().answers == {
        "agree": 4,
        "effort": 7,
        "again": "yes",
        "best": "pear",
        "name": "Ada",
        "liked": ["apple", "plum"],
        "order": ["plum", "apple"],
    }
    shown = " ".join(client.get(page).content.decode().split())
    for chosen in (
        'name="q-agree" value="4" checked',
        'name="q-liked" value="apple" checked',
        'name="q-liked" value="plum" checked',
        '<option value="2" selected>2</option>',
        'value="Ada"',
    ):
        assert chosen in shown
    assert shown.count(" checked") == 6
    assert shown.count(" selected") == 2
    # Taking everything back leaves nothing.
    client.post(page, {"version": "1", "q-agree": "-", "move": "on"})
    assert Response.objects.get().answers == {}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("q-agree", "6", "not one of the answers"),
        ("q-effort", "0", "not one of the answers"),
        ("q-best", "banana", "not one of the answers"),
        ("q-liked", ["apple", "banana"], "not one of the answers"),
        ("q-order~pear", "1", "the same place"),
        ("q-order~pear", "4", "not one of the answers"),
        ("q-order~pear", "x", "not one of the answers"),
    ],
)
def test_what_is_not_offered_is_refused(
    organisation: Organisation, field: str, value: object, said: str
) -> None:
    _, link = sent_round(organisation, *MANY)
    client, page = opened(link)
    answer = client.post(page, {**GIVEN, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Ada" in answer.content.decode()
    assert not Response.objects.exists()


def test_fields_of_nothing_are_refused(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *MANY)
    client, page = opened(link)
    assert client.post(page, {"q-salary~apple": "1", "move": "on"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *(("several", "choose at least one"), ("ranking", "at least one of these a place")),
        *(("one", "choose one of these"), ("short", "a few words")),
    ],
)
def test_what_is_needed_is_asked_for(organisation: Organisation, kind: str, said: str) -> None:
    options = FRUIT if kind != "short" else ()
    spec = QuestionSpec("q", kind, "Which?", required=True, options=options)
    _, link = sent_round(organisation, spec)
    client, page = opened(link)
    answer = client.post(page, {"version": "0", "move": "on"})
    assert answer.status_code == 422
    assert said in answer.content.decode()


# Shown only if

BRANCHING = (
    QuestionSpec("settled", "yes-no", "Is it settled?", required=True),
    QuestionSpec(
        "open", "text", "What is open?", required=True, condition=Condition("settled", "is", "no")
    ),
    QuestionSpec("score", "recommend-10", "Recommend us?"),
    QuestionSpec("praise", "text", "Whom to thank?", condition=Condition("score", "at-least", 9)),
)


def test_a_hidden_page_is_passed_by(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *BRANCHING)
    client, page = opened(link)
    first = client.get(page).content.decode()
    assert "Is it settled?" in first
    assert "What is open?" not in first
    assert "Save and go on" in first
    answer = client.post(page, {"q-settled": "yes", "version": "0", "move": "on"})
    assert answer["Location"] == f"{page}?page=2"
    second = client.get(answer["Location"]).content.decode()
    assert "Recommend us?" in second
    assert "What is open?" not in second
    # Nothing follows a six, but that is known only now: the last page has the button alone.
    answer = client.post(f"{page}?page=2", {"q-score": "6", "version": "1", "move": "on"})
    end = client.get(answer["Location"]).content.decode()
    assert "That was the last question" in end
    assert "Send your answers" in end
    assert Response.objects.get().submitted_at is None
    done = client.post(answer["Location"], {"version": "2", "move": "on"})
    assert done["Location"] == f"{page}thanks/"
    assert Response.objects.get().answers == {"settled": "yes", "score": 6}


def test_what_turned_out_hidden_is_dropped_when_handed_in(organisation: Organisation) -> None:
    sent_round(organisation, *BRANCHING)
    invitation = Invitation.objects.get()
    save_answers(invitation=invitation, answers={"settled": "no", "open": "The bill"}, version=0)
    save_answers(invitation=invitation, answers={"settled": "yes"}, version=1)
    # Kept while someone may still change their mind.
    assert Response.objects.get().answers["open"] == "The bill"
    submit_response(invitation=invitation, answers={}, version=2)
    assert Response.objects.get().answers == {"settled": "yes"}
    assert not Comment.objects.exists()


def test_what_is_shown_and_needed_is_asked_for(organisation: Organisation) -> None:
    _, link = sent_round(organisation, *BRANCHING)
    client, page = opened(link)
    client.post(page, {"q-settled": "no", "version": "0", "move": "on"})
    answer = client.post(f"{page}?page=2", {"q-open": " ", "version": "1", "move": "on"})
    assert answer.status_code == 422


def test_a_survey_edited_while_a_round_is_open_leaves_the_round_as_it_is(
    organisation: Organisation,
) -> None:
    _, link = sent_round(organisation, QuestionSpec("q", "yes-no", "Before?"))
    client, page = opened(link)
    client.get(page)
    add_question(survey=Survey.objects.get(), spec=QuestionSpec("new", "text", "After?"))
    assert b"After?" not in client.get(page).content
    assert client.post(page, {"q-new": "x", "version": "0", "move": "on"}).status_code == 400
    assert client.post(page, {"q-q": "yes", "version": "0", "move": "on"}).status_code == 303


# Languages


def _translated(organisation: Organisation, language: str) -> tuple[Client, str]:
    person = factories.customer(organisation, language=language)
    survey = factories.survey(
        organisation,
        QuestionSpec(
            "best",
            "one",
            "Which is best?",
            options=FRUIT,
            translations={
                "ar": {"text": "أيها الأفضل؟", "options": {"apple": "تفاح"}},
                "de": {"text": "Was ist am besten?", "hint": "", "options": {"apple": "Äpfel"}},
            },
        ),
    )
    survey.translations = {"de": {"title": "Wie sind wir?"}}
    survey.save()
    sent = factories.draft_round(organisation, survey=survey)
    open_round(round=sent)
    return opened(link_of(person, sent))


def test_people_read_it_in_their_language_and_can_switch(organisation: Organisation) -> None:
    client, page = _translated(organisation, "de")
    german = " ".join(client.get(page).content.decode().split())
    for words in ("Wie sind wir?", "Was ist am besten?", "Äpfel", "Antworten senden"):
        assert words in german
    assert '<html lang="de"' in german
    # Pears have no German name yet.
    assert '<span lang="en" dir="ltr">Pears</span>' in german.replace(" >", ">")
    assert 'href="?lang=en"' in german
    english = client.get(f"{page}?lang=en").content.decode()
    assert "Which is best?" in english
    answer = client.post(f"{page}?lang=en", {"q-best": "pear", "version": "0", "move": "on"})
    assert answer["Location"] == f"{page}thanks/?lang=en"
    assert "Thank you" in client.get(answer["Location"]).content.decode()
    assert "Vielen Dank" in client.get(f"{page}thanks/").content.decode()
    assert client.get(f"{page}?lang=nowhere").status_code == 200


def test_arabic_reads_from_the_right(organisation: Organisation) -> None:
    client, page = _translated(organisation, "ar")
    shown = client.get(page).content.decode()
    assert 'dir="rtl"' in shown
    assert "أيها الأفضل؟" in shown
    assert "أرسل إجاباتك" in shown
    refused = client.post(page, {"q-best": "x", "version": "0", "move": "on"})
    assert "هذا ليس من الإجابات المعروضة" in refused.content.decode()


# What people write is text


def test_a_users_template_is_text(organisation: Organisation) -> None:
    organisation.name = "{{ 7|add:7 }} {organisation}"
    organisation.save()
    hostile = "{% load static %} {{ settings.SECRET_KEY }} {day} %s <script>"
    person = factories.customer(organisation, "Ada\r\nBcc: all@example.com")
    survey = factories.survey(
        organisation,
        QuestionSpec("one", "one", hostile, options=(("a", hostile + "a"), ("b", "{n}"))),
        title=hostile,
    )
    sent = factories.draft_round(organisation, survey=survey, confidential=True)
    open_round(round=sent)
    client, page = opened(link_of(person, sent))
    shown = client.get(page).content.decode()
    assert "{{ 7|add:7 }} {organisation}" in shown
    assert "{{ settings.SECRET_KEY }} {day} %s &lt;script&gt;" in shown
    assert "<script" not in shown
    assert client.post(page, {"q-one": "a", "move": "on"}).status_code == 303


# Closing


def _closed(
    organisation: Organisation, answers: list[dict[str, Any]], **fields: object
) -> dict[str, Any]:
    people = [factories.customer(organisation) for _ in answers]
    survey = factories.survey(organisation, *MANY)
    sent = factories.draft_round(organisation, survey=survey, **fields)
    open_round(round=sent)
    for person, given in zip(people, answers, strict=True):
        invitation = Invitation.objects.get(round=sent, person=person)
        submit_response(invitation=invitation, answers=given, version=0)
    closed = close_round(round=sent)
    found = {
        one.question.key: one for one in results_of(closed, list(closed.survey.questions.all()))
    }
    assert closed.results is not None
    return {"stored": closed.results["questions"], "shown": found}


def test_closing_counts_every_kind(organisation: Organisation) -> None:
    found = _closed(
        organisation,
        [
            {"agree": 5, "effort": 7, "best": "pear", "liked": ["apple", "plum"]},
            {"agree": 4, "effort": 1, "best": "pear", "liked": ["apple"]},
            {"order": ["plum", "apple"]},
            {"order": ["plum", "pear", "apple"]},
            {"order": ["apple"]},
        ],
    )
    stored = found["stored"]
    assert stored["agree"] == {"n": 2, "counts": {"5": 1, "4": 1}}
    assert stored["best"] == {"n": 2, "counts": {"pear": 2}}
    assert stored["liked"] == {"n": 2, "counts": {"apple": 2, "plum": 1}}
    assert stored["order"]["n"] == 3
    assert stored["order"]["counts"] == {
        "plum:1": 2,
        "apple:2": 1,
        "pear:2": 1,
        "apple:3": 1,
        "apple:1": 1,
    }
    shown = found["shown"]
    assert Decimal(shown["agree"].mean) == Decimal("4.5")
    assert shown["agree"].net is None
    assert [(bar.label, bar.n) for bar in shown["liked"].bars] == [
        *(("Apples", 2), ("Pears", 0), ("Plums", 1)),
    ]
    assert shown["liked"].bars[0].percent == 100
    assert [bar.label.split(" (")[0] for bar in shown["order"].bars] == ["Plums", "Apples", "Pears"]
    assert [bar.n for bar in shown["order"].bars] == [2, 1, 0]


def test_a_confidential_list_tells_nothing_of_anyone(organisation: Organisation) -> None:
    """All chose apples, one of six plums: either would tell what someone answered."""
    answers: list[dict[str, Any]] = [{"liked": ["apple"], "order": ["plum"]} for _ in range(3)]
    answers += [{"liked": ["apple", "pear"], "order": ["pear", "plum"]} for _ in range(2)]
    answers += [{"liked": ["apple", "pear", "plum"], "order": ["pear", "plum"]}]
    found = _closed(organisation, answers, confidential=True)
    # Beside three pears alone, whoever chose a pear would know that all others chose apples.
    assert "liked" not in found["stored"]
    assert found["shown"]["liked"].held_back
    # Nobody ranked apples: the places of the others would tell so.
    assert "order" not in found["stored"]
    assert found["shown"]["order"].held_back


def test_too_few_answers_to_a_list_are_not_shown(organisation: Organisation) -> None:
    answers: list[dict[str, Any]] = [{"liked": ["apple"]}, {"liked": ["pear"]}]
    answers += [{"best": "pear"} for _ in range(4)]
    found = _closed(organisation, answers, confidential=True)
    assert "liked" not in found["stored"]


def test_only_scales_with_moments_rate_a_touchpoint(organisation: Organisation) -> None:
    desk = factories.touchpoint(organisation)
    for kind in ("agreement-5", "effort-7", "several", "ranking", "one"):
        with pytest.raises(FeedbackError, match="rates a touchpoint"):
            factories.survey(
                organisation,
                QuestionSpec("q", kind, "?", touchpoint_id=desk.pk, options=FRUIT),
            )


# In a browser


@pytest.mark.django_db(transaction=True)
def test_a_phone_meets_every_kind(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    _, link = sent_round(organisation, *MANY)
    phone_page.goto(f"{live_server}{link}")
    address = phone_page.url
    visitor = Visitor(phone_page)
    assert visitor.faults(address) == []
    phone_page.set_viewport_size({"width": 390, "height": 844})
    for label in ("I agree", "7", "Yes"):
        phone_page.get_by_label(label, exact=True).check()
    phone_page.get_by_role("group", name="Which is best?").get_by_label("Pears").check()
    phone_page.get_by_role("group", name="Which did you like?").get_by_label("Plums").check()
    ranking = phone_page.get_by_role("group", name="Put them in order")
    ranking.get_by_label("Plums").select_option("1")
    ranking.get_by_label("Apples").select_option("1")
    phone_page.get_by_role("button", name="Send your answers").click()
    phone_page.get_by_text("the same place").first.wait_for()
    assert visitor.looks() == []
    ranking.get_by_label("Apples").select_option("2")
    phone_page.get_by_role("button", name="Send your answers").click()
    phone_page.get_by_role("heading", name="Thank you").wait_for()
    assert Response.objects.get().answers == {
        "agree": 4,
        "effort": 7,
        "again": "yes",
        "best": "pear",
        "liked": ["plum"],
        "order": ["plum", "apple"],
    }
