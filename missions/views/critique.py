"""Suggestions on a draft, and what became of each."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from missions import agreement, agreement_forms, queries, services
from missions.models import Critique, Mission, Suggestion
from missions.views.pages import find_mission, mission_page, sent, to
from missions.worddiff import word_diff
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def suggestions(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The latest critique with its suggestions; whoever may, adds theirs here."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the draft.")
        return to("words", found)
    latest = agreement.critiques(found).first()
    if request.method != "POST" or latest is None:
        return _suggestions_page(request, found, latest, agreement_forms.SuggestionForm())
    form = agreement_forms.SuggestionForm(request.POST)
    if request.membership.role == Role.AUDITOR:
        messages.error(request, "Auditors read only.")
        return to("suggestions", found)
    if form.is_valid():
        try:
            services.suggest(critique=latest, author=request.membership, **form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Your suggestion is in. You will read what becomes of it.")
            return to("suggestions", found)
    return _suggestions_page(request, found, latest, form)


def _suggestions_page(
    request: OrganisationRequest,
    mission: Mission,
    critique: Critique | None,
    form: agreement_forms.SuggestionForm,
) -> HttpResponse:
    draft = mission.drafts.first()
    listed = list(critique.suggestions.all()) if critique else []
    newer = draft if critique and draft and draft.pk != critique.draft_id else None
    context = {
        "critique": critique,
        "suggestions": listed,
        "unsettled": sum(not one.outcome for one in listed),
        "draft": draft,
        "newer": newer,
        "changes": word_diff(critique.draft.text, newer.text) if critique and newer else [],
        "form": form,
    }
    status = 422 if form.errors else 200
    return mission_page(request, "missions/suggestions.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def critique_open(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    draft = found.drafts.first()
    if draft is None:
        messages.info(request, "Write a draft first: then others can suggest changes to it.")
        return to("draft", found)
    try:
        services.open_critique(mission=found, draft=draft)
    except services.MissionsError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Your colleagues can suggest changes now.")
    return to("suggestions", found)


@members(Role.LEADER)
@require_POST
def critique_freeze(request: OrganisationRequest, mission: int, critique: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(Critique, pk=critique, draft__mission=found)
    try:
        services.freeze_critique(critique=one)
    except services.MissionsError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The suggestions are frozen. Say what becomes of each.")
    return to("suggestions", found)


@members(Role.LEADER)
def suggestion_outcome(request: OrganisationRequest, mission: int, suggestion: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(
        Suggestion.objects.select_related("critique__draft"),
        pk=suggestion,
        critique__draft__mission=found,
    )
    form = agreement_forms.OutcomeForm(
        sent(request), initial={"outcome": one.outcome, "why": one.why}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.settle_suggestion(suggestion=one, **form.cleaned_data)
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Whoever suggested it reads that now.")
            return to("suggestions", found)
    context = {"form": form, "suggestion": one}
    status = 422 if form.errors else 200
    return mission_page(request, "missions/suggestion_outcome.html", found, context, status=status)
