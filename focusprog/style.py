"""The page that shows every component of the design system."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import signed_in
from accounts.requests import SignedInRequest


@signed_in
def style(request: SignedInRequest) -> HttpResponse:
    return render(request, "style.html")
