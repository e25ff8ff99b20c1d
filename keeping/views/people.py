"""What is held about a person, to hand over and to erase."""

import hashlib
import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from keeping import services
from keeping.erase_forms import EraseForm, LiftForm
from keeping.holdings import Holdings, holdings_of
from keeping.models import ErasureRequest
from programme.access import OrganisationRequest, members
from programme.models import Person, Role
from programme.printing import PrintError, print_document
from programme.services import ProgrammeError, lift_forgotten


@members(Role.LEADER)
@never_cache
def held(request: OrganisationRequest, person: int) -> HttpResponse:
    """What there is, by kind and number; the way to have it, and to erase it."""
    found = _person(request, person)
    return _page(request, found, EraseForm(person=found))


@members(Role.LEADER)
@require_POST
def person_erase(request: OrganisationRequest, person: int) -> HttpResponse:
    found = _person(request, person)
    form = EraseForm(request.POST, person=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    kind = found.kind
    services.erase_person(person=found, by=request.membership)
    messages.success(request, "They are forgotten: all that could be found is gone.")
    answer = redirect("programme:people", organisation=request.organisation.slug)
    answer["Location"] += f"?kind={kind}"
    return answer


@members(Role.LEADER)
@never_cache
def held_json(request: OrganisationRequest, person: int) -> HttpResponse:
    """All of it, for a machine; times in ISO 8601."""
    found = holdings_of(_person(request, person))
    content = json.dumps(found.as_json(), default=str, ensure_ascii=False, indent=2)
    return _download(request, content.encode(), "application/json", f"held-{person}.json")


@members(Role.LEADER)
@never_cache
def held_pdf(request: OrganisationRequest, person: int) -> HttpResponse:
    """All of it, to read."""
    found = _person(request, person)
    html = render_to_string("keeping/held_print.html", _held(request, holdings_of(found)))
    identifier = hashlib.sha256(html.encode()).hexdigest()
    try:
        # Not kept: it is all that is held about a person.
        of = request.organisation
        pdf = print_document(
            html,
            identifier=identifier,
            at=timezone.now(),
            paper=of.paper,
            colour=of.colour,
        ).pdf
    except PrintError as problem:
        messages.error(request, str(problem))
        return redirect("keeping:held", organisation=request.organisation.slug, person=person)
    return _download(request, pdf, "application/pdf", f"held-{person}.pdf")


@members(Role.LEADER)
@require_POST
def forgotten_lift(request: OrganisationRequest) -> HttpResponse:
    """Let an address in again that asked to be forgotten."""
    form = LiftForm(request.POST)
    if form.is_valid():
        email = form.cleaned_data["email"]
        with refusals_told(request, ProgrammeError):
            lift_forgotten(organisation=request.organisation, email=email)
            messages.success(request, "The address can be added again.")
    else:
        messages.error(request, "Enter an email address, like name@example.com.")
    return redirect("keeping:index", organisation=request.organisation.slug)


def _person(request: OrganisationRequest, person: int) -> Person:
    found = Person.objects.select_related("organisation", "team", "segment")
    return get_object_or_404(found, pk=person, organisation=request.organisation)


def _held(request: OrganisationRequest, holdings: Holdings) -> dict[str, object]:
    return {"held": holdings, "organisation": request.organisation, "now": timezone.now()}


def _page(
    request: OrganisationRequest, person: Person, form: EraseForm, *, status: int = 200
) -> HttpResponse:
    context = {
        **_held(request, holdings_of(person)),
        "person": person,
        "form": form,
        "asked": ErasureRequest.objects.filter(person=person).first(),
        "days": services.WAITS_DAYS,
    }
    return render(request, "keeping/held.html", context, status=status)


def _download(
    request: OrganisationRequest, content: bytes, content_type: str, name: str
) -> HttpResponse:
    disposition = content_disposition_header(True, f"{request.organisation.slug}-{name}")
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": disposition or "attachment"},
    )
