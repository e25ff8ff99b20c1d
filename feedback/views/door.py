"""The open door: a public page where anyone compliments, complains or suggests. No script."""

from http import HTTPStatus
from urllib.parse import urlencode

from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import public
from feedback import services
from feedback.forms.door import DoorForm, Shown, shown
from feedback.models import MOST_CHARACTERS, OpenDoorItem
from feedback.queries.changes import public_changes
from feedback.spoken import LANGUAGES, Speech, base_of, filled, speech
from feedback.views.following import let_in
from programme.models import Organisation
from touchpoints.models import Touchpoint

# An office of hundreds behind one address leaves far less; above the second, everyone is slowed.
_RATES = {"say": "60/10m/ip", "say-all": "300/10m/key"}
_LEAST_SECONDS, _LEAST_SECONDS_WHEN_BUSY = 2, 20


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def say(request: HttpRequest, organisation: str) -> HttpResponse:
    """The page, and what comes of sending it: one's own page, where it can be followed."""
    owner = get_object_or_404(Organisation, slug=organisation)
    spoken = door_speech(request, owner)
    if services.standard_of(owner).door_paused_at is not None:
        words = filled(spoken.door, organisation=owner.name)
        context = door_frame(owner, spoken) | {
            "title": words["paused_title"],
            "text": words["paused_text"],
        }
        return render(request, "respond/refusal.html", context)
    if request.method != "POST":
        at = request.GET.get("at", "")
        return _page(request, owner, spoken, shown(None, at=at, mark=services.new_mark()))
    form = DoorForm(spoken=spoken, organisation=owner, data=request.POST)
    if not form.is_valid():
        again = _shown_again(form)
        return _page(request, owner, spoken, again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if (held := _held_up(request, owner, form)) is not None:
        status, why = held
        again = Shown(shown(form).values, {"": spoken.door[why]})
        return _page(request, owner, spoken, again, status=status)
    values = form.cleaned_data
    try:
        item = services.leave_item(
            organisation=owner,
            item_id=values["mark"],
            kind=values["kind"],
            text=values["text"],
            touchpoint=values["at"],
            whom=values["whom"] if values["kind"] == OpenDoorItem.Kind.COMPLIMENT else "",
            name=values["name"],
            email=values["email"],
            language=spoken.language,
        )
    except services.DoorPausedError:
        again = Shown(
            shown(form).values, {"": filled(spoken.door, organisation=owner.name)["paused_text"]}
        )
        return _page(request, owner, spoken, again, status=HTTPStatus.SERVICE_UNAVAILABLE)
    path = reverse("follow", args=[item.conversation_id])
    query = urlencode({"arrived": 1, "lang": spoken.language})
    response = HttpResponseRedirect(f"{path}?{query}", status=HTTPStatus.SEE_OTHER)
    return let_in(response, item.conversation)


def _held_up(
    request: HttpRequest, owner: Organisation, form: DoorForm
) -> tuple[HTTPStatus, str] | None:
    """Why this must be sent again, if it must: nothing is ever refused for good."""
    if form.is_fresh(_LEAST_SECONDS):
        return HTTPStatus.UNPROCESSABLE_ENTITY, "again"
    if not consume(request, app="feedback", action="say", config=_RATES):
        return HTTPStatus.TOO_MANY_REQUESTS, "busy"
    few = consume(request, app="feedback", action="say-all", config=_RATES, key=f"door-{owner.pk}")
    if not few and form.is_fresh(_LEAST_SECONDS_WHEN_BUSY):
        return HTTPStatus.TOO_MANY_REQUESTS, "busy"
    return None


def _shown_again(form: DoorForm) -> Shown:
    """What was typed, to be sent again: with a new mark where it had none of ours, and without
    what people do not see."""
    again = shown(form)
    values = {**again.values, "website": ""}
    errors = dict(again.errors)
    for hidden in ("mark", "website"):
        if hidden in errors:
            errors.pop(hidden)
            errors[""] = form.spoken.door["again"]
    if "mark" in again.errors:
        values["mark"] = services.new_mark()
    return Shown(values, errors)


def _page(
    request: HttpRequest,
    owner: Organisation,
    spoken: Speech,
    given: Shown,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    places = Touchpoint.objects.current().filter(organisation=owner)
    context = door_frame(owner, spoken) | {
        "kinds": [(kind, spoken.door[kind]) for kind in OpenDoorItem.Kind.values],
        "places": places.select_related("stage__journey"),
        "given": given.values,
        "errors": given.errors,
        "general": given.errors.get("", ""),
        "most": MOST_CHARACTERS,
        "others": [other for other in map(speech, LANGUAGES) if other.language != spoken.language],
        "at": request.GET.get("at", ""),
        "has_changes": public_changes(owner).exists(),
    }
    return render(request, "respond/say.html", context, status=status)


def door_frame(owner: Organisation, spoken: Speech) -> dict[str, object]:
    """What every page for people outside has."""
    return {
        "respondent_of": owner,
        "language": spoken.language,
        "direction": spoken.direction,
        "words": filled(spoken.door, organisation=owner.name),
        "page_words": spoken.page,
    }


def door_speech(request: HttpRequest, owner: Organisation) -> Speech:
    """The language that was chosen, otherwise the browser's where we speak it, otherwise the
    organisation's."""
    chosen = request.GET.get("lang", "")
    if chosen in LANGUAGES:
        return speech(chosen)
    if request.headers.get("Accept-Language"):
        wanted = base_of(get_language_from_request(request))
        if wanted in LANGUAGES:
            return speech(wanted)
    return speech(owner.language)
