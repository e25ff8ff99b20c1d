"""Pages for people at a place: a link on a poster or on a tablet, no account, no invitation.

On a visitor's own phone a signed cookie, set by the first POST, keeps one answer a device. At a
kiosk there is none: whose turn it is goes along in the address, and the thank-you leads back to the
start.
"""

import uuid

from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import public
from accounts.link_cookies import give_cookie
from feedback import services
from feedback.answer_page import languages_of
from feedback.flood import is_flood
from feedback.models import OpenLink, Response, Round
from feedback.spoken import base_of
from feedback.views.visits import Visit, keep, refuse, show, thank

_COOKIE = "focusprog_place"
_SALT = "feedback.place"
_COOKIE_DAYS = 90
_PAGE_HOURS = 24


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def open_answer(request: HttpRequest, token: str) -> HttpResponse:
    """One page of questions: shown by GET, kept by POST."""
    link = _link(token)
    if link is None:
        return refuse("off", status=404)
    if (shut := _shut(request, link)) is not None:
        return shut
    device = _device(request, link)
    visit = _visit(request, link, device)
    done = visit.stored is not None and visit.stored.submitted_at is not None
    if done and link.use == OpenLink.Use.KIOSK and request.method != "POST":
        return HttpResponseRedirect(visit.address)
    if done and link.round.confidential and request.method != "POST":
        return _refuse(request, link, "answered", 200)
    if request.method != "POST":
        return show(request, visit)
    if visit.stored is None and is_flood(request, link):
        return _refuse(request, link, "flood", 429)
    try:
        response = keep(request, visit)
    except services.RoundClosedError:
        link.refresh_from_db()
        return _refuse(request, link, _why_closed(link, done=done), 410)
    if link.use == OpenLink.Use.OWN_DEVICE:
        _remember(response, link, device)
    return response


@public
@require_safe
@never_cache
def open_thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thank a device that has handed in answers; any other is led back to the questions."""
    link = _link(token)
    if link is None:
        return refuse("off", status=404)
    visit = _visit(request, link, _device(request, link))
    if visit.stored is None or visit.stored.submitted_at is None:
        return HttpResponseRedirect(visit.address)
    return thank(request, visit)


def _visit(request: HttpRequest, link: OpenLink, device: uuid.UUID) -> Visit:
    address = reverse("open_answer", args=[link.token])
    signed = signing.dumps(str(device), salt=f"{_SALT}.{link.pk}")
    begun = request.method == "POST" or "as" in request.GET
    at_kiosk = link.use == OpenLink.Use.KIOSK
    return Visit(
        round=link.round,
        preferred=_preferred(request, link),
        address=address,
        thanks=f"{address}thanks/",
        stored=Response.objects.filter(pk=device, open_link=link).first(),
        save=lambda answers, version: services.save_open_answers(
            link=link, device=device, answers=answers, version=version
        ),
        submit=lambda answers, version: services.submit_open_response(
            link=link, device=device, answers=answers, version=version
        ),
        open_use=link.use,
        device=signed,
        carried={"as": signed} if at_kiosk and begun else {},
    )


def _device(request: HttpRequest, link: OpenLink) -> uuid.UUID:
    """Whose answer this is: the device's own, at a kiosk that of whose turn it is, or a new one."""
    if link.use == OpenLink.Use.OWN_DEVICE:
        known = _signed(request.COOKIES.get(_COOKIE, ""), link, _COOKIE_DAYS * 24)
        if known is not None:
            return known
    elif request.method != "POST":
        return _signed(request.GET.get("as", ""), link, _PAGE_HOURS) or uuid.uuid4()
    if request.method != "POST":
        return uuid.uuid4()
    sent = _signed(request.POST.get("device", ""), link, _PAGE_HOURS)
    if sent is None:
        raise BadRequest("The page was opened too long ago, or not at all.")
    return sent


def _signed(text: str, link: OpenLink, hours: int) -> uuid.UUID | None:
    try:
        found = signing.loads(text, salt=f"{_SALT}.{link.pk}", max_age=hours * 60 * 60)
    except signing.BadSignature:
        return None
    return uuid.UUID(found)


def _remember(response: HttpResponse, link: OpenLink, device: uuid.UUID) -> None:
    give_cookie(
        response,
        _COOKIE,
        str(device),
        salt=f"{_SALT}.{link.pk}",
        path=reverse("open_answer", args=[link.token]),
        seconds=_COOKIE_DAYS * 24 * 60 * 60,
    )


def _preferred(request: HttpRequest, link: OpenLink) -> str:
    """The browser's language where the survey is written in it."""
    wanted = base_of(translation.get_language_from_request(request))
    return wanted if wanted in languages_of(link.round.survey) else link.round.survey.language


def _why_closed(link: OpenLink, *, done: bool) -> str:
    if link.turned_off_at is not None:
        return "off"
    return "answered" if done else "closed"


def _shut(request: HttpRequest, link: OpenLink) -> HttpResponse | None:
    """Why nothing is asked here at the moment; None where it is."""
    if link.round.state == Round.State.CLOSED:
        return _refuse(request, link, "closed", 410)
    if link.round.paused_at is not None and request.method != "POST":
        return _refuse(request, link, "paused", 200)
    if link.round.state != Round.State.OPEN or link.turned_off_at is not None:
        return _refuse(request, link, "off", 410)
    return None


def _refuse(request: HttpRequest, link: OpenLink, why: str, status: int) -> HttpResponse:
    preferred = _preferred(request, link)
    return refuse(why, status=status, sent=link.round, preferred=preferred)


def _link(token: str) -> OpenLink | None:
    return (
        OpenLink.objects.select_related("round__survey", "round__organisation")
        .filter(token=token)
        .first()
    )
