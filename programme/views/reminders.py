"""Turning one's reminders off and on: signed in, or by the link in an email."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.access import link_holders
from programme.access import OrganisationRequest, members
from programme.services import reminders_of, set_reminders


@members()
def own_reminders(request: OrganisationRequest) -> HttpResponse:
    if request.method == "POST":
        wanted = request.POST.get("wanted") == "yes"
        set_reminders(membership=request.membership, wanted=wanted)
        messages.success(request, f"Your reminders are {'on' if wanted else 'off'}.")
        return redirect("programme:own_reminders", organisation=request.organisation.slug)
    return render(request, "programme/own_reminders.html", {"membership": request.membership})


@link_holders
@csrf_exempt  # a mail program's one click carries no cookie (RFC 8058); the link itself proves it
@never_cache
def reminders(request: HttpRequest, token: str) -> HttpResponse:
    """A GET only offers it, so that a mail program which looks at links turns nothing off."""
    membership = reminders_of(token)
    if membership is None:
        return render(request, "programme/reminders.html", {"membership": None}, status=404)
    if request.method == "POST":
        set_reminders(membership=membership, wanted=request.POST.get("wanted") == "yes")
        membership.refresh_from_db(fields=["wants_reminders"])
    return render(request, "programme/reminders.html", {"membership": membership})
