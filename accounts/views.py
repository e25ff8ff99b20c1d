"""Signing in by link, and one's own account; the rest of signing in is django-allauth's."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.core.internal.ratelimit import consume
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import link_holders, public, signed_in
from accounts.browsers import browser_of
from accounts.forms import EmailLinkForm, ProfileForm
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.signin import emailed_link, find_user, is_valid

_RATES = {"signin_link": "20/m/ip,5/15m/key"}


@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    """One's name, and where one is signed in."""
    # A copy, so that a name refused by the form does not show in the navigation.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("accounts:profile")
    sessions = UserSession.objects.purge_and_list(request.user)
    sessions.sort(key=lambda session: session.created_at, reverse=True)
    shown = [(session, browser_of(session.user_agent)) for session in sessions]
    return render(request, "accounts/profile.html", {"form": form, "sessions": shown})


@signed_in
@require_POST
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End every session of this user, this one too."""
    for session in UserSession.objects.filter(user=request.user):
        session.end()
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("account_login")


@public
@never_cache
def email_link(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in link; the answer is the same whether or not we know the address."""
    form = EmailLinkForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/email_link.html", {"form": form})
    email = form.cleaned_data["email"].lower()
    if not consume(request, app="accounts", action="signin_link", config=_RATES, key=email):
        form.add_error(
            None, "That was a lot of links at once. Use the last one, or try again in 15 minutes."
        )
        return render(
            request,
            "accounts/email_link.html",
            {"form": form},
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
    user = User.objects.filter(email=email, is_active=True).first()
    if user:
        get_adapter().send_mail(
            "account/email/signin_link", user.email, {"user": user, "url": emailed_link(user)}
        )
    return render(request, "accounts/email_link_sent.html", {"email": email})


@link_holders
@never_cache
def signin_link(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """GET shows one button, so that a mail program which looks at links uses none up."""
    with transaction.atomic():
        user = find_user(uidb64, lock=request.method == "POST")
        if user is None or not is_valid(user, token):
            status = HTTPStatus.GONE if user else HTTPStatus.NOT_FOUND
            return render(request, "accounts/link_refused.html", status=status)
        if request.method != "POST":
            return render(request, "accounts/signin_link.html", {"link_user": user})
        if request.user.is_authenticated and request.user.pk != user.pk:
            logout(request)
        answer: HttpResponse = perform_login(request, user, redirect_url="/")
        return answer


@public
def by_invitation(request: HttpRequest) -> HttpResponse:
    """Where allauth's pages would send strangers to sign up."""
    return render(request, "accounts/by_invitation.html")
