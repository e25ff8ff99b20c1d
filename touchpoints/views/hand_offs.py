"""The delivery chain behind a touchpoint."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.models import Role, Team
from touchpoints import services
from touchpoints.forms.map import HandOffForm
from touchpoints.models import HandOff, Touchpoint
from touchpoints.queries import chain_periods, known, links_by_touchpoint, pairs
from touchpoints.views.chain_drawing import drawing
from touchpoints.views.chain_pages import asked_period


@members()
def hand_offs(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    """The touchpoint's chain, drawn and as a list; for who may, with a form for the next link."""
    found = get_object_or_404(
        Touchpoint.objects.select_related("stage__journey"),
        pk=touchpoint,
        organisation=request.organisation,
    )
    if request.method == "POST" and not request.membership.can_edit:
        raise PermissionDenied
    form = HandOffForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_hand_off(touchpoint=found, **form.cleaned_data)
        except services.TouchpointsError as error:
            form.add_error("receiver", str(error))
        else:
            messages.success(request, "The hand-off is in the chain.")
            return _to_chain(request, found.pk)
    rated = chain_periods(request.organisation)
    period = asked_period(request, rated)
    linked = pairs(links_by_touchpoint(known(request.organisation), period).get(found.pk, ()))
    context = {
        "form": form,
        "touchpoint": found,
        "pairs": linked,
        "drawing": drawing(linked, touchpoint=found.name),
        "period": period,
        "periods": rated,
        "enough_teams": Team.objects.filter(organisation=request.organisation).count() > 1,
    }
    return render(request, "touchpoints/hand_offs.html", context)


@members(Role.MANAGER)
@require_POST
def hand_off_remove(request: OrganisationRequest, hand_off: int) -> HttpResponse:
    found = get_object_or_404(HandOff, pk=hand_off, organisation=request.organisation)
    words = f"“{found}” from {found.giver} to {found.receiver} is out of the chain. "
    archived = services.remove_hand_off(hand_off=found)
    again = (
        "What was said of it is kept, and you can restore it from the archive."
        if archived
        else "Add it again below if that was a slip."
    )
    messages.success(request, words + again)
    return _to_chain(request, found.touchpoint_id)


def _to_chain(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    return redirect(
        "touchpoints:hand_offs", organisation=request.organisation.slug, touchpoint=touchpoint
    )
