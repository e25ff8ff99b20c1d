"""The organisation's logo, colour and paper."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import public
from programme.access import OrganisationRequest, members
from programme.forms.organisation import BrandForm
from programme.logos import KINDS
from programme.models import Logo, Role
from programme.services import change_brand


@members(Role.MANAGER)
def brand(request: OrganisationRequest) -> HttpResponse:
    organisation = request.organisation
    form = BrandForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"colour": organisation.colour, "paper": organisation.paper},
        has_logo=bool(organisation.logo),
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["colour"]
        kept = change_brand(
            organisation=organisation,
            colour=wanted,
            paper=form.cleaned_data["paper"],
            logo=form.cleaned_data["file"],
            without_logo=form.cleaned_data.get("without_logo", False),
        )
        said = "Saved. What is printed from now on looks so."
        if kept != wanted:
            said = (
                f"Saved, with a darker colour: small print in {wanted} could not be read on "
                f"paper, and {kept} is the nearest that can."
            )
        messages.success(request, said)
        return redirect("programme:brand", organisation=organisation.slug)
    status = 422 if form.is_bound else 200
    return render(request, "programme/brand.html", {"form": form}, status=status)


@public  # respondents' pages show it; its address is the fingerprint of what it shows
@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    found = Logo.objects.filter(name=name).first()
    if found is None:
        raise Http404
    answer = HttpResponse(bytes(found.content), content_type=KINDS[name.rpartition(".")[2]])
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
