"""Pages for whoever holds an invitation's link: no account, no script.

The link's secret is swapped for a signed cookie that only this invitation's pages receive, so that
it stays out of logs and of the address bar. Reading a page never answers anything.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import link_holders
from accounts.link_cookies import cookie_value, give_cookie
from feedback import services
from feedback.models import Invitation, Round
from feedback.queries.answering import Answering, answering
from feedback.spoken import filled, speech
from feedback.views.visits import Visit, keep, refuse, show, thank
from programme.models import Person

_COOKIE = "focusprog_answer"
_SALT = "feedback.answer"
_HOURS = 24


@link_holders
@require_safe
@never_cache
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the secret for a cookie and go on to the questions, also of a closed round: no page
    but this redirect ever has the secret in its address."""
    at = answering(token_hash=services.hash_of(token))
    if at is None:
        return refuse("unknown", status=404)
    invitation = at.invitation
    address = reverse("answer", args=[invitation.pk])
    # A score pressed in the email goes along; the page chooses it, and nothing is answered.
    chosen = request.GET.get(services.CHOSEN, "")[:20]
    query = f"?{urlencode({services.CHOSEN: chosen})}" if chosen else ""
    response = HttpResponseRedirect(address + query)
    give_cookie(response, _COOKIE, invitation.pk, salt=_SALT, path=address)
    response["Referrer-Policy"] = "no-referrer"
    return response


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, invitation: int) -> HttpResponse:
    """One page of questions: shown by GET, kept by POST."""
    at = _held(request, invitation)
    if at is None:
        return refuse("unknown", status=404)
    found = at.invitation
    if found.round.state != Round.State.OPEN:
        return _refuse(found, "closed", 410)
    visit = _visit(at)
    if visit.stored is not None and visit.stored.submitted_at and found.round.confidential:
        return _refuse(found, "answered", 200)
    if found.round.paused_at is not None and request.method != "POST":
        return _refuse(found, "paused", 200)
    if request.method == "POST":
        try:
            return keep(request, visit)
        except services.RoundClosedError:
            found.refresh_from_db()
            return _refuse(found, "answered" if found.answered_at else "closed", 410)
    if found.seen_at is None:
        services.mark_seen(invitation=found)
    return show(request, visit)


@link_holders
@require_safe
@never_cache
def answer_thanks(request: HttpRequest, invitation: int) -> HttpResponse:
    """Thank whoever has handed in answers; anyone else is led back to the questions."""
    at = _held(request, invitation)
    if at is None:
        return refuse("unknown", status=404)
    found = at.invitation
    if found.answered_at is None:
        return HttpResponseRedirect(reverse("answer", args=[found.pk]))
    return thank(request, _visit(at))


@link_holders
@csrf_exempt  # a mail program's one click carries no cookie (RFC 8058); the link itself proves it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop asking, by a person's click or a mail program's POST; a GET only offers it."""
    found = services.receiver_of(token)
    if found is None:
        return refuse("unknown", status=404)
    if request.method == "POST":
        services.set_unsubscribed(receiver=found, unsubscribed=request.POST.get("again") != "yes")
        found.refresh_from_db()
    words = speech(found.language)
    context = {
        "respondent_of": found.organisation,
        "language": words.language,
        "direction": words.direction,
        "words": filled(words.page, organisation=found.organisation.name),
        "forget": reverse("forget", args=[token]) if isinstance(found, Person) else "",
        "unsubscribed": found.unsubscribed_at is not None,
    }
    return HttpResponse(render_to_string("respond/unsubscribe.html", context))


def _visit(at: Answering) -> Visit:
    found = at.invitation
    address = reverse("answer", args=[found.pk])
    return Visit(
        round=found.round,
        preferred=_preferred(found),
        address=address,
        thanks=f"{address}thanks/",
        stored=at.response,
        save=lambda answers, version: services.save_answers(
            invitation=found, answers=answers, version=version, seen=at
        ),
        submit=lambda answers, version: services.submit_response(
            invitation=found, answers=answers, version=version, seen=at
        ),
    )


def _preferred(found: Invitation) -> str:
    person = found.person
    return person.language if person is not None else found.round.organisation.language


def _refuse(found: Invitation, why: str, status: int) -> HttpResponse:
    return refuse(why, status=status, sent=found.round, preferred=_preferred(found))


def _held(request: HttpRequest, invitation: int) -> Answering | None:
    """The invitation, if this browser has opened its link."""
    held = cookie_value(request, _COOKIE, salt=_SALT, seconds=_HOURS * 60 * 60)
    return answering(pk=invitation) if held == invitation else None
