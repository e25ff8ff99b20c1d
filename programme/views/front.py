"""The way in: the front door, the first account, a new organisation, an invitation."""

from http import HTTPStatus

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.access import link_holders, public, signed_in
from accounts.forms import NewUserForm
from accounts.models import User
from accounts.requests import SignedInRequest
from programme.forms.organisation import OrganisationForm, StartForm
from programme.models import ColleagueInvite, Role
from programme.queries import memberships_of
from programme.services import (
    ProgrammeError,
    accept_invite,
    create_organisation,
    invite_for,
    start_installation,
)


@public
@never_cache
def front_door(request: HttpRequest) -> HttpResponse:
    """Onwards: to one's organisation, to a choice of them, to sign in, or to the very start."""
    if not request.user.is_authenticated:
        return redirect("account_login" if User.objects.exists() else "programme:start")
    memberships = memberships_of(request.user.pk)
    if len(memberships) == 1 and "choose" not in request.GET:
        return redirect("home", organisation=memberships[0].organisation.slug)
    leads = any(membership.role == Role.LEADER for membership in memberships)
    context = {"memberships": memberships, "may_add": leads or request.user.is_superuser}
    return render(request, "programme/front_door.html", context)


@public
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """The first account of an empty installation; afterwards only the front door."""
    if User.objects.exists():
        return redirect("programme:front_door")
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, organisation = start_installation(**form.cleaned_data)
        except ProgrammeError as error:
            form.add_error(None, str(error))
        else:
            return _sign_in(request, user, reverse("home", args=[organisation.slug]))
    return render(request, "programme/start.html", {"form": form})


@signed_in
def new_organisation(request: SignedInRequest) -> HttpResponse:
    """Whoever leads one organisation may begin another."""
    memberships = memberships_of(request.user.pk)
    leads = any(membership.role == Role.LEADER for membership in memberships)
    if not leads and not request.user.is_superuser:
        return render(
            request, "programme/new_organisation_refused.html", status=HTTPStatus.FORBIDDEN
        )
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisation = create_organisation(
            name=form.cleaned_data["organisation"],
            leader=request.user,
            timezone=form.cleaned_data["timezone"],
            financial_year_first_month=form.cleaned_data["financial_year_first_month"],
        )
        return redirect("home", organisation=organisation.slug)
    return render(request, "programme/new_organisation.html", {"form": form})


@link_holders
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """A colleague's invitation: an account is made, or the one there is joins."""
    invite = invite_for(token)
    if invite is None or invite.accepted_at or invite.expires_at < timezone.now():
        status = HTTPStatus.GONE if invite else HTTPStatus.NOT_FOUND
        return render(request, "programme/join_refused.html", {"invite": invite}, status=status)
    if request.user.is_authenticated:
        return _join_as(request, request.user, invite, token)
    has_account = User.objects.filter(email__iexact=invite.email).exists()
    form = NewUserForm(request.POST or None, email=invite.email)
    if request.method == "POST" and not has_account and form.is_valid():
        try:
            user, organisation = accept_invite(token=token, **form.cleaned_data)
        except ProgrammeError as error:
            form.add_error(None, str(error))
        else:
            return _sign_in(request, user, reverse("home", args=[organisation.slug]))
    context = {"invite": invite, "form": form, "has_account": has_account}
    return render(request, "programme/join.html", context)


def _join_as(request: HttpRequest, user: User, invite: ColleagueInvite, token: str) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            _, organisation = accept_invite(token=token, user=user)
        except ProgrammeError as refused:
            error = str(refused)
        else:
            return redirect("home", organisation=organisation.slug)
    is_theirs = user.email.lower() == invite.email.lower()
    context = {"invite": invite, "is_theirs": is_theirs, "error": error}
    return render(request, "programme/join_as.html", context)


def _sign_in(request: HttpRequest, user: User, to: str) -> HttpResponse:
    answer: HttpResponse = perform_login(request, user, redirect_url=to)
    return answer
