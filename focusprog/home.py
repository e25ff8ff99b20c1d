"""An organisation's home page: the mission, what needs you now, and how to begin."""

from django.http import HttpResponse
from django.shortcuts import render

from programme.access import OrganisationRequest, members


@members()
def home(request: OrganisationRequest) -> HttpResponse:
    return render(request, "home.html")
