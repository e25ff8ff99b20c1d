from django.http import HttpResponse
from django.shortcuts import render

from programme.access import OrganisationRequest, members


@members()
def index(request: OrganisationRequest) -> HttpResponse:
    return render(request, "touchpoints/index.html")


@members()
def improvements(request: OrganisationRequest) -> HttpResponse:
    return render(request, "touchpoints/improvements.html")
