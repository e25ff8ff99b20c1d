"""A round's links for places: made, printed, turned off."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from feedback import services
from feedback.answer_page import languages_of
from feedback.forms.links import LinkForm
from feedback.models import OpenLink, Round
from feedback.paper import paper_survey
from feedback.posters import address_of, place_poster, printed
from feedback.spoken import speech
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.printing import PrintError


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_links(request: OrganisationRequest, round: int) -> HttpResponse:
    """The places where a round is answered without an invitation."""
    found = _round(request, round)
    form = LinkForm()
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "add":
            form = LinkForm(request.POST)
        try:
            if _change(request, found, action, form):
                return redirect("feedback:round_links", request.organisation.slug, found.pk)
        except services.FeedbackError as error:
            messages.error(request, str(error))
            return redirect("feedback:round_links", request.organisation.slug, found.pk)
    answered = Count("responses", filter=Q(responses__submitted_at__isnull=False))
    # How many answered at one place could tell who did: a confidential round says so of all places.
    links = found.open_links.annotate(answered=answered)
    context = {
        "round": found,
        "form": form,
        "links": [{"link": link, "address": address_of(link)} for link in links],
        "by_email": not found.selection.get("nobody"),
        "languages": [speech(one) for one in languages_of(found.survey)],
    }
    return render(request, "feedback/round_links.html", context)


@members(Role.MANAGER)
@require_safe
def link_poster(request: OrganisationRequest, round: int, link: int) -> HttpResponse:
    """The poster of a place, to print."""
    found = _link(request, round, link)
    return _printed(request, found, lambda: printed(place_poster(found)), found.place)


@members(Role.MANAGER)
@require_safe
def link_paper(request: OrganisationRequest, round: int, link: int) -> HttpResponse:
    """The questions on paper for a place with a device for everyone, where sheets are typed in."""
    found = _link(request, round, link)
    if found.use != OpenLink.Use.KIOSK:
        raise Http404
    wanted = request.GET.get("lang", "")

    def sheet() -> bytes:
        return paper_survey(found.round.survey, wanted=wanted, link=found)

    return _printed(request, found, sheet, f"{found.place} paper")


def _link(request: OrganisationRequest, round: int, link: int) -> OpenLink:
    return get_object_or_404(
        OpenLink.objects.select_related("round__survey__organisation", "round__organisation"),
        pk=link,
        round=round,
        organisation=request.organisation,
    )


def _printed(
    request: OrganisationRequest, link: OpenLink, make: Callable[[], bytes], name: str
) -> HttpResponse:
    try:
        pdf = make()
    except PrintError as problem:
        messages.error(request, str(problem))
        return redirect("feedback:round_links", request.organisation.slug, link.round_id)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{slugify(name) or "place"}.pdf"'},
    )


def _change(request: OrganisationRequest, found: Round, action: str, form: LinkForm) -> bool:
    """Do what a form of the page asks; False where that form is not valid."""
    if action == "add":
        if not form.is_valid():
            return False
        services.make_link(round=found, **form.cleaned_data)
    elif action in {"on", "off"}:
        key = request.POST.get("link", "")
        link = get_object_or_404(found.open_links, pk=int(key) if key.isdecimal() else 0)
        services.turn_link(link=link, on=action == "on")
    elif action in {"invite", "places-only"}:
        services.invite_by_email(round=found, invited=action == "invite")
    else:
        raise BadRequest("There is nothing of that name to do with a link.")
    return True


def _round(request: OrganisationRequest, pk: int) -> Round:
    return get_object_or_404(Round, organisation=request.organisation, pk=pk)
