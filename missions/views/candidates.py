"""Candidates, and how staff and customers rank them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from feedback.models import Round
from missions import agreement, agreement_forms, forms, queries, questions, services
from missions.models import Candidate, Mission, Voice
from missions.services.candidates import FEWEST, MOST
from missions.views.pages import find_mission, mission_page, sent, to
from missions.views.words import ASKED, USUALLY_ASKED
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def candidates(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The candidates in random order; a leader adds theirs here."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the candidates.")
        return to("words", found)
    if request.method != "POST":
        return _candidates_page(request, found, agreement_forms.CandidateForm())
    form = agreement_forms.CandidateForm(request.POST)
    if request.membership.role != Role.LEADER:
        messages.error(request, "Leaders put candidates forward.")
        return to("candidates", found)
    if form.is_valid():
        try:
            services.add_candidate(
                mission=found, text=form.cleaned_data["text"], author=request.membership
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "It stands among the others, without your name.")
            return to("candidates", found)
    return _candidates_page(request, found, form)


def _candidates_page(
    request: OrganisationRequest, mission: Mission, form: agreement_forms.CandidateForm
) -> HttpResponse:
    listed = list(mission.candidates.all())
    rankings = agreement.rankings(mission)
    orders = agreement.orders(rankings, listed)
    asked = {ranking.voice for ranking in rankings}
    context = {
        "form": form,
        "candidates": listed,
        "rankings": rankings,
        "orders": orders,
        "comparison": agreement.comparison(orders),
        "is_open": any(ranking.round.state == Round.State.OPEN for ranking in rankings),
        "still_needed": max(0, FEWEST - len(listed)),
        "is_full": len(listed) >= MOST,
        "to_ask": [voice for voice in ASKED if voice not in asked],
    }
    status = 422 if form.errors else 200
    return mission_page(request, "missions/candidates.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def candidate_take_back(request: OrganisationRequest, mission: int, candidate: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(Candidate, pk=candidate, mission=found)
    try:
        services.take_back_candidate(candidate=one, author=request.membership)
    except services.MissionsError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Your candidate is taken back.")
    return to("candidates", found)


@members(Role.LEADER)
@require_POST
def candidate_draft(request: OrganisationRequest, mission: int, candidate: int) -> HttpResponse:
    """Make a candidate the next version of the draft."""
    found = find_mission(request, mission)
    one = get_object_or_404(Candidate, pk=candidate, mission=found)
    latest = found.drafts.first()
    try:
        saved, _ = services.save_draft(
            mission=found,
            text=one.text,
            based_on_version=latest.version if latest else 0,
            author=request.membership,
        )
    except services.MissionsError as problem:
        messages.error(request, str(problem))
        return to("candidates", found)
    messages.success(request, f"The candidate is version {saved.version} of the draft now.")
    return to("draft", found)


@members(Role.LEADER)
def rank_ask(request: OrganisationRequest, mission: int, voice: str) -> HttpResponse:
    """Choose whom to ask to rank, and with which message."""
    found = find_mission(request, mission)
    if voice not in ASKED:
        raise Http404
    to_customers = voice == Voice.CUSTOMER
    around = questions.to_rank(organisation_name=request.organisation.name)
    initial = {"message": around.message, "most_valuable": USUALLY_ASKED}
    form = forms.AskForm(sent(request), initial=initial, to_customers=to_customers)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_to_rank(
                mission=found,
                voice=voice,
                message=form.cleaned_data["message"],
                asked_by=request.membership,
                most_valuable=form.cleaned_data.get("most_valuable"),
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "The candidates are on their way to them.")
            return to("candidates", found)
    context = {
        "form": form,
        "to_customers": to_customers,
        "around": around,
        "candidates": list(found.candidates.all()),
        "reach": queries.reach(organisation=request.organisation, voice=voice),
    }
    status = 422 if form.errors else 200
    return mission_page(request, "missions/rank_ask.html", found, context, status=status)


@members(Role.LEADER)
@require_POST
def rank_close(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    try:
        services.close_rankings(mission=found)
    except services.MissionsError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The ranking is closed. Here is each voice’s order.")
    return to("candidates", found)
