"""Surveys: begun, edited, and shown as a respondent will see them."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from feedback import services
from feedback.forms import AnswerForm, QuestionForm, SurveyStartForm, SurveyWordsForm
from feedback.models import Question, Survey
from feedback.ready import READY
from programme.access import OrganisationRequest, members
from programme.models import Role


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_add(request: OrganisationRequest) -> HttpResponse:
    """Begin a survey from one of ours, with the touchpoints it rates."""
    form = SurveyStartForm(request.organisation, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        ready = next(found for found in READY if found.name == form.cleaned_data["start"])
        survey = services.create_survey(
            organisation=request.organisation,
            title=form.cleaned_data["title"] or ready.title,
            introduction=ready.introduction,
            thanks=ready.thanks,
            questions=ready.questions(form.cleaned_data["touchpoints"]),
        )
        return redirect("feedback:survey_edit", request.organisation.slug, survey.pk)
    return render(request, "feedback/survey_add.html", {"form": form, "ready": READY})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_edit(request: OrganisationRequest, survey: int) -> HttpResponse:
    """A survey's words and questions. Changing one that was sent makes its next version."""
    found = _survey(request, survey)
    edited = found.questions.filter(key=request.GET.get("question", "")).first()
    words = SurveyWordsForm(instance=found)
    question = QuestionForm(request.organisation, initial=_as_initial(edited), prefix="question")
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "words":
            words = SurveyWordsForm(request.POST, instance=_survey(request, survey))
        elif action == "question":
            question = QuestionForm(request.organisation, data=request.POST, prefix="question")
        try:
            changed = _change(request, found, action, words, question, edited)
        except services.FeedbackError as error:
            question.add_error(None, str(error)) if question.is_bound else messages.error(
                request, str(error)
            )
        else:
            if changed is not None:
                if changed != found:
                    messages.info(
                        request,
                        f"The survey has been sent before, so this is its version "
                        f"{changed.version}. What was sent stays as it was.",
                    )
                return redirect("feedback:survey_edit", request.organisation.slug, changed.pk)
    context = {
        "survey": found,
        "questions": found.questions.select_related("touchpoint"),
        "words": words,
        "question_form": question,
        "edited": edited,
        "used": found.rounds.exists(),
    }
    return render(request, "feedback/survey_edit.html", context)


def _change(
    request: OrganisationRequest,
    survey: Survey,
    action: str,
    words: SurveyWordsForm,
    question: QuestionForm,
    edited: Question | None,
) -> Survey | None:
    """Do what a form of the page asks; None where that form is not valid."""
    key = request.POST.get("key", "")
    if action == "words":
        if not words.is_valid():
            return None
        return services.describe_survey(survey=survey, **words.cleaned_data)
    if action == "question":
        if not question.is_valid():
            return None
        if edited is None:
            return services.add_question(survey=survey, spec=question.spec())
        return services.change_question(
            survey=survey, key=edited.key, spec=question.spec(edited.key)
        )
    if action == "remove":
        return services.remove_question(survey=survey, key=key)
    if action in {"up", "down"}:
        return services.move_question(survey=survey, key=key, by=-1 if action == "up" else 1)
    raise BadRequest("There is nothing of that name to do with a survey.")


@members()
@require_safe
def survey_preview(request: OrganisationRequest, survey: int) -> HttpResponse:
    """The survey as a respondent sees it; nothing can be handed in here."""
    found = _survey(request, survey)
    questions = list(found.questions.all())
    form = AnswerForm(questions)
    context = {
        "survey": found,
        "respondent_of": request.organisation,
        "questions": [{"question": q, "field": form[f"q-{q.key}"]} for q in questions],
        "minutes": services.minutes_for(questions),
        "direction": "ltr",
        "language": request.organisation.language,
    }
    return render(request, "feedback/survey_preview.html", context)


def _survey(request: OrganisationRequest, pk: int) -> Survey:
    return get_object_or_404(Survey, organisation=request.organisation, pk=pk)


def _as_initial(question: Question | None) -> dict[str, object]:
    if question is None:
        return {"kind": Question.Kind.MOMENT}
    return {
        "kind": question.kind,
        "text": question.text,
        "hint": question.hint,
        "required": question.required,
        "touchpoint": question.touchpoint_id,
    }
