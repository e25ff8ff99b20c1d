from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import signed_in
from accounts.requests import SignedInRequest


@signed_in
def profile(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/profile.html")
