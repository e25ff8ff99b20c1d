"""An objection, for whoever made it by link: no account, no script. Reading it changes nothing."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import link_holders
from missions import services


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def objection(request: HttpRequest, token: str) -> HttpResponse:
    """One's objection as it stands, with a button that withdraws it until the adoption."""
    found = services.read_objection_link(token)
    if found is None:
        return render(request, "respond/objection_refusal.html", {}, status=404)
    problem = ""
    if request.method == "POST":
        try:
            services.withdraw_objection_by_link(answer=found)
        except services.MissionsError as refused:
            problem = str(refused)
        else:
            return HttpResponseRedirect(reverse("objection", args=[token]), status=303)
    organisation = found.organisation
    context = {
        "respondent_of": organisation,
        "language": organisation.language,
        "objection": found,
        "is_open": found.consent.mission.is_open,
        "problem": problem,
    }
    status = 409 if problem else 200
    return render(request, "respond/objection.html", context, status=status)
