"""How emails go and answers come: by which way, and a test that says what the server says."""

import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from outbox.hooks import tracking_view
from outbox.queries import mail_counts, mail_way
from outbox.sending import try_mail_server
from outbox.services import NewEmail
from outbox.ways import way_in_of_late
from programme.access import OrganisationRequest, members
from programme.models import Role


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: OrganisationRequest) -> HttpResponse:
    """The way that emails go; a POST sends one to whoever asks, while they wait."""
    context = {
        "way": mail_way(),
        "counts": mail_counts(request.organisation.pk),
        "hears_of_bounces": tracking_view() is not None,
        "way_in": way_in_of_late(),
        "reply_address": settings.REPLY_ADDRESS,
        "hook": urljoin(settings.BASE_URL, reverse("mail_in")),
    }
    if request.method == "POST":
        email = NewEmail(
            key=f"mail-test:{secrets.token_hex(8)}",
            organisation_id=request.organisation.pk,
            to_email=request.user.email,
            to_name=request.user.get_short_name(),
            from_name=request.organisation.name,
            reply_to=request.user.email,
            subject="A test of the mail settings",
            text="This email has arrived, so the mail settings work.\n\nYou can delete it.\n",
        )
        context |= {"tried": True, "trouble": try_mail_server(email)}
    return render(request, "feedback/mail.html", context)
