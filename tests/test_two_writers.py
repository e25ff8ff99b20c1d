"""Two who change the same: the second is shown what the first saved, and nothing of either is lost
(docs/decisions/0042)."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from accounts.models import User
from feedback import services
from feedback.models import Change, Series, Survey
from feedback.services import ChangedSinceError, QuestionSpec
from programme.models import Membership, Organisation
from tests import factories
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

HOSTILE = "<b>theirs</b> {{ settings.SECRET_KEY }}"


def _filled(client: Client, address: str, form: str = "form") -> dict[str, Any]:
    """A page's form as a browser would send it back."""
    context = client.get(address).context
    seen = context["seen"]
    sent: dict[str, Any] = {"seen": seen}
    if isinstance(seen, dict):
        action = "words" if form == "words" else "question"
        sent = {"seen": seen[action], "action": action}
        if context["edited"] is not None:
            sent["key"] = context["edited"].key
    for field in context[form]:
        value = field.value()
        if value is None or value is False or value == []:
            continue
        if isinstance(value, list):
            sent[field.html_name] = value
        else:
            sent[field.html_name] = field.field.widget.format_value(value)
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in sent.items()
        if value is not None
    }


def _meanwhile(text: str) -> str:
    """What the page says that somebody else saved."""
    found = re.search(r'<section class="notice warn meanwhile".*?</section>', text, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", found[0]) if found else ""
    return re.sub(r"\s+", " ", html.unescape(words))


def _again(text: str) -> dict[str, Any]:
    """The mark that the form which came back sends next."""
    found = re.findall(r'name="seen" value="(\w+)"', text)
    return {"seen": found[0]}


@pytest.fixture
def survey(organisation: Organisation) -> Survey:
    return factories.survey(
        organisation,
        QuestionSpec("help", "yes-no", "Did it help?"),
        QuestionSpec("words", "text", "What else?"),
    )


def _where(name: str, of: Organisation, pk: int) -> str:
    return reverse(f"feedback:{name}", args=[of.slug, pk])


def test_of_a_series_the_second_sees_what_the_first_saved(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    series = factories.series(organisation, message="Ours")
    address = _where("series_edit", organisation, series.pk)
    first, second = _filled(as_leader, address), _filled(as_manager, address)
    assert (
        as_leader.post(address, {**first, "message": HOSTILE, "days_open": "10"}).status_code == 302
    )
    mine = {**second, "message": "Because you matter", "cadence": "yearly"}
    answer = as_manager.post(address, mine)
    series.refresh_from_db()
    assert answer.status_code == 422
    assert (series.message, series.days_open) == (HOSTILE, 10), "the first one's stands"
    assert "Somebody else saved this while you were writing" in answer.text
    theirs = _meanwhile(answer.text)
    assert f"Message {HOSTILE}" in theirs
    assert "Days to answer 10" in theirs
    assert "How often Each quarter" in theirs
    assert "Subject" not in theirs, "what is the same in both is not listed"
    assert HOSTILE not in answer.text, "their text is text"
    assert "Because you matter</textarea>" in answer.text
    saved = as_manager.post(address, {**mine, **_again(answer.text)})
    series.refresh_from_db()
    assert (saved.status_code, series.message, series.cadence) == (
        *(302, "Because you matter"),
        "yearly",
    )


def test_what_was_seen_is_kept_through_an_error(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    series = factories.series(organisation)
    address = _where("series_edit", organisation, series.pk)
    first, second = _filled(as_leader, address), _filled(as_manager, address)
    as_leader.post(address, {**first, "title": "Theirs"})
    wrong = as_manager.post(address, {**second, "days_open": "none"})
    answer = as_manager.post(address, {**second, **_again(wrong.text), "title": "Mine"})
    assert "Subject Theirs" in _meanwhile(answer.text)
    assert Series.objects.get().title == "Theirs"


def test_a_round_that_opens_meanwhile_is_no_change_by_somebody_else(
    organisation: Organisation,
) -> None:
    series = factories.series(organisation)
    before = services.mark_of_series(series)
    series.next_number += 1
    series.trouble = "Nobody to ask"
    assert services.mark_of_series(series) == before


def test_of_a_change_the_second_sees_words_and_links(
    organisation: Organisation, as_leader: Client, as_manager: Client
) -> None:
    written = as_manager.post(
        reverse("feedback:change_add", args=[organisation.slug]),
        {"title": "Doors", "said": "They stick.", "did": "We oiled them."},
    )
    assert written.status_code == 302
    change = Change.objects.get()
    case = services.open_case(organisation=organisation, title="The door of number nine", by=None)
    address = _where("change_edit", organisation, change.pk)
    first, second = _filled(as_leader, address), _filled(as_manager, address)
    as_leader.post(address, {**first, "did": "We took them out.", "cases": [case.pk]})
    answer = as_manager.post(address, {**second, "said": "They stick in winter."})
    theirs = _meanwhile(answer.text)
    assert "We did We took them out." in theirs
    assert "Cases it was said in The door of number nine" in theirs
    assert "You said They stick." in theirs
    assert "They stick in winter.</textarea>" in answer.text
    change.refresh_from_db()
    assert (change.said, list(change.cases.all())) == ("They stick.", [case])
    as_manager.post(address, {**second, **_again(answer.text), "said": "They stick in winter."})
    change.refresh_from_db()
    assert (change.said, change.did) == ("They stick in winter.", "We oiled them.")


def test_of_a_survey_only_the_same_words_meet(
    survey: Survey, as_leader: Client, as_manager: Client
) -> None:
    address = _where("survey_edit", survey.organisation, survey.pk)
    first = _filled(as_leader, address, form="words")
    second = _filled(as_manager, address, form="words")
    other = _filled(as_manager, f"{address}?question=help", form="question_form")
    as_leader.post(address, {**first, "introduction": "Three minutes."})
    answer = as_manager.post(address, {**second, "introduction": "One minute."})
    assert answer.status_code == 422
    assert "Introduction Three minutes." in _meanwhile(answer.text)
    assert "One minute.</textarea>" in answer.text
    changed = as_manager.post(f"{address}?question=help", {**other, "question-text": "Better?"})
    assert changed.status_code == 302, "another part of the survey is not in the way"
    saved = as_manager.post(
        address, {**second, **_again(answer.text), "introduction": "One minute."}
    )
    survey.refresh_from_db()
    assert (saved.status_code, survey.introduction) == (302, "One minute.")


def test_a_question_meets_itself_in_the_next_version(
    survey: Survey, as_leader: Client, as_manager: Client
) -> None:
    factories.draft_round(survey.organisation, survey=survey)
    address = _where("survey_edit", survey.organisation, survey.pk) + "?question=help"
    form = "question_form"
    first = _filled(as_leader, address, form=form)
    second = _filled(as_manager, address, form=form)
    as_leader.post(address, {**first, "question-hint": "Theirs"})
    newest = Survey.objects.get(version=2)
    answer = as_manager.post(address, {**second, "question-text": "Did we help?"})
    assert answer.status_code == 422
    assert "Hint Theirs" in _meanwhile(answer.text)
    assert "Question Did it help?" in _meanwhile(answer.text)
    again = {**second, **_again(answer.text), "question-text": "Did we help?"}
    assert as_manager.post(address, again).status_code == 302
    assert Survey.objects.count() == 2
    question = newest.questions.get(key="help")
    assert (question.text, question.hint) == ("Did we help?", "")


def test_a_question_removed_meanwhile_can_be_added_with_what_was_typed(
    survey: Survey, as_leader: Client, as_manager: Client
) -> None:
    address = _where("survey_edit", survey.organisation, survey.pk)
    second = _filled(as_manager, f"{address}?question=help", form="question_form")
    as_leader.post(address, {"action": "remove", "key": "help"})
    mine = {**second, "question-text": "Did we help?"}
    answer = as_manager.post(f"{address}?question=help", mine)
    assert answer.status_code == 422
    assert "has removed this question" in answer.text
    assert 'value="Did we help?"' in answer.text
    assert not survey.questions.filter(text="Did we help?").exists()
    sent = {name: value for name, value in mine.items() if name not in {"key", "seen"}}
    assert as_manager.post(f"{address}?question=help", sent).status_code == 302
    assert survey.questions.filter(text="Did we help?").exists()


def test_translations_of_one_language_meet(
    survey: Survey, as_leader: Client, as_manager: Client
) -> None:
    address = _where("survey_translate", survey.organisation, survey.pk)
    german, french = f"{address}?language=de", f"{address}?language=fr"
    first, second = _filled(as_leader, german), _filled(as_manager, german)
    other = _filled(as_manager, french)
    as_leader.post(german, {**first, "text~help": "Hat es geholfen?"})
    assert as_manager.post(french, {**other, "text~help": "Utile ?"}).status_code == 302
    answer = as_manager.post(german, {**second, "text~words": "Was noch?"})
    assert answer.status_code == 422
    assert "Did it help? Hat es geholfen?" in _meanwhile(answer.text)
    assert 'value="Was noch?"' in answer.text
    said = survey.questions.get(key="help").translations
    assert (said["de"]["text"], said["fr"]["text"]) == ("Hat es geholfen?", "Utile ?")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_told(organisation: Organisation) -> None:
    survey = services.create_survey(organisation=organisation, title="Ours")
    seen = services.mark_of_survey(survey)

    def save(title: str) -> str:
        try:
            services.describe_survey(
                survey=survey, title=title, introduction="", thanks="", seen=seen
            )
        except ChangedSinceError:
            return "told"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(save, ["One", "Two", "Three", "Four"]))
    assert told == ["saved", "told", "told", "told"]


@pytest.mark.django_db(transaction=True)
def test_both_are_read_and_one_is_chosen_by_keyboard(
    organisation: Organisation,
    leader: Membership,
    as_manager: Client,
    live_server: object,
    sign_in_browser: Callable[[User], BrowserContext],
) -> None:
    series = factories.series(organisation, message="Ours")
    address = _where("series_edit", organisation, series.pk)
    page = sign_in_browser(leader.user).new_page()
    page.goto(f"{live_server}{address}")
    first = _filled(as_manager, address)
    as_manager.post(address, {**first, "message": "Theirs", "days_open": "10"})
    page.get_by_label("Message").fill("Mine")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".meanwhile")).to_contain_text("Theirs")
    expect(page.get_by_label("Message")).to_have_value("Mine")
    assert Visitor(page).looks() == []
    page.locator(".error-summary").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Take theirs")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message")).to_have_value("Theirs")
    expect(page.locator(".meanwhile")).to_have_count(0)
