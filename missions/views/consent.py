"""Asking for consent, and what becomes of objections."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from feedback.models import Round
from missions import agreement, queries, questions, services
from missions.forms import agreement as agreement_forms
from missions.models import Consent, ConsentAnswer, Mission
from missions.views.asking import ASKED, Asking, ask_page
from missions.views.pages import find_mission, mission_page, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def agree(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The three ways to agree, how far each is, and that each may be left out."""
    found = find_mission(request, mission)
    services.settle_consent(mission=found)
    rankings = agreement.rankings(found)
    context = {
        "candidates": found.candidates.count(),
        "rankings": rankings,
        "being_ranked": any(ranking.round.state == Round.State.OPEN for ranking in rankings),
        "critique": agreement.critiques(found).first(),
        "consent": agreement.latest_consent(found),
    }
    return mission_page(request, "missions/agree.html", found, context)


@members()
def consent(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the draft.")
        return to("words", found)
    services.settle_consent(mission=found)
    return _consent_page(request, found, None)


def _consent_page(
    request: OrganisationRequest,
    mission: Mission,
    form: agreement_forms.ConsentForm | None,
) -> HttpResponse:
    latest = agreement.latest_consent(mission)
    own = agreement.own_answer(latest, request.membership) if latest else None
    if form is None and own:
        form = agreement_forms.ConsentForm(
            initial={
                "choice": own.choice,
                "reason": own.reason,
                "change_asked": own.change_asked,
            }
        )
    by_email = agreement.asked_by_email(latest) if latest and not latest.closed_at else []
    asked = {one.voice for one in by_email}
    context = {
        "consent": latest,
        "by_email": by_email,
        "to_ask": [voice for voice in ASKED if voice not in asked],
        "result": agreement.consent_result(latest) if latest else None,
        "own": own,
        "form": form or agreement_forms.ConsentForm(),
        "has_draft": mission.drafts.exists(),
    }
    status = 422 if form is not None and form.errors else 200
    return mission_page(request, "missions/consent.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def consent_open(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Ask everyone who signs in; staff and customers are asked from the page after that."""
    found = find_mission(request, mission)
    draft = found.drafts.first()
    if draft is None:
        messages.info(request, "Write a draft first: then you can ask whether people consent.")
        return to("draft", found)
    with refusals_told(request, services.MissionsError):
        services.open_consent(mission=found, draft=draft)
        messages.success(request, "The question is open. Give your own answer first.")
    return to("consent", found)


@members(Role.LEADER)
def consent_ask(
    request: OrganisationRequest, mission: int, consent: int, voice: str
) -> HttpResponse:
    """Ask a voice by email whether it consents."""
    found = find_mission(request, mission)
    asked = get_object_or_404(Consent.objects.select_related("draft"), pk=consent, mission=found)
    asking = Asking(
        title="Ask for consent by email",
        lede="Answers stay hidden, also from you, until the question closes.",
        here="missions:agree",
        back="missions:consent",
        around=questions.to_consent(
            organisation_name=request.organisation.name, statement=asked.draft.text
        ),
        shown=(
            ("May this become our mission?", "I love it, I can live with it, or I object"),
            ("If you object: why?", ""),
            ("And what would have to change?", ""),
        ),
        send=partial(services.ask_consent, consent=asked, voice=voice),
        success="The question is on its way to them.",
    )
    return ask_page(request, found, voice, asking)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def consent_answer(request: OrganisationRequest, mission: int, consent: int) -> HttpResponse:
    found = find_mission(request, mission)
    asked = get_object_or_404(Consent, pk=consent, mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        return to("words", found)
    form = agreement_forms.ConsentForm(request.POST)
    if form.is_valid():
        try:
            services.answer_consent(
                consent=asked, membership=request.membership, **form.cleaned_data
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Your answer is in. You can change it until the close.")
            return to("consent", found)
    return _consent_page(request, found, form)


@members(Role.LEADER)
@require_POST
def consent_close(request: OrganisationRequest, mission: int, consent: int) -> HttpResponse:
    found = find_mission(request, mission)
    asked = get_object_or_404(Consent, pk=consent, mission=found)
    with refusals_told(request, services.MissionsError):
        services.close_consent(consent=asked)
        messages.success(request, "The question is closed, and everyone sees what was answered.")
    return to("consent", found)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def objection_withdraw(request: OrganisationRequest, mission: int, answer: int) -> HttpResponse:
    found = find_mission(request, mission)
    objection = get_object_or_404(ConsentAnswer, pk=answer, consent__mission=found)
    with refusals_told(request, services.MissionsError):
        services.withdraw_objection(answer=objection, membership=request.membership)
        messages.success(request, "Your objection is withdrawn. It stays on record as that.")
    return to("consent", found)


@members(Role.LEADER)
def objection_override(request: OrganisationRequest, mission: int, answer: int) -> HttpResponse:
    """Say publicly why the mission is adopted in spite of an objection."""
    found = find_mission(request, mission)
    objection = get_object_or_404(
        agreement.visible_objections(found).select_related("membership__user"), pk=answer
    )
    form = agreement_forms.OverrideForm(
        sent(request), initial={"because": objection.overridden_because}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.override_objection(
                answer=objection, because=form.cleaned_data["because"], by=request.membership
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Your reason is kept, and the objection no longer blocks.")
            return to("consent", found)
    context = {"form": form, "objection": objection}
    status = 422 if form.errors else 200
    return mission_page(request, "missions/objection_override.html", found, context, status=status)
