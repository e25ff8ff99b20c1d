from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import link_holders, signed_in
from accounts.requests import SignedInRequest
from accounts.signin import user_of_link

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@link_holders
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signin_link(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    """A mail scanner's GET signs nobody in and uses nothing up: that takes a person's click."""
    user = user_of_link(uidb64, token)
    if user is None:
        return render(request, "accounts/signin_link_used.html", status=410)
    if request.method == "POST":
        login(request, user, backend=_BACKEND)
        return redirect("/")
    return render(request, "accounts/signin_link.html", {"signing_in": user})


@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/profile.html")
