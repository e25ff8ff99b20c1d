"""Pages for whoever holds an invitation's link: no account, no script.

The link's secret is swapped for a signed cookie that only this invitation's pages receive, so that
it stays out of logs and of the address bar. Reading a page never answers anything.
"""

from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import link_holders
from feedback import services
from feedback.forms import AnswerForm
from feedback.models import Invitation, Question, Response, Round

_COOKIE = "focusprog_answer"
_SALT = "feedback.answer"
_HOURS = 24
_ON_ONE_PAGE = 8
_A_PAGE = 5
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "yi"}


@link_holders
@require_safe
@never_cache
def answer_link(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the secret for a cookie and go on to the questions, also of a closed round: no page
    but this redirect ever has the secret in its address."""
    invitation = _invitation(token_hash=services.hash_of(token))
    if invitation is None:
        return _refusal(request, None, "unknown", 404)
    address = reverse("answer", args=[invitation.pk])
    response = HttpResponseRedirect(address)
    response.set_cookie(
        _COOKIE,
        signing.dumps(invitation.pk, salt=_SALT),
        path=address,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    response["Referrer-Policy"] = "no-referrer"
    return response


@link_holders
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, invitation: int) -> HttpResponse:
    """One page of questions: shown by GET, kept by POST."""
    found = _held(request, invitation)
    if found is None:
        return _refusal(request, None, "unknown", 404)
    if found.round.state != Round.State.OPEN:
        return _refusal(request, found, "closed", 410)
    response = Response.objects.filter(invitation=found).first()
    if response is not None and response.submitted_at and found.round.confidential:
        return _refusal(request, found, "answered", 200)
    pages = pages_of(found.round)
    number = _page_number(request, len(pages))
    if request.method == "POST":
        return _keep(request, found, pages, number)
    if found.seen_at is None:
        services.mark_seen(invitation=found)
    stored = response.answers if response is not None else {}
    form = AnswerForm(
        pages[number - 1], initial={f"q-{key}": value for key, value in stored.items()}
    )
    if "missing" in request.GET:
        form = AnswerForm(
            pages[number - 1], data={f"q-{key}": value for key, value in stored.items()}
        )
    version = response.version if response is not None else 0
    return _page(request, found, pages, number, form, version)


@link_holders
@require_safe
@never_cache
def answer_thanks(request: HttpRequest, invitation: int) -> HttpResponse:
    """Thank whoever has handed in answers; anyone else is led back to the questions."""
    found = _held(request, invitation)
    if found is None:
        return _refusal(request, None, "unknown", 404)
    if found.answered_at is None:
        return HttpResponseRedirect(reverse("answer", args=[found.pk]))
    context = _context(found) | {"closes": services.last_day(found.round)}
    return render(request, "respond/thanks.html", context)


@link_holders
@csrf_exempt  # a mail program's one click carries no cookie (RFC 8058); the link itself proves it
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop asking, by a person's click or a mail program's POST; a GET only offers it."""
    invitation = _invitation(token_hash=services.hash_of(token))
    if invitation is None:
        return _refusal(request, None, "unknown", 404)
    if request.method == "POST":
        services.set_unsubscribed(
            invitation=invitation, unsubscribed=request.POST.get("again") != "yes"
        )
        invitation.refresh_from_db()
    return render(request, "respond/unsubscribe.html", _context(invitation))


def pages_of(sent: Round) -> list[list[Question]]:
    """The questions page by page: all on one where they are few, otherwise five at a time."""
    return paged([q for q in sent.survey.questions.all() if services.asked(sent, q.key)])


def paged(questions: list[Question]) -> list[list[Question]]:
    if len(questions) <= _ON_ONE_PAGE:
        return [questions]
    return [questions[at : at + _A_PAGE] for at in range(0, len(questions), _A_PAGE)]


def _keep(
    request: HttpRequest, found: Invitation, pages: list[list[Question]], number: int
) -> HttpResponse:
    form = AnswerForm(pages[number - 1], data=request.POST)
    if any(name.startswith("q-") and name not in form.fields for name in request.POST):
        raise BadRequest("An answer belongs to another survey.")
    version = _version(request)
    back = request.POST.get("move") == "back"
    if not form.is_valid() and not (back and form.only_lacks_answers()):
        return _page(request, found, pages, number, form, version, status=422)
    last = number == len(pages) and not back
    keep = services.submit_response if last else services.save_answers
    try:
        keep(invitation=found, answers=form.answers(), version=version)
    except services.RoundClosedError:
        found.refresh_from_db()
        return _refusal(request, found, "answered" if found.answered_at else "closed", 410)
    except services.StaleAnswersError as error:
        return _page(
            request, found, pages, number, form, error.stored.version, status=409, stale=error
        )
    except services.MissingAnswerError as error:
        missing = next(n for n, page in enumerate(pages, 1) if error.key in {q.key for q in page})
        return _to_page(found, missing, missing=1)
    if last:
        return HttpResponseRedirect(reverse("answer_thanks", args=[found.pk]), status=303)
    return _to_page(found, number + (-1 if back else 1))


def _page(
    request: HttpRequest,
    found: Invitation,
    pages: list[list[Question]],
    number: int,
    form: AnswerForm,
    version: int,
    *,
    status: int = 200,
    stale: services.StaleAnswersError | None = None,
) -> HttpResponse:
    context = _context(found)
    questions = [question for page in pages for question in page]
    context |= {
        "form": form,
        "questions": _shown(form, pages[number - 1], stale),
        "page": number,
        "pages": len(pages),
        "version": version,
        "stale": stale,
        "minutes": services.minutes_for(questions),
        "closes": services.last_day(found.round),
        "has_texts": any(question.is_text for question in questions),
    }
    return render(request, "respond/answer.html", context, status=status)


def _shown(
    form: AnswerForm,
    questions: list[Question],
    stale: services.StaleAnswersError | None = None,
) -> list[dict[str, object]]:
    """Each question with its bound field, and what was kept elsewhere where that differs."""
    shown = []
    for question in questions:
        field = form[f"q-{question.key}"]
        elsewhere = ""
        if stale is not None:
            kept = stale.stored.answers.get(question.key)
            if str(kept or "") != str(field.value() or ""):
                choices = dict(getattr(field.field, "choices", ()))
                elsewhere = choices.get(str(kept), kept) if kept is not None else "no answer"
        shown.append({"question": question, "field": field, "elsewhere": elsewhere})
    return shown


def _context(invitation: Invitation) -> dict[str, object]:
    sent = invitation.round
    language = invitation.person.language if invitation.person is not None else "en"
    return {
        "invitation": invitation,
        "round": sent,
        "survey": sent.survey,
        "respondent_of": sent.organisation,
        "language": language,
        "direction": "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
    }


def _refusal(
    request: HttpRequest, invitation: Invitation | None, why: str, status: int
) -> HttpResponse:
    """A kind page that says why there is nothing to answer here."""
    context = {"why": why} | (_context(invitation) if invitation is not None else {})
    return render(request, "respond/refusal.html", context, status=status)


def _invitation(**lookup: object) -> Invitation | None:
    return (
        Invitation.objects.select_related("round__survey", "round__organisation", "person")
        .filter(**lookup)
        .first()
    )


def _held(request: HttpRequest, invitation: int) -> Invitation | None:
    """The invitation, if this browser has opened its link."""
    try:
        held = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=_HOURS * 60 * 60)
    except signing.BadSignature:
        return None
    return _invitation(pk=invitation) if held == invitation else None


def _page_number(request: HttpRequest, pages: int) -> int:
    try:
        number = int(request.GET.get("page", "1"))
    except ValueError:
        number = 1
    return min(max(number, 1), pages)


def _version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", "0"))
    except ValueError:
        raise BadRequest("The page's version is not a number.") from None


def _to_page(invitation: Invitation, number: int, **query: int) -> HttpResponse:
    query = {"page": number, **query}
    address = reverse("answer", args=[invitation.pk]) + "?" + urlencode(query)
    return HttpResponseRedirect(address, status=303)
