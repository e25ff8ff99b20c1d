"""What was left at the open door, for those who look after it; its posters, and its standard."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import posters, services
from feedback.forms.door_list import DoorFilter, StandardForm
from feedback.forms.thanks import ThanksForm
from feedback.models import OpenDoorItem
from feedback.queries.following_up import door_items
from programme.access import OrganisationRequest, members
from programme.models import Recognition, Role
from programme.printing import PrintError
from touchpoints.models import Touchpoint


@members()
@require_safe
def door(request: OrganisationRequest) -> HttpResponse:
    """Every item, newest first; who left it only for those who answer."""
    form = DoorFilter(request.organisation, data=request.GET)
    wanted = form.wanted()
    found = door_items(request.organisation, **wanted)
    context = {
        "form": form,
        "filtered": any(wanted.values()),
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
        "standard": services.standard_of(request.organisation),
        "public": request.build_absolute_uri(reverse("say", args=[request.organisation.slug])),
    }
    return render(request, "feedback/door.html", context)


@members(Role.MANAGER)
@require_POST
def door_item_case(request: OrganisationRequest, item: str) -> HttpResponse:
    """Open an item's case."""
    found = _item(request, item)
    case = services.open_case_from_item(item=found, by=request.membership)
    return redirect("feedback:case", request.organisation.slug, case.pk)


@members(Role.MANAGER)
@require_POST
def door_item_aside(request: OrganisationRequest, item: str) -> HttpResponse:
    """Set an item aside, or take it up again."""
    found = _item(request, item)
    aside = request.POST.get("aside") == "yes"
    with refusals_told(request, services.FeedbackError):
        services.set_aside(item=found, aside=aside, by=request.membership)
        said = "Set aside." if aside else "It is to be looked at again."
        messages.success(request, said)
    return redirect("feedback:door", request.organisation.slug)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def door_item_recognise(request: OrganisationRequest, item: str) -> HttpResponse:
    """Pass thanks on to whom a manager names."""
    found = _item(request, item)
    if found.recognition_id is not None:
        return redirect("feedback:recognition", request.organisation.slug)
    initial = {"kind": Recognition.Kind.SERVING, "text": found.text}
    form = ThanksForm(request.organisation, data=request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = services.recognise_item(item=found, by=request.membership, **form.cleaned_data)
        messages.success(request, f"{made.colleague or made.team} will read it by email.")
        return redirect("feedback:recognition", request.organisation.slug)
    return render(request, "feedback/door_item_recognise.html", {"form": form, "item": found})


@members(Role.LEADER)
@require_POST
def door_pause(request: OrganisationRequest) -> HttpResponse:
    """Close the open door for the moment, or open it again."""
    paused = request.POST.get("paused") == "yes"
    services.pause_door(organisation=request.organisation, paused=paused)
    messages.success(request, "The door is paused." if paused else "The door is open again.")
    return redirect("feedback:door", request.organisation.slug)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def standard(request: OrganisationRequest) -> HttpResponse:
    """The service standard."""
    now = services.standard_of(request.organisation)
    initial = {
        "hours": now.hours,
        "days": now.days,
        "day_starts": now.day_starts,
        "day_ends": now.day_ends,
        "first_owner": now.first_owner_id,
        "from_low_scores": now.from_low_scores,
    }
    form = StandardForm(request.organisation, data=request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_standard(organisation=request.organisation, **form.cleaned_data)
        messages.success(request, "The service standard is saved.")
        return redirect("feedback:cases", request.organisation.slug)
    return render(request, "feedback/standard.html", {"form": form})


@members()
@require_safe
def door_poster_pdf(request: OrganisationRequest) -> HttpResponse:
    """A poster with a code, for the organisation or for one touchpoint (`?at=`)."""
    at = _touchpoint(request)
    try:
        poster = posters.door_poster(organisation=request.organisation, touchpoint=at)
        pdf = posters.printed(poster)
    except PrintError as error:
        messages.error(request, str(error))
        return redirect("feedback:door", request.organisation.slug)
    name = slugify(f"say {request.organisation.slug} {at.name if at else ''}")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _touchpoint(request: OrganisationRequest) -> Touchpoint | None:
    given = request.GET.get("at", "")
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 16):
        raise Http404
    return get_object_or_404(
        Touchpoint.objects.current(), organisation=request.organisation, pk=int(given)
    )


def _item(request: OrganisationRequest, item: str) -> OpenDoorItem:
    return get_object_or_404(
        OpenDoorItem.objects.select_related("conversation", "organisation", "touchpoint"),
        organisation=request.organisation,
        pk=item,
    )
