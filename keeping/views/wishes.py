"""Being forgotten at one's own wish: asked by the link of an email, confirmed by another's.

Reading a page asks for nothing and confirms nothing: each takes a person's POST.
"""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import link_holders
from feedback.services import receiver_of
from feedback.spoken import filled, speech
from feedback.views.visits import refuse
from keeping import services
from keeping.models import ErasureRequest
from programme.models import Person


@link_holders
@csrf_exempt  # respondents' pages have no session; the link itself proves it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Offer to send the email that confirms; a POST sends it, to the person's own address."""
    found = receiver_of(token)
    if not isinstance(found, Person) or not found.email:
        return refuse("unknown", status=404)
    if request.method == "POST":
        services.ask_to_be_forgotten(person=found)
        return _page(request, found, "sent")
    return _page(request, found, "offer")


@link_holders
@csrf_exempt  # the link itself proves it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def forget_sure(request: HttpRequest, token: str) -> HttpResponse:
    """Say yes, or take it back while there is time."""
    person = services.person_of(token)
    if person is None:
        return refuse("unknown", status=404)
    if request.method == "POST" and request.POST.get("keep") == "yes":
        services.take_request_back(person=person)
    elif request.method == "POST":
        services.confirm_request(person=person)
    asked = ErasureRequest.objects.filter(person=person).first()
    return _page(request, person, "asked" if asked else "sure", asked)


def _page(
    request: HttpRequest, person: Person, stage: str, asked: ErasureRequest | None = None
) -> HttpResponse:
    words = speech(person.language)
    # The night after the days are over.
    day = asked.asked_at + dt.timedelta(days=services.WAITS_DAYS + 1) if asked else None
    context = {
        "respondent_of": person.organisation,
        "language": words.language,
        "direction": words.direction,
        "words": filled(
            words.page,
            organisation=person.organisation.name,
            days=services.WAITS_DAYS,
            day=_said(day, words.language) if day else "",
        ),
        "stage": stage,
    }
    return render(request, "respond/forget.html", context)


def _said(day: dt.datetime, language: str) -> str:
    """The day as people of that language write it."""
    with override(language):
        return date_format(day, "j F Y")
