"""One's own words, asking others for theirs, and reading them by voice."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from feedback.models import Round
from missions import forms, queries, questions, services
from missions.models import Contribution, Mission, MissionRound, Readiness, Voice
from missions.views.pages import a_page, find_mission, mission_page, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Role

ASKED = (Voice.STAFF, Voice.CUSTOMER)
USUALLY_ASKED = 20


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
    context = {
        "form": form,
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
    """Choose whom to ask and with which message, see it as they will, and send."""
    found = find_mission(request, mission)
    if voice not in ASKED:
        raise Http404
    to_customers = voice == Voice.CUSTOMER
    asked = questions.of_voice(voice=voice, organisation_name=request.organisation.name)
    initial = {"message": asked.message, "most_valuable": USUALLY_ASKED}
    form = forms.AskForm(sent(request), initial=initial, to_customers=to_customers)
    valid = request.method == "POST" and form.is_valid()
    message = form.cleaned_data["message"] if valid else request.POST.get("message", asked.message)
    most_valuable = None
    if to_customers:
        most_valuable = form.cleaned_data["most_valuable"] if valid else USUALLY_ASKED
    reach = queries.reach(
        organisation=request.organisation, voice=voice, most_valuable=most_valuable
    )
    if valid and "send" in request.POST:
        # The button named a number of people: what it says is what happens.
        if request.POST.get("shown") != str(reach.people):
            form.add_error(None, "That reaches a different number of people now: look again.")
        elif _ask(request, found, form, voice, most_valuable):
            messages.success(request, "The question is on its way.")
            return to("asking", found)
    context = {
        "form": form,
        "voice": voice,
        "to_customers": to_customers,
        "asked": asked,
        "reach": reach,
        "message": message,
    }
    status = 422 if form.errors else 200
    return mission_page(request, "missions/ask.html", found, context, status=status)


def _ask(
    request: OrganisationRequest,
    mission: Mission,
    form: forms.AskForm,
    voice: str,
    most_valuable: int | None,
) -> bool:
    try:
        services.ask_for_words(
            mission=mission,
            voice=voice,
            message=form.cleaned_data["message"],
            asked_by=request.membership,
            most_valuable=most_valuable,
        )
    except services.MissionsError as problem:
        form.add_error(None, str(problem))
        return False
    return True


@members(Role.LEADER)
@require_POST
def ask_close(request: OrganisationRequest, mission: int, asked: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(MissionRound.objects.select_related("round"), pk=asked, mission=found)
    try:
        services.close_asking(asked=one)
    except services.MissionsError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "The question is closed. What came in is among the words.")
    return to("asking", found)
