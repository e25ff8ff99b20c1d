"""A workshop on somebody's phone: no account, no script, one set of votes for a browser.

Reading a page never makes a rater: only a vote does.
"""

from http import HTTPStatus
from itertools import batched
from uuid import UUID, uuid4

from allauth.core.internal.ratelimit import consume
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import link_holders
from accounts.link_cookies import cookie_value, give_cookie
from touchpoints import services
from touchpoints.models import Touchpoint, Workshop, WorkshopRater
from touchpoints.moments import MOMENTS
from touchpoints.services.workshops import WorkshopOverError, is_over

_COOKIE = "focusprog_workshop"
_SALT = "touchpoints.workshop"
_A_PAGE = 10
# A room shares one address: forty people with six pages each within a minute or two.
_RATES = {"workshop": "600/m/ip,60/m/key"}
_CHOICES = (
    ("magic", "Magic", "better than anyone expects"),
    ("mediocrity", "Mediocrity", "as everywhere"),
    ("misery", "Misery", "worse than it should be"),
)


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def workshop_rate(request: HttpRequest, token: str) -> HttpResponse:
    found = Workshop.objects.select_related("organisation").filter(token=token).first()
    if found is None:
        return _refusal(request, None, "unknown", HTTPStatus.NOT_FOUND)
    if is_over(found):
        return _over(request, found)
    pages = [list(some) for some in batched(_touchpoints(found), _A_PAGE)]
    device = _device(request, found)
    if request.method == "POST":
        if device is None:
            return _refusal(request, found, "cookies", HTTPStatus.BAD_REQUEST)
        if not consume(
            request, app="touchpoints", action="workshop", config=_RATES, key=device.hex
        ):
            return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        return _keep(request, found, device, pages)
    rater = WorkshopRater.objects.filter(workshop=found, device=device).first() if device else None
    response = _page(request, found, pages, rater)
    if device is None:
        path = reverse("workshop_rate", args=[found.token])
        give_cookie(response, _COOKIE, [found.pk, uuid4().hex], salt=_SALT, path=path)
    return response


def _keep(
    request: HttpRequest, found: Workshop, device: UUID, pages: list[list[Touchpoint]]
) -> HttpResponse:
    number = _number(request, len(pages))
    votes = {}
    for one in pages[number - 1]:
        vote = request.POST.get(f"t-{one.pk}", "")
        if vote and vote not in MOMENTS:
            raise BadRequest("A rating is magic, mediocrity or misery.")
        votes[one.pk] = vote
    back = request.POST.get("move") == "back"
    finished = number == len(pages) and not back
    try:
        services.save_votes(workshop=found, device=device, votes=votes, finished=finished)
    except WorkshopOverError:
        found.refresh_from_db()
        return _over(request, found)
    except services.TouchpointsError:
        return _refusal(request, found, "full", HTTPStatus.CONFLICT)
    address = reverse("workshop_rate", args=[found.token])
    query = "done=1" if finished else f"page={max(number - 1, 1) if back else number + 1}"
    return HttpResponseRedirect(f"{address}?{query}", status=303)


def _page(
    request: HttpRequest,
    found: Workshop,
    pages: list[list[Touchpoint]],
    rater: WorkshopRater | None,
) -> HttpResponse:
    votes = rater.votes if rater else {}
    context: dict[str, object] = {
        "workshop": found,
        "respondent_of": found.organisation,
        "total": sum(len(page) for page in pages),
        "rated": len(votes),
    }
    if rater and rater.finished and "done" in request.GET:
        return render(request, "touchpoints/workshop_thanks.html", context)
    number = _number(request, len(pages))
    context |= {
        "questions": [(one, votes.get(str(one.pk), "")) for one in pages[number - 1]],
        "choices": _CHOICES,
        "page": number,
        "pages": len(pages),
    }
    return render(request, "touchpoints/workshop_rate.html", context)


def _touchpoints(found: Workshop) -> list[Touchpoint]:
    return list(
        found.touchpoints.select_related("stage").order_by(
            "stage__journey__position", "stage__position", "position", "pk"
        )
    )


def _device(request: HttpRequest, found: Workshop) -> UUID | None:
    """Which browser this is, as its cookie says; one of another workshop does not count."""
    workshop, device = cookie_value(request, _COOKIE, salt=_SALT) or (None, "")
    return UUID(device) if workshop == found.pk else None


def _number(request: HttpRequest, pages: int) -> int:
    try:
        number = int(request.GET.get("page", "1"))
    except ValueError:
        number = 1
    return min(max(number, 1), pages)


def _over(request: HttpRequest, found: Workshop) -> HttpResponse:
    why = "revealed" if found.revealed_at else "expired"
    return _refusal(request, found, why, HTTPStatus.GONE)


def _refusal(
    request: HttpRequest, found: Workshop | None, why: str, status: HTTPStatus
) -> HttpResponse:
    context = {
        "why": why,
        "workshop": found,
        "respondent_of": found.organisation if found else None,
    }
    return render(request, "touchpoints/workshop_refusal.html", context, status=status)
