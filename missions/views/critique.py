"""Suggestions on a draft, and what became of each."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import agreement, queries, questions, services
from missions.forms import agreement as agreement_forms
from missions.models import Critique, Mission, Suggestion
from missions.services.critique import ASKED_FOR, ASKED_HINT
from missions.views.asking import ASKED, Asking, ask_page
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
    services.gather_suggestions(mission=found)
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
    by_email = agreement.asked_by_email(critique) if critique else []
    asked = {one.voice for one in by_email}
    newer = draft if critique and draft and draft.pk != critique.draft_id else None
    context = {
        "critique": critique,
        "suggestions": listed,
        "by_email": by_email,
        "to_ask": [voice for voice in ASKED if voice not in asked],
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
    with refusals_told(request, services.MissionsError):
        services.open_critique(mission=found, draft=draft)
        messages.success(request, "Your colleagues can suggest changes now.")
    return to("suggestions", found)


@members(Role.LEADER)
def critique_ask(
    request: OrganisationRequest, mission: int, critique: int, voice: str
) -> HttpResponse:
    """Ask a voice for suggestions by email."""
    found = find_mission(request, mission)
    one = get_object_or_404(
        Critique.objects.select_related("draft"), pk=critique, draft__mission=found
    )
    asking = Asking(
        title="Ask for suggestions by email",
        lede="Staff and customers read the draft and say what they would change.",
        here="missions:agree",
        back="missions:suggestions",
        around=questions.to_criticise(
            organisation_name=request.organisation.name, statement=one.draft.text
        ),
        shown=[(question, ASKED_HINT) for question in ASKED_FOR.values()],
        send=partial(services.ask_to_criticise, critique=one, voice=voice),
        success="The draft is on its way to them.",
    )
    return ask_page(request, found, voice, asking)


@members(Role.LEADER)
@require_POST
def critique_freeze(request: OrganisationRequest, mission: int, critique: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(Critique, pk=critique, draft__mission=found)
    with refusals_told(request, services.MissionsError):
        services.freeze_critique(critique=one)
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
