"""The weekly question, for whoever holds an owner's personal link: no account, no script.

Reading the page says nothing; each word on a week is a POST of its own.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import link_holders
from missions import queries, services, usage
from missions.models import Commitment
from missions.services.check_ins import CheckInLink
from missions.services.commitments import monday
from programme.queries import today_at
from programme.services import reminders_address


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check_in(request: HttpRequest, token: str) -> HttpResponse:
    """One's commitments with two buttons each, about the week of the link."""
    link = services.read_link(token)
    if link is None:
        return _refusal(request)
    if request.method == "POST":
        return _keep(request, token, link)
    return _page(request, token, link)


def _keep(request: HttpRequest, token: str, link: CheckInLink) -> HttpResponse:
    key, done = request.POST.get("commitment", ""), request.POST.get("done")
    own = Commitment.objects.filter(owner=link.membership)
    found = own.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() else None
    if found is None or done not in {"yes", "no"}:
        problem = "That could not be kept. Choose one of the two buttons below."
        return _page(request, token, link, problem=problem, status=422)
    try:
        services.check_in(commitment=found, done=done == "yes", by=link.membership, week=link.week)
    except services.MissionsError as error:
        return _page(request, token, link, problem=str(error), status=409)
    return HttpResponseRedirect(reverse("check_in", args=[token]), status=303)


def _page(
    request: HttpRequest, token: str, link: CheckInLink, *, problem: str = "", status: int = 200
) -> HttpResponse:
    organisation = link.membership.organisation
    adopted = queries.adopted(organisation)
    this_week = monday(today_at(organisation))
    lived = (
        usage.commitments(adopted, this_week=this_week, owner=link.membership) if adopted else []
    )
    asked = [
        (one, next((week.done for week in one.weeks if week.monday == link.week), None))
        for one in lived
    ]
    context = {
        "respondent_of": organisation,
        "language": organisation.language,
        "reminders": reminders_address(link.membership),
        "link": link,
        "asked": asked,
        "left": sum(done is None for _, done in asked),
        "problem": problem,
    }
    return render(request, "respond/check_in.html", context, status=status)


def _refusal(request: HttpRequest) -> HttpResponse:
    return render(request, "respond/check_in_refusal.html", {}, status=404)
