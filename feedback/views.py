from django.http import HttpResponse
from django.shortcuts import render

from programme.access import OrganisationRequest, members


@members()
def index(request: OrganisationRequest) -> HttpResponse:
    return render(request, "feedback/index.html")
