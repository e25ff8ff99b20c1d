from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import public


@public
def mailbox(request: HttpRequest) -> HttpResponse:
    return render(request, "outbox/mailbox.html")
