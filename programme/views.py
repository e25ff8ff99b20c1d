from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import public
from programme.access import OrganisationRequest, members


@public
def front_door(request: HttpRequest) -> HttpResponse:
    return render(request, "programme/front_door.html")


@members()
def people(request: OrganisationRequest) -> HttpResponse:
    return render(request, "programme/people.html")


@members()
def member_list(request: OrganisationRequest) -> HttpResponse:
    return render(request, "programme/members.html")
