"""One's own page of a conversation: what became of it, our answers, a word more. No account.

The link's secret is swapped for a signed cookie that only this conversation's page receives.
Reading the page says nothing: a word, and whether it helped, take a POST.
"""

from collections.abc import Sequence
from http import HTTPStatus
from zoneinfo import ZoneInfo

from allauth.core.internal.ratelimit import consume
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import link_holders
from accounts.link_cookies import cookie_value, give_cookie
from feedback import services
from feedback.days import day_said
from feedback.forms.door import Shown, WordForm, shown
from feedback.models import MOST_CHARACTERS, Case, Conversation, Message, OpenDoorItem
from feedback.spoken import LANGUAGES, Speech, filled, speech

_COOKIE = "focusprog_follow"
_SALT = "feedback.follow"
_HOURS = 24
_RATES = {"follow": "30/10m/key"}


@link_holders
@require_safe
@never_cache
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the secret for a cookie, so that it stays out of logs and of the address bar."""
    conversation = services.conversation_of(token)
    if conversation is None:
        return _unknown(request)
    path = reverse("follow", args=[conversation.pk])
    return let_in(HttpResponseRedirect(path), conversation)


def let_in(response: HttpResponse, conversation: Conversation) -> HttpResponse:
    """Give this browser the cookie that opens the conversation's page."""
    path = reverse("follow", args=[conversation.pk])
    give_cookie(response, _COOKIE, conversation.pk, salt=_SALT, path=path)
    response["Referrer-Policy"] = "no-referrer"
    return response


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def follow(request: HttpRequest, conversation: int) -> HttpResponse:
    found = _held(request, conversation)
    if found is None:
        return _unknown(request)
    chosen = request.GET.get("lang", "")
    spoken = speech(chosen if chosen in LANGUAGES else found.language)
    case = Case.objects.filter(conversation=found).first()
    if request.method != "POST":
        return _page(request, found, case, spoken, shown(None, mark=services.new_mark()))
    if not consume(
        request, app="feedback", action="follow", config=_RATES, key=f"follow-{found.pk}"
    ):
        again = Shown(request.POST.dict(), {"text": spoken.door["busy"]})
        return _page(request, found, case, spoken, again, status=HTTPStatus.TOO_MANY_REQUESTS)
    helped = request.POST.get("helped")
    if helped in {"yes", "no"} and case is not None:
        services.say_whether_it_helped(case=case, helped=helped == "yes")
        return _back(found, chosen)
    form = WordForm(spoken=spoken, data=request.POST)
    if not form.is_valid():
        again = shown(form)
        if "mark" in again.errors:
            values = {**again.values, "mark": services.new_mark()}
            again = Shown(values, {"text": spoken.door["again"], **again.errors})
        return _page(request, found, case, spoken, again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    services.add_word(
        conversation=found,
        text=form.cleaned_data["text"],
        external_id=str(form.cleaned_data["mark"]),
    )
    return _back(found, chosen)


def _page(
    request: HttpRequest,
    found: Conversation,
    case: Case | None,
    spoken: Speech,
    given: Shown,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    item = OpenDoorItem.objects.filter(conversation=found).select_related("touchpoint").first()
    organisation = found.organisation
    said = list(found.messages.all())
    words = filled(
        spoken.door,
        organisation=organisation.name,
        reference=item.reference if item is not None else "",
        email=found.address,
        day=_due(case, spoken),
    )
    context = {
        "respondent_of": organisation,
        "language": spoken.language,
        "direction": spoken.direction,
        "words": words,
        "conversation": found,
        "item": item,
        "case": case,
        "said": said,
        "state": words[f"state_{_state(item, case)}"],
        "due": words["state_due"] if _is_awaited(case, said) else "",
        "asks_whether_helped": case is not None and case.help_asked_at and case.helped is None,
        "arrived": "arrived" in request.GET,
        "link": services.follow_address(found),
        "given": given.values,
        "error": given.errors.get("text", ""),
        "most": MOST_CHARACTERS,
    }
    # Its address has no secret. With no referrer at all browsers call a form's origin "null", which
    # is refused.
    return render(request, "respond/follow.html", context, status=status)


def _is_awaited(case: Case | None, said: Sequence[Message]) -> bool:
    """Whether an answer of ours is still to come."""
    if case is None or not case.is_open or case.due_at is None:
        return False
    return case.waits_for_us or not any(message.from_us for message in said)


def _state(item: OpenDoorItem | None, case: Case | None) -> str:
    if case is not None:
        return "open" if case.is_open else "closed"
    return item.state if item is not None else "waiting"


def _due(case: Case | None, spoken: Speech) -> str:
    if case is None or case.due_at is None:
        return ""
    there = case.due_at.astimezone(ZoneInfo(case.organisation.timezone))
    return day_said(there, spoken.language)


def _back(found: Conversation, language: str) -> HttpResponse:
    path = reverse("follow", args=[found.pk])
    query = f"?lang={language}" if language in LANGUAGES else ""
    return HttpResponseRedirect(f"{path}{query}", status=HTTPStatus.SEE_OTHER)


def _held(request: HttpRequest, conversation: int) -> Conversation | None:
    """The conversation, if this browser has opened its link."""
    if cookie_value(request, _COOKIE, salt=_SALT, seconds=_HOURS * 3600) != conversation:
        return None
    found = Conversation.objects.select_related("organisation", "person")
    return found.filter(pk=conversation).first()


def _unknown(request: HttpRequest) -> HttpResponse:
    spoken = speech(request.GET.get("lang", ""))
    context = {
        "language": spoken.language,
        "direction": spoken.direction,
        "title": spoken.door["unknown_title"],
        "text": spoken.door["unknown_text"],
        "more": spoken.door["unknown_safe"],
    }
    return render(request, "respond/refusal.html", context, status=HTTPStatus.NOT_FOUND)
