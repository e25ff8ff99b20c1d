"""One's own words, asking others for theirs, and reading them by voice."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from feedback.models import Round
from missions import queries, questions, services
from missions.examples import EXAMPLES
from missions.forms import drafting as forms
from missions.models import Contribution, Mission, MissionRound, Reaction, Readiness, Voice
from missions.views.asking import ASKED, Asking, ask_page
from missions.views.pages import a_page, find_mission, mission_page, to
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def words(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    services.gather_contributions(mission=found)
    return _words_page(request, found)


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def words_save(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    is_leader = request.membership.role == Role.LEADER
    form = forms.WordsForm(request.POST, is_leader=is_leader)
    if form.is_valid():
        try:
            services.add_words(
                mission=found,
                author=request.membership,
                words=form.words(),
                readiness=form.cleaned_data.get("readiness", ""),
            )
            if is_leader:
                services.react(
                    mission=found,
                    membership=request.membership,
                    reactions=forms.reactions(request.POST),
                )
            services.set_quotable(
                mission=found,
                author=request.membership,
                quotable=form.cleaned_data["quotable"],
            )
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "Your words are in, as you wrote them.")
            return to("words", found)
    return _words_page(request, found, form)


@members(Role.LEADER)
@require_POST
def words_react(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Keep what an example does to a leader, as soon as it is chosen."""
    found = find_mission(request, mission)
    try:
        services.react(
            mission=found,
            membership=request.membership,
            reactions=forms.reactions(request.POST),
        )
    except services.MissionsError as problem:
        messages.error(request, str(problem))
        return to("words", found)
    return HttpResponse(status=204) if request.htmx else to("words", found, "change=1")


def _words_page(
    request: OrganisationRequest, mission: Mission, form: forms.WordsForm | None = None
) -> HttpResponse:
    own = list(Contribution.objects.filter(mission=mission, author=request.membership))
    visible = queries.may_see_words(mission=mission, membership=request.membership)
    voice = request.GET.get("voice", "")
    if voice not in Voice.values:
        voice = ""
    writes = mission.is_open and request.membership.role != Role.AUDITOR
    ready = Readiness.objects.filter(mission=mission, membership=request.membership).first()
    if form is None and writes and (not own or "change" in request.GET):
        form = _own_words_form(request, own, ready)
    reactions: dict[str, bool | None] = dict(
        Reaction.objects.filter(mission=mission, membership=request.membership).values_list(
            "example", "moves"
        )
    )
    if form is not None and form.is_bound:
        # A form that comes back keeps what was just chosen.
        reactions |= forms.reactions(request.POST)
    context = {
        "form": form,
        "examples": [{"example": one, "moves": reactions.get(one.key)} for one in EXAMPLES],
        "moved": [one for one in EXAMPLES if reactions.get(one.key) is True],
        "left_cold": [one for one in EXAMPLES if reactions.get(one.key) is False],
        "own": own,
        "not_yet_felt": mission.is_open and ready and ready.answer != Readiness.Answer.FELT,
        "quoted": any(given.quotable for given in own),
        "visible": visible,
        "voice": voice,
        "page": a_page(request, queries.words(mission=mission, voice=voice)) if visible else None,
        "hidden": queries.hidden_words(mission) if visible and request.membership.can_edit else (),
    }
    status = 422 if form is not None and form.errors else 200
    return mission_page(request, "missions/words.html", mission, context, status=status)


def _own_words_form(
    request: OrganisationRequest, own: list[Contribution], ready: Readiness | None
) -> forms.WordsForm:
    initial: dict[str, object] = {given.prompt: given.text for given in own}
    initial["quotable"] = any(given.quotable for given in own)
    if ready:
        initial["readiness"] = ready.answer
    return forms.WordsForm(initial=initial, is_leader=request.membership.role == Role.LEADER)


@members()
def asking(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    rounds = list(queries.mission_rounds(found))
    waiting = [voice for voice in ASKED if not any(one.voice == voice for one in rounds)]
    asked = [
        {
            "voice": voice,
            "rounds": [one for one in rounds if one.voice == voice],
            "is_open": any(
                one.voice == voice and one.round.state == Round.State.OPEN for one in rounds
            ),
            "is_next": voice in waiting[:1],
        }
        for voice in ASKED
    ]
    return mission_page(request, "missions/asking.html", found, {"asked": asked})


@members(Role.LEADER)
def ask(request: OrganisationRequest, mission: int, voice: str) -> HttpResponse:
    """Ask for words."""
    found = find_mission(request, mission)
    asked = questions.of_voice(voice=voice, organisation_name=request.organisation.name)
    to_customers = voice == Voice.CUSTOMER
    asking = Asking(
        title="Ask your customers" if to_customers else "Ask your people",
        lede=(
            "Those you would least like to lose know best what you are for."
            if to_customers
            else "They meet your customers every day. Ask them before you ask anyone outside."
        ),
        here="missions:asking",
        back="missions:asking",
        around=asked,
        shown=(
            (asked.question, asked.hint),
            (asked.name_question, asked.name_hint),
            (asked.quote_question, asked.quote_hint),
        ),
        send=partial(services.ask_for_words, mission=found, voice=voice),
        success="The question is on its way.",
    )
    return ask_page(request, found, voice, asking)


@members(Role.LEADER)
@require_POST
def ask_close(request: OrganisationRequest, mission: int, asked: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(MissionRound.objects.select_related("round"), pk=asked, mission=found)
    with refusals_told(request, services.MissionsError):
        services.close_asking(asked=one)
        messages.success(request, "The question is closed. What came in is among the words.")
    return to("asking", found)
