"""/mailbox/: what the embedded run's mail sink has kept. Elsewhere there is no such page."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from outbox import mailbox as box
from outbox.forms import AnswerForm
from outbox.framing import email_frame, framed
from outbox.mailbox_answers import answer, answers_go_to

_PER_PAGE = 25


@public
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first; `?address=` narrows it."""
    folder = _folder()
    address = request.GET.get("address", "").strip()[:200]
    names = box.matching(folder, address) if address else box.names(folder)
    page = Paginator(names, _PER_PAGE).get_page(request.GET.get("page"))
    emails = [found for name in page if (found := box.summarise(folder, name))]
    return render(
        request, "outbox/mailbox.html", {"page_obj": page, "emails": emails, "address": address}
    )


@public
@require_safe
def email(request: HttpRequest, name: str) -> HttpResponse:
    """One email as a person would see it."""
    return _email_page(request, _open(name), AnswerForm())


@public
@require_POST
def email_answer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer it as whoever received it."""
    opened = _open(name)
    if not answers_go_to(opened):
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _email_page(request, opened, form, status=422)
    try:
        answer(opened, form.cleaned_data["text"])
    except OSError as error:
        form.add_error(None, f"It was not sent, and is still below. The mail server said: {error}")
        return _email_page(request, opened, form, status=502)
    messages.success(request, "The answer is sent, and came in at once.")
    return redirect("outbox:mailbox_email", name)


def _email_page(
    request: HttpRequest, opened: box.Opened, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    context = {"email": opened, "answers_go_to": answers_go_to(opened), "form": form}
    return render(request, "outbox/email.html", context, status=status)


@public
@require_safe
@email_frame
def email_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame on the email's page."""
    opened = _open(name)
    if not opened.html:
        raise Http404
    return framed(opened.html)


@public
@require_safe
def email_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attachment, always as a download and never as a page of this site."""
    attachments = _open(name).attachments
    if number >= len(attachments):
        raise Http404
    attachment = attachments[number]
    return HttpResponse(
        attachment.content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, attachment.filename),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _folder() -> Path:
    if settings.MAILBOX is None:
        raise Http404
    folder: Path = settings.MAILBOX
    return folder


def _open(name: str) -> box.Opened:
    opened = box.open_email(_folder(), name)
    if opened is None:
        raise Http404
    return opened
