"""Candidates, and how staff and customers rank them."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from feedback.models import Round
from missions import agreement, queries, questions, services
from missions.forms import agreement as agreement_forms
from missions.models import Candidate, Mission
from missions.services.candidates import FEWEST, MOST
from missions.views.asking import ASKED, Asking, ask_page
from missions.views.pages import find_mission, mission_page, to
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
    request: OrganisationRequest,
    mission: Mission,
    form: agreement_forms.CandidateForm,
    ballot: agreement_forms.BallotForm | None = None,
) -> HttpResponse:
    listed = list(mission.candidates.all())
    rankings = agreement.rankings(mission)
    orders = agreement.orders(mission, rankings, listed)
    is_open = any(ranking.round.state == Round.State.OPEN for ranking in rankings)
    own = mission.ballots.filter(membership=request.membership).first() if is_open else None
    if is_open and ballot is None and request.membership.role == Role.LEADER:
        ballot = agreement_forms.BallotForm(initial=own.places if own else {}, candidates=listed)
    asked = {ranking.voice for ranking in rankings}
    context = {
        "form": form,
        "candidates": listed,
        "rankings": rankings,
        "orders": orders,
        "comparison": agreement.comparison(orders),
        "disagreements": agreement.disagreements(orders),
        "ballot": ballot,
        "has_ranked": own is not None,
        "is_open": is_open,
        "still_needed": max(0, FEWEST - len(listed)),
        "is_full": len(listed) >= MOST,
        "to_ask": [voice for voice in ASKED if voice not in asked],
    }
    status = 422 if form.errors or (ballot is not None and ballot.errors) else 200
    return mission_page(request, "missions/candidates.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def candidate_take_back(request: OrganisationRequest, mission: int, candidate: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(Candidate, pk=candidate, mission=found)
    with refusals_told(request, services.MissionsError):
        services.take_back_candidate(candidate=one, author=request.membership)
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
    """Ask a voice to rank the candidates."""
    found = find_mission(request, mission)
    asking = Asking(
        title="Have the candidates ranked",
        lede="Once the first voice is asked, the candidates stay as they are.",
        here="missions:agree",
        back="missions:candidates",
        around=questions.to_rank(organisation_name=request.organisation.name),
        shown=[(one.text, "A place, or none") for one in found.candidates.all()],
        send=partial(services.ask_to_rank, mission=found, voice=voice),
        success="The candidates are on their way to them. Now give your own ranking.",
    )
    return ask_page(request, found, voice, asking)


@members(Role.LEADER)
@require_POST
def rank_own(request: OrganisationRequest, mission: int) -> HttpResponse:
    """A leader's own ranking."""
    found = find_mission(request, mission)
    form = agreement_forms.BallotForm(request.POST, candidates=list(found.candidates.all()))
    if form.is_valid():
        try:
            services.cast_ballot(mission=found, membership=request.membership, places=form.places())
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Your ranking is in. You can change it until the close.")
            return to("candidates", found)
    return _candidates_page(request, found, agreement_forms.CandidateForm(), form)


@members(Role.LEADER)
@require_POST
def rank_close(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    with refusals_told(request, services.MissionsError):
        services.close_rankings(mission=found)
        messages.success(request, "The ranking is closed. Here is each voice’s order.")
    return to("candidates", found)
