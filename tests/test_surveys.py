"""Surveys: written, edited until they are sent, then followed by new versions."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from feedback.models import Question, Survey
from feedback.queries import surveys
from feedback.services import (
    FeedbackError,
    QuestionSpec,
    add_question,
    change_question,
    create_survey,
    describe_survey,
    move_question,
    remove_question,
)
from programme.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db

TEXT = QuestionSpec("", "text", "What else?")


def _keys(survey: Survey) -> list[str]:
    return [question.key for question in survey.questions.all()]


def test_a_survey_is_edited_in_place_until_a_round_uses_it(organisation: Organisation) -> None:
    survey = factories.survey(organisation)
    assert add_question(survey=survey, spec=TEXT) == survey
    assert _keys(survey) == ["recommend", "comment", "what-else"]
    assert move_question(survey=survey, key="what-else", by=-1) == survey
    assert _keys(survey) == ["recommend", "what-else", "comment"]
    assert move_question(survey=survey, key="recommend", by=-1) == survey
    assert _keys(survey) == ["recommend", "what-else", "comment"]
    remove_question(survey=survey, key="comment")
    assert _keys(survey) == ["recommend", "what-else"]


def test_what_a_round_has_used_never_changes(organisation: Organisation) -> None:
    survey = factories.survey(organisation)
    sent = factories.draft_round(organisation, survey=survey)
    before = list(survey.questions.values())

    following = add_question(survey=survey, spec=TEXT)
    assert (following.version, following.previous) == (2, survey)
    assert _keys(following) == ["recommend", "comment", "what-else"]  # keys keep their trend
    survey.refresh_from_db()
    assert list(survey.questions.values()) == before
    sent.refresh_from_db()
    assert sent.survey == survey
    # A second change goes to the version that exists by now.
    assert describe_survey(survey=survey, title="New", introduction="", thanks="") == following
    assert list(surveys(organisation)) == [following]


def test_a_question_that_was_asked_keeps_its_kind(organisation: Organisation) -> None:
    survey = factories.survey(organisation)
    factories.draft_round(organisation, survey=survey)
    spec = QuestionSpec("recommend", "satisfaction-5", "Would you recommend us?")
    with pytest.raises(FeedbackError, match="its kind cannot change"):
        change_question(survey=survey, key="recommend", spec=spec)
    assert Survey.objects.count() == 1
    words = QuestionSpec("recommend", "recommend-10", "How likely is it?", required=True)
    following = change_question(survey=survey, key="recommend", spec=words)
    assert following.questions.get(key="recommend").text == "How likely is it?"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (QuestionSpec("a", "dance", "?"), "no question of the kind"),
        (QuestionSpec("a", "moment", "?", touchpoint_id=987654321), "not on this organisation"),
        (QuestionSpec("a", "moment", "?", hand_off_id=987654321), "not on this organisation"),
    ],
)
def test_questions_that_cannot_be_are_refused(
    organisation: Organisation, spec: QuestionSpec, words: str
) -> None:
    with pytest.raises(FeedbackError, match=words):
        create_survey(organisation=organisation, title="T", questions=[spec])
    assert not Survey.objects.exists()


def test_another_organisations_touchpoint_is_refused(organisation: Organisation) -> None:
    theirs = factories.touchpoint(factories.organisation())
    with pytest.raises(FeedbackError, match="not on this organisation"):
        factories.survey(organisation, QuestionSpec("a", "moment", "?", touchpoint_id=theirs.pk))


def test_keys_are_free_and_unique(organisation: Organisation) -> None:
    survey = factories.survey(organisation)
    for _ in range(2):
        add_question(survey=survey, spec=TEXT)
    add_question(survey=survey, spec=QuestionSpec("", "short", "Name"))
    add_question(survey=survey, spec=QuestionSpec("", "short", "？"))
    assert _keys(survey) == [
        *("recommend", "comment", "what-else", "what-else-2"),
        *("name-2", "question"),
    ]
    with pytest.raises(FeedbackError, match="same key"):
        create_survey(
            organisation=organisation,
            title="T",
            questions=[QuestionSpec("a", "text", "?"), QuestionSpec("a", "text", "?")],
        )


# Pages


@pytest.mark.parametrize("start", ["customers", "staff"])
def test_a_ready_survey_rates_the_touchpoints_chosen(
    organisation: Organisation, as_manager: Client, start: str
) -> None:
    desk, phone = (factories.touchpoint(organisation, name) for name in ("Desk", "Phone"))
    add = reverse("feedback:survey_add", args=[organisation.slug])
    as_manager.post(add, {"start": start, "touchpoints": [desk.pk]})
    survey = Survey.objects.get()
    kinds = list(survey.questions.values_list("kind", "touchpoint"))
    assert kinds == [("moment", desk.pk), ("recommend-10", None), ("text", None)]
    assert survey.introduction
    assert survey.thanks
    assert phone.pk != desk.pk


def test_a_survey_is_edited_in_the_browser(organisation: Organisation, as_manager: Client) -> None:
    desk = factories.touchpoint(organisation)
    add = reverse("feedback:survey_add", args=[organisation.slug])
    assert "title" in as_manager.post(add, {"start": "blank"}).context["form"].errors
    as_manager.post(add, {"start": "blank", "title": "Ours"})
    survey = Survey.objects.get()
    edit = reverse("feedback:survey_edit", args=[organisation.slug, survey.pk])
    as_manager.post(
        edit,
        {
            "action": "question",
            "question-kind": "moment",
            "question-text": "The desk <b>",
            "question-touchpoint": desk.pk,
        },
    )
    question = Question.objects.get()
    assert (question.text, question.touchpoint) == ("The desk <b>", desk)
    assert b"The desk &lt;b&gt;" in as_manager.get(edit).content
    as_manager.post(
        f"{edit}?question={question.key}",
        {"action": "question", "question-kind": "moment", "question-text": "The front desk"},
    )
    question.refresh_from_db()
    assert (question.text, question.touchpoint) == ("The front desk", None)
    as_manager.post(edit, {"action": "words", "title": "Ours now", "thanks": "Thanks."})
    survey.refresh_from_db()
    assert (survey.title, survey.thanks) == ("Ours now", "Thanks.")
    as_manager.post(edit, {"action": "remove", "key": question.key})
    assert not Question.objects.exists()
    assert as_manager.post(edit, {"action": "explode"}).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "x" * 501),
        ("text", "a\x00b"),
        ("hint", "x" * 100_000),
        ("kind", "dance"),
        ("touchpoint", "987654321"),
        ("touchpoint", "x"),
    ],
)
def test_bad_input_is_an_error_at_its_field(
    organisation: Organisation, as_manager: Client, field: str, value: str
) -> None:
    survey = factories.survey(organisation)
    edit = reverse("feedback:survey_edit", args=[organisation.slug, survey.pk])
    form = {"action": "question", "question-kind": "text", "question-text": "Why?"}
    shown = as_manager.post(edit, {**form, f"question-{field}": value})
    assert shown.status_code == 422
    assert list(shown.context["question_form"].errors) == [field]
    assert survey.questions.count() == 2


def test_the_preview_is_what_people_see_and_takes_nothing(
    organisation: Organisation, as_member: Client, as_manager: Client
) -> None:
    survey = factories.survey(organisation)
    preview = reverse("feedback:survey_preview", args=[organisation.slug, survey.pk])
    shown = as_member.get(preview).content.decode()
    assert "Would you recommend us?" in shown
    assert "This is a preview" in shown
    assert as_member.post(preview).status_code == 405
    foreign = factories.survey(factories.organisation())
    for name in ("survey_preview", "survey_edit"):
        address = reverse(f"feedback:{name}", args=[organisation.slug, foreign.pk])
        assert as_manager.get(address).status_code == 404


def test_the_newest_version_is_changed_and_earlier_ones_are_looked_at(
    organisation: Organisation, as_manager: Client
) -> None:
    first = factories.survey(organisation)
    factories.draft_round(organisation, survey=first)
    second = add_question(survey=first, spec=QuestionSpec("", "text", "Anything else?"))

    def edit(survey: Survey) -> str:
        return reverse("feedback:survey_edit", args=[organisation.slug, survey.pk])

    assert as_manager.get(edit(first))["Location"] == edit(second)
    shown = as_manager.get(edit(second)).content.decode()
    assert reverse("feedback:survey_preview", args=[organisation.slug, first.pk]) in shown
    assert reverse("feedback:survey_results", args=[organisation.slug, second.pk]) in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_editor_costs_the_same_for_one_question_and_for_three(
    organisation: Organisation,
    as_manager: Client,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    specs = [
        QuestionSpec(
            f"q{n}", "moment", f"Part {n}", touchpoint_id=factories.touchpoint(organisation).pk
        )
        for n in range(rows)
    ]
    survey = factories.survey(organisation, *specs)
    edit = reverse("feedback:survey_edit", args=[organisation.slug, survey.pk])
    with django_assert_num_queries(9):
        shown = as_manager.get(edit)
    assert shown.content.count(b"question-text") >= rows
