"""Asking staff or customers by email: whom, with which message, seen before it is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse

from missions import services
from missions.forms.asking import USUALLY_ASKED, AskForm
from missions.models import Mission, Voice
from missions.questions import Around
from missions.reach import find_customers, reach
from missions.views.pages import mission_page, sent, to
from programme.access import OrganisationRequest

ASKED = (Voice.STAFF, Voice.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing to ask: how its page is headed, what people will read, and what sends it.

    `shown` are the questions with their hints. `send` takes `message`, `asked_by` and `selection`.
    `back` is the page to return to and `here` the step that it belongs to, both as URL names.
    """

    title: str
    lede: str
    here: str
    back: str
    around: Around
    shown: Sequence[tuple[str, str]]
    send: Callable[..., object]
    success: str


def ask_page(
    request: OrganisationRequest, mission: Mission, voice: str, asking: Asking
) -> HttpResponse:
    """Choose whom to ask and with which message, see it as they will, and send."""
    if voice not in ASKED:
        raise Http404
    usual = asking.around.message
    form = AskForm(
        sent(request),
        initial={"whom": "valuable", "message": usual, "most_valuable": USUALLY_ASKED},
        organisation=request.organisation,
        voice=voice,
    )
    valid = request.method == "POST" and form.is_valid()
    selection = form.selection()
    reached = reach(organisation=request.organisation, voice=voice, selection=selection)
    if valid and "send" in request.POST:
        # The button named a number of people: what it says is what happens.
        if request.POST.get("shown") != str(reached.people):
            form.add_error(None, "That reaches a different number of people now: look again.")
        elif _send(request, form, asking):
            messages.success(request, asking.success)
            return to(asking.back.removeprefix("missions:"), mission)
    picked = form.picked()
    context = {
        "form": form,
        "voice": voice,
        "to_customers": voice == Voice.CUSTOMER,
        "asking": asking,
        "reach": reached,
        "message": request.POST.get("message", usual),
        "picked": picked,
        "found": find_customers(
            request.organisation, words=request.POST.get("search", ""), but=picked
        )
        if voice == Voice.CUSTOMER
        else (),
    }
    # A part of the page that follows what is chosen is no refusal of it.
    status = 422 if form.errors and not request.htmx else 200
    return mission_page(request, "missions/ask.html", mission, context, status=status)


def _send(request: OrganisationRequest, form: AskForm, asking: Asking) -> bool:
    try:
        asking.send(
            message=form.cleaned_data["message"],
            asked_by=request.membership,
            selection=form.selection(),
        )
    except services.MissionsError as problem:
        form.add_error(None, str(problem))
        return False
    return True
