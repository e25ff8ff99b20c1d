"""The delivery chain of the whole organisation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from programme.access import OrganisationRequest, members
from programme.models import Period
from touchpoints.queries import chain, chain_periods, pairs
from touchpoints.views.chain_drawing import drawing


@members()
@require_safe
def whole_chain(request: OrganisationRequest) -> HttpResponse:
    """Every hand-off on the map, drawn and as a list, as rated in the quarter that is asked for."""
    rated = chain_periods(request.organisation)
    period = asked_period(request, rated)
    links = chain(request.organisation, period)
    found = pairs(links)
    context = {
        "pairs": found,
        "drawing": drawing(found),
        "links": len(links),
        "weak": [link for link in links if link.weakest],
        "period": period,
        "periods": rated,
    }
    return render(request, "touchpoints/chain.html", context)


def asked_period(request: OrganisationRequest, rated: list[Period]) -> Period | None:
    """The quarter of the address, else the latest; None where nothing was rated yet."""
    wanted = request.GET.get("period", "").upper()
    return next((one for one in rated if one.code == wanted), rated[0] if rated else None)
