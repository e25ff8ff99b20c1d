"""Surveys: begun, edited, translated, and shown as a respondent will see them."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_safe

from feedback import kinds, queries, services
from feedback.answer_page import Given, fields_of, language_for, languages_of
from feedback.forms.questions import QuestionForm, condition_words, initial_of
from feedback.forms.surveys import BLANK, SurveyStartForm, SurveyWordsForm, TranslationForm
from feedback.models import Question, Survey
from feedback.paper import paper_survey
from feedback.ready import library
from feedback.spoken import LANGUAGES, filled, speech
from feedback.survey_meanwhile import saved_meanwhile, seen_of, translated_meanwhile
from feedback.trends import versions_of
from programme.access import OrganisationRequest, members
from programme.models import Role, Team
from programme.printing import PrintError

_FRAMED_BY_US = cast("dict[str, Collection[str]]", settings.SECURE_CSP) | {
    "frame-ancestors": [CSP.SELF]
}
_REMOVED = "feedback.removed_question"


@members()
@require_safe
def surveys(request: OrganisationRequest) -> HttpResponse:
    context = {"surveys": queries.surveys(request.organisation)}
    return render(request, "feedback/surveys.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_add(request: OrganisationRequest) -> HttpResponse:
    """Begin a survey from one of ours, with the touchpoints it rates, or from a blank page."""
    form = SurveyStartForm(request.organisation, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        survey = _begin(request, **form.cleaned_data)
        return redirect("feedback:survey_edit", request.organisation.slug, survey.pk)
    context = {"form": form, "library": library(), "blank": BLANK}
    status = 422 if form.errors else 200
    return render(request, "feedback/survey_add.html", context, status=status)


def _begin(
    request: OrganisationRequest, *, start: str, title: str, touchpoints: list[Any]
) -> Survey:
    if start == BLANK:
        return services.create_survey(organisation=request.organisation, title=title)
    ready = next(found for found in library() if found.name == start)
    teams = list(Team.objects.filter(organisation=request.organisation))
    return services.create_survey(
        organisation=request.organisation,
        title=title or ready.title,
        introduction=ready.introduction,
        thanks=ready.thanks,
        questions=ready.questions(touchpoints, teams),
    )


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_edit(request: OrganisationRequest, survey: int) -> HttpResponse:
    """A survey's words and questions. Changing one that was sent makes its next version."""
    found = _survey(request, survey)
    versions = list(versions_of(found))
    if request.method != "POST" and versions[0] != found:
        # An earlier version is only looked at: what is changed is the newest.
        return redirect("feedback:survey_edit", request.organisation.slug, versions[0].pk)
    questions = list(found.questions.select_related("touchpoint", "hand_off"))
    edited = next((one for one in questions if one.key == request.GET.get("question")), None)
    earlier = questions[: questions.index(edited)] if edited is not None else questions
    offered: dict[str, Any] = {"earlier": earlier, "edited": edited, "prefix": "question"}
    words = SurveyWordsForm(instance=found)
    question = QuestionForm(request.organisation, initial=initial_of(edited), **offered)
    meanwhile = None
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "words":
            words = SurveyWordsForm(request.POST, instance=_survey(request, survey))
        elif action == "question":
            question = QuestionForm(request.organisation, data=request.POST, **offered)
        try:
            changed = _change(request, found, action, words, question, edited)
        except services.ChangedSinceError as error:
            (question if question.is_bound else words).add_error(None, str(error))
            meanwhile = saved_meanwhile(found, words, question, edited)
        except services.FeedbackError as error:
            question.add_error(None, str(error)) if question.is_bound else messages.error(
                request, str(error)
            )
        else:
            if changed is not None:
                _say_version(request, found, changed)
                return redirect(_place(request, changed))
    by_key = {one.key: one for one in questions}
    removed = request.session.get(_REMOVED)
    pages = kinds.pages_of(questions, on_one_page=found.on_one_page) if questions else []
    # Where there is only one page, nothing is said of pages.
    starts = {page[0].key: at for at, page in enumerate(pages, 1)} if len(pages) > 1 else {}
    refused = words.errors or question.errors
    context = {
        "survey": found,
        **seen_of(found, edited, request.POST, meanwhile),
        "rows": [
            {"question": one, "when": condition_words(one, by_key), "page": starts.get(one.key)}
            for one in questions
        ],
        "words": words,
        "question_form": question,
        "edited": edited,
        "used": found.rounds.exists(),
        "earlier": [one for one in versions if one.version < found.version],
        "removed": removed if removed and removed["survey"] == found.pk else None,
        "languages": [speech(language).name for language in languages_of(found)],
    }
    return render(request, "feedback/survey_edit.html", context, status=422 if refused else 200)


def _change(
    request: OrganisationRequest,
    survey: Survey,
    action: str,
    words: SurveyWordsForm,
    question: QuestionForm,
    edited: Question | None,
) -> Survey | None:
    """Do what a form of the page asks; None where that form is not valid."""
    if action == "words":
        if not words.is_valid():
            return None
        seen = request.POST.get("seen", "")
        return services.describe_survey(survey=survey, seen=seen, **words.cleaned_data)
    if action == "question":
        if not question.is_valid():
            return None
        if edited is not None:
            return services.change_question(
                survey=survey,
                key=edited.key,
                spec=question.spec(edited.key),
                seen=request.POST.get("seen", ""),
            )
        if request.POST.get("key"):
            raise services.FeedbackError(
                "Somebody else has removed this question since you opened it. What you typed is "
                "below: add it as a new question, or leave it."
            )
        return services.add_question(survey=survey, spec=question.spec())
    return _rearrange(request, survey, action, request.POST.get("key", ""))


def _rearrange(
    request: OrganisationRequest, survey: Survey, action: str, key: str
) -> Survey | None:
    if action == "remove":
        return _remove(request, survey, key)
    if action == "undo":
        return _restore(request, survey)
    if action == "duplicate":
        return services.duplicate_question(survey=survey, key=key)
    if action in {"break", "join"}:
        return services.break_page(survey=survey, key=key, starts_page=action == "break")
    if action in {"up", "down"}:
        return services.move_question(survey=survey, key=key, by=-1 if action == "up" else 1)
    if action == "order":
        return services.order_questions(survey=survey, keys=request.POST.getlist("order"))
    raise BadRequest("There is nothing of that name to do with a survey.")


def _remove(request: OrganisationRequest, survey: Survey, key: str) -> Survey:
    """Take it out, and remember it for as long as someone may want it back."""
    removed = survey.questions.filter(key=key).first()
    changed = services.remove_question(survey=survey, key=key)
    if removed is not None:
        request.session[_REMOVED] = {
            "survey": changed.pk,
            "position": removed.position,
            "text": removed.text,
            "spec": asdict(services.QuestionSpec.of(removed)),
        }
    return changed


def _restore(request: OrganisationRequest, survey: Survey) -> Survey:
    removed = request.session.get(_REMOVED)
    if removed is None or removed["survey"] != survey.pk:
        raise services.FeedbackError("There is no question here to bring back.")
    values = dict(removed["spec"])
    values["options"] = tuple((key, text) for key, text in values["options"])
    if values["condition"] is not None:
        values["condition"] = kinds.Condition(**values["condition"])
    restored = services.restore_question(
        survey=survey, spec=services.QuestionSpec(**values), position=removed["position"]
    )
    del request.session[_REMOVED]
    return restored


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_translate(request: OrganisationRequest, survey: int) -> HttpResponse:
    """A survey's texts beside those of another language."""
    found = _survey(request, survey)
    questions = list(found.questions.all())
    others = [language for language in LANGUAGES if language != found.language]
    language = request.GET.get("language", others[0])
    if language not in others:
        language = others[0]
    sent = request.POST if request.method == "POST" else None
    form = TranslationForm(found, questions, language, data=sent)
    meanwhile = None
    if sent is not None and form.is_valid():
        try:
            changed = services.translate_survey(
                survey=found,
                language=language,
                words=form.words(),
                questions=form.by_question(),
                seen=sent.get("seen", ""),
            )
        except services.ChangedSinceError as error:
            form.add_error(None, str(error))
            meanwhile = translated_meanwhile(found, form, language)
        else:
            _say_version(request, found, changed)
            messages.success(request, "The translations are kept.")
            slug = request.organisation.slug
            address = reverse("feedback:survey_translate", args=[slug, changed.pk])
            return redirect(f"{address}?language={language}")
    now = services.mark_of_translations(found, questions, language)
    context = {
        "survey": found,
        "form": form,
        "seen": meanwhile.mark if meanwhile else request.POST.get("seen", now),
        "differing": meanwhile.differing if meanwhile else None,
        "chosen": speech(language),
        "own": speech(found.language),
        "others": [speech(other) for other in others],
        "used": found.rounds.exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "feedback/survey_translate.html", context, status=status)


@members()
@require_safe
@csp_override(_FRAMED_BY_US)
@xframe_options_sameorigin
def survey_preview(request: OrganisationRequest, survey: int) -> HttpResponse:
    """The survey as a respondent sees it; nothing can be handed in here."""
    found = _survey(request, survey)
    questions = list(found.questions.all())
    by_key = {one.key: one for one in questions}
    language = language_for(
        found, wanted=request.GET.get("lang", ""), preferred=request.organisation.language
    )
    minutes = services.minutes_for(questions)
    words = filled(language.speech.page)
    pages = kinds.pages_of(questions, on_one_page=found.on_one_page) if questions else []
    context = {
        "survey_title": language.survey(found, "title"),
        "introduction": language.survey(found, "introduction"),
        "thanks": language.survey(found, "thanks"),
        "since": language.survey(found, "since_last_time"),
        "respondent_of": request.organisation,
        "pages": [
            {
                "fields": fields_of(page, language, Given()),
                "when": [said for one in page if (said := condition_words(one, by_key))],
            }
            for page in pages
        ],
        "minutes": words["minute" if minutes == 1 else "minutes"].format(n=minutes),
        "words": words,
        "framed": "framed" in request.GET,
        "direction": language.speech.direction,
        "language": language.speech.language,
    }
    return render(request, "feedback/survey_preview.html", context)


@members()
@require_safe
def survey_paper(request: OrganisationRequest, survey: int) -> HttpResponse:
    """The survey on paper, to look at: only a place's sheets can be typed in."""
    found = _survey(request, survey)
    try:
        pdf = paper_survey(found, wanted=request.GET.get("lang", ""))
    except PrintError as problem:
        messages.error(request, str(problem))
        return redirect("feedback:survey_frames", request.organisation.slug, found.pk)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="survey-{found.pk}.pdf"'
    return response


@members()
@require_safe
def survey_frames(request: OrganisationRequest, survey: int) -> HttpResponse:
    """The preview as a phone and as a laptop show it."""
    found = _survey(request, survey)
    offered = languages_of(found)
    chosen = request.GET.get("lang", "")
    context = {
        "survey": found,
        "languages": [speech(language) for language in offered],
        "chosen": chosen if chosen in offered else found.language,
        "laptop": request.GET.get("as") == "laptop",
    }
    return render(request, "feedback/survey_frames.html", context)


def _survey(request: OrganisationRequest, pk: int) -> Survey:
    return get_object_or_404(Survey, organisation=request.organisation, pk=pk)


def _say_version(request: OrganisationRequest, before: Survey, after: Survey) -> None:
    if before != after:
        messages.info(
            request,
            f"The survey has been sent before, so this is its version {after.version}. What was "
            "sent stays as it was.",
        )


def _place(request: OrganisationRequest, survey: Survey) -> str:
    """The survey's page, at the question that was moved."""
    address = reverse("feedback:survey_edit", args=[request.organisation.slug, survey.pk])
    key = request.POST.get("key", "")
    return f"{address}#q-{key}" if survey.questions.filter(key=key).exists() else address
