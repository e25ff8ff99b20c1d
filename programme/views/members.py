"""Colleagues with an account, and their invitations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from programme.access import OrganisationRequest, members
from programme.forms.organisation import InviteForm, RoleForm
from programme.models import ColleagueInvite, Membership, Role
from programme.queries import members_of, open_invites
from programme.services import (
    ProgrammeError,
    change_role,
    invite_colleague,
    remove_member,
    resend_invite,
    withdraw_invite,
)


@members()
def member_list(request: OrganisationRequest) -> HttpResponse:
    context = {
        "members": members_of(request.organisation),
        "invites": open_invites(request.organisation),
        "now": timezone.now(),
        "is_leader": request.membership.role == Role.LEADER,
    }
    return render(request, "programme/members.html", context)


@members(Role.LEADER)
def member_invite(request: OrganisationRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite = invite_colleague(
                organisation=request.organisation, invited_by=request.user, **form.cleaned_data
            )
        except ProgrammeError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"An invitation to {invite.email} is on its way.")
            return _to_list(request)
    return render(request, "programme/member_invite.html", {"form": form})


@members(Role.LEADER)
def member_change(request: OrganisationRequest, member: int) -> HttpResponse:
    found = _member(request, member)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(membership=found, role=form.cleaned_data["role"])
        except ProgrammeError as error:
            form.add_error("role", str(error))
        else:
            messages.success(request, f"{found.user} is now {found.get_role_display().lower()}.")
            return _to_list(request)
    return render(request, "programme/member_change.html", {"form": form, "member": found})


@members(Role.LEADER)
def member_remove(request: OrganisationRequest, member: int) -> HttpResponse:
    """Asks first; what it takes away is the way in."""
    found = _member(request, member)
    if request.method == "POST":
        with refusals_told(request, ProgrammeError):
            remove_member(membership=found)
            messages.success(request, f"{found.user} is no longer a member.")
            if found.user == request.user:
                return redirect("programme:front_door")
        return _to_list(request)
    return render(request, "programme/member_remove.html", {"member": found})


@members(Role.LEADER)
@require_POST
def invite_resend(request: OrganisationRequest, invite: int) -> HttpResponse:
    found = get_object_or_404(ColleagueInvite, pk=invite, organisation=request.organisation)
    with refusals_told(request, ProgrammeError):
        resend_invite(invite=found, invited_by=request.user)
        messages.success(request, f"A fresh invitation to {found.email} is on its way.")
    return _to_list(request)


@members(Role.LEADER)
@require_POST
def invite_withdraw(request: OrganisationRequest, invite: int) -> HttpResponse:
    found = get_object_or_404(ColleagueInvite, pk=invite, organisation=request.organisation)
    with refusals_told(request, ProgrammeError):
        withdraw_invite(invite=found)
        messages.success(request, f"The invitation to {found.email} no longer works.")
    return _to_list(request)


def _member(request: OrganisationRequest, key: int) -> Membership:
    return get_object_or_404(
        Membership.objects.select_related("user"), pk=key, organisation=request.organisation
    )


def _to_list(request: OrganisationRequest) -> HttpResponse:
    return redirect("programme:members", organisation=request.organisation.slug)
