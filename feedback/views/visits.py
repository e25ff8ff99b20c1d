"""What happens when someone opens a round's questions, page by page, and sends a page back; whether
they came by an invitation or by a link for a place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from feedback import kinds, services
from feedback.answer_fields import (
    Fields,
    ForeignAnswerError,
    Sent,
    as_fields,
    field_of,
    lacking,
    read_answers,
)
from feedback.answer_page import (
    Given,
    Language,
    Sheet,
    compile_sheet,
    fields_of,
    labels_of,
    language_for,
    languages_of,
)
from feedback.answer_way import Way
from feedback.models import OpenLink, Question, Response, Round
from feedback.queries.changes import latest_changes
from feedback.spoken import filled, said, speech

_MOST_SHEETS = 500
_sheets: dict[tuple[object, ...], Sheet] = {}
_KIOSK_RESTARTS_AFTER = 20  # seconds


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone at a round's questions. `carried` goes along in each address."""

    round: Round
    preferred: str
    address: str
    thanks: str
    stored: Response | None
    save: Callable[[services.Answers, int], Response]
    submit: Callable[[services.Answers, int], Response]
    open_use: str = ""
    device: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, Any]:
        return self.stored.answers if self.stored is not None else {}

    @property
    def version(self) -> int:
        return self.stored.version if self.stored is not None else 0


def show(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page that the address asks for, as it was left."""
    way = Way.through(visit.round, visit.answers)
    number = way.nearest(_page_number(request))
    language = _language(request, visit)
    questions = way.shown(number)
    fields = as_fields(questions, visit.answers)
    if number == 1:
        fields |= _chosen_in_email(request, questions)
    if "missing" in request.GET:
        errors = lacking(questions, visit.answers, language.speech)
        given = Given(fields, errors)
        return _page(request, visit, way, number, language, given, version=visit.version)
    organisation = visit.round.organisation
    facts = (
        *(visit.round.pk, visit.round.closes_at),
        *(organisation.name, organisation.logo, organisation.colour),
        *(visit.open_use, language.speech.language, number),
        # Whether anything may follow hangs on what has been answered so far.
        *(way.is_last(number), *way.visible, *(one.key for one in questions)),
    )
    sheet = _sheets.get(facts)
    own = {
        "csrf": _token(request),
        "version": str(visit.version),
        "device": visit.device,
        "action": _address(request, visit, number),
    }
    if sheet is None:
        context = _context(request, visit, way, number, language)
        sheet = compile_sheet("respond/answer.html", context, questions, language, tuple(own))
        if len(_sheets) >= _MOST_SHEETS:
            _sheets.clear()
        _sheets[facts] = sheet
    return HttpResponse(sheet.filled(fields, own))


def _token(request: HttpRequest) -> str:
    """The proof that a form is ours: the browser's own secret, once it has one. Django's token
    hides it anew each time from whoever measures compressed pages that repeat what an address says;
    this page repeats nothing, and hiding would be a tenth of what it costs."""
    return request.META.get("CSRF_COOKIE") or get_token(request)


def keep(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Keep a page's answers, and lead on: to another page, or where all is in to the thank-you."""
    way = Way.through(visit.round, visit.answers)
    number = way.nearest(_page_number(request))
    language = _language(request, visit)
    version = _version(request)
    questions = way.shown(number)
    try:
        sent = read_answers(request.POST, page=questions, questions=way.questions)
    except ForeignAnswerError:
        raise BadRequest("An answer belongs to another survey.") from None
    back = request.POST.get("move") == "back"
    if sent.wrong and not (back and sent.only_lacks_answers):
        given = Given(sent.fields, sent.errors(language.speech))
        return _page(request, visit, way, number, language, given, version=version, status=422)
    last = not back and way.is_last(number)
    try:
        kept = (visit.submit if last else visit.save)(sent.answers, version)
    except services.StaleAnswersError as error:
        return _stale(request, visit, way, number, language, sent, error.stored)
    except services.MissingAnswerError as error:
        missing = next(
            at for at, page in enumerate(way.pages, 1) if error.key in {one.key for one in page}
        )
        return HttpResponseRedirect(_address(request, visit, missing, missing="1"), status=303)
    if last:
        return HttpResponseRedirect(_with(visit.thanks, _query(request, visit)), status=303)
    way = Way.through(visit.round, kept.answers)
    following = way.before(number) if back else way.after(number)
    return HttpResponseRedirect(_address(request, visit, following), status=303)


def thank(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The thank-you; at a kiosk it leads back to the start by itself."""
    language = _language(request, visit)
    survey = visit.round.survey
    news = latest_changes(visit.round)
    own, shown = visit.round.organisation.language, language.speech.language
    context = _frame(request, visit, language) | {
        "thanks": language.survey(survey, "thanks"),
        "since": language.survey(survey, "since_last_time"),
        "news": [
            [
                said(text, None, own_language=own, page_language=shown)
                for text in (one.title, one.did)
            ]
            for one in news
        ],
        # From a tablet that stays there, nothing leads away.
        "more_news": visit.open_use != OpenLink.Use.KIOSK
        and any(not one.staff_only for one in news),
        "door_words": filled(language.speech.door, organisation=visit.round.organisation.name),
    }
    response = HttpResponse(render_to_string("respond/thanks.html", context))
    if visit.open_use == OpenLink.Use.KIOSK:
        response["Refresh"] = f"{_KIOSK_RESTARTS_AFTER}; url={visit.address}"
    return response


def refuse(
    why: str, *, status: int, sent: Round | None = None, preferred: str = "en"
) -> HttpResponse:
    """A kind page that says why there is nothing to answer here; `why` is the first part of its
    words' names."""
    words = speech(preferred)
    title = ""
    context: dict[str, object] = {
        "language": words.language,
        "direction": words.direction,
    }
    if sent is not None:
        language = language_for(sent.survey, wanted="", preferred=preferred)
        words = language.speech
        title = language.survey(sent.survey, "title").text
        context = {
            "language": words.language,
            "direction": words.direction,
            "respondent_of": sent.organisation,
        }
        if sent.audience == Round.Audience.EXTERNAL:
            # Whoever wanted to say something still can.
            door = filled(words.door, organisation=sent.organisation.name)
            context["tell"] = door["did_tell"]
    said = filled(words.page, title=title)
    safe = f"{why}_final" if f"{why}_final" in said else f"{why}_safe"
    context |= {"title": said[f"{why}_title"], "text": said[f"{why}_text"], "more": said[safe]}
    return HttpResponse(render_to_string("respond/refusal.html", context), status=status)


def _stale(
    request: HttpRequest,
    visit: Visit,
    way: Way,
    number: int,
    language: Language,
    sent: Sent,
    stored: Response,
) -> HttpResponse:
    """What was typed, beside what was kept elsewhere where that differs."""
    kept = as_fields(way.shown(number), stored.answers)
    elsewhere = {}
    for question in way.shown(number):
        names = [name for name in sent.fields if name.partition("~")[0] == field_of(question)]
        if any(_typed(kept, name) != _typed(sent.fields, name) for name in names):
            said = _in_words(question, stored.answers.get(question.key), language)
            elsewhere[question.key] = language.speech.page["elsewhere"].format(answer=said)
    given = Given(sent.fields, elsewhere=elsewhere)
    return _page(
        request,
        visit,
        way,
        number,
        language,
        given,
        version=stored.version,
        status=409,
        stale=True,
    )


def _typed(fields: Fields, name: str) -> list[str]:
    return [word for word in fields.get(name, []) if word]


def _in_words(question: Question, answer: Any, language: Language) -> str:
    if answer is None:
        return language.speech.page["no_answer"]
    labels = labels_of(question, language)
    given = answer if isinstance(answer, list) else [answer]
    return ", ".join(str(labels.get(str(one), one)) for one in given)


def _page(
    request: HttpRequest,
    visit: Visit,
    way: Way,
    number: int,
    language: Language,
    given: Given,
    *,
    version: int,
    status: int = 200,
    stale: bool = False,
) -> HttpResponse:
    """A page with something to say about what was sent."""
    context = _context(request, visit, way, number, language) | {
        "fields": fields_of(way.shown(number), language, given),
        "has_errors": bool(given.errors),
        "stale": stale,
        "csrf": get_token(request),
        "version": version,
        "device": visit.device,
        "action": _address(request, visit, number),
    }
    return HttpResponse(render_to_string("respond/answer.html", context), status=status)


def _context(
    request: HttpRequest, visit: Visit, way: Way, number: int, language: Language
) -> dict[str, Any]:
    """Everything on the page that is the same for everyone."""
    survey = visit.round.survey
    visible = way.visible
    place = visible.index(number) + 1 if number in visible else len(visible)
    frame = _frame(request, visit, language, page=place, pages=len(visible))
    minutes = services.minutes_for(way.questions)
    offered = languages_of(survey)
    return frame | {
        "survey_title": language.survey(survey, "title"),
        "introduction": language.survey(survey, "introduction"),
        "promise": _promise(visit, way.questions, frame["words"], closes=bool(frame["closes"])),
        "minutes": frame["words"]["minute" if minutes == 1 else "minutes"].format(n=minutes),
        "languages": [
            {
                "language": other,
                "name": speech(other).name,
                "direction": speech(other).direction,
                "address": f"?lang={other}",
            }
            for other in offered
            if other != language.speech.language
        ],
        "page": place if number in visible else place + 1,
        "pages": len(visible) if number in visible else 0,
        "at_end": number > len(way.pages),
        "last": way.is_last(number),
        # Relative, since this page is everyone's.
        "restart": f"?lang={language.speech.language}",
    }


def _frame(
    request: HttpRequest, visit: Visit, language: Language, **values: object
) -> dict[str, Any]:
    """What every page of a round's respondents has."""
    sent = visit.round
    chosen = {"lang": language.speech.language} if _chosen(request, visit) else {}
    closes = services.last_day(sent, language.speech.language)
    return {
        "round": sent,
        "respondent_of": sent.organisation,
        "language": language.speech.language,
        "direction": language.speech.direction,
        "closes": closes,
        "open_use": visit.open_use,
        "address": _with(visit.address, chosen),
        "words": filled(
            language.speech.page,
            organisation=sent.organisation.name,
            figures=sent.figures_from,
            comments=sent.comments_from,
            day=closes,
            **values,
        ),
    }


def _promise(
    visit: Visit, questions: Sequence[Question], words: Mapping[str, str], *, closes: bool
) -> dict[str, Any]:
    """Who will see what, before the first question."""
    if visit.open_use:
        kind = "open_confidential" if visit.round.confidential else "open_seen"
        return {"title": words["promise_open"], "sentences": [words[kind]]}
    if visit.round.confidential:
        written = any(question.is_text for question in questions)
        return {
            "title": words["promise_confidential"],
            "sentences": [
                words["confidential_seen_texts" if written else "confidential_seen"],
                words["confidential_link_until" if closes else "confidential_link"],
            ],
        }
    sentences = [words["named_seen"], *([words["named_until"]] if closes else [])]
    return {"title": words["promise_named"], "sentences": sentences}


def _language(request: HttpRequest, visit: Visit) -> Language:
    return language_for(
        visit.round.survey, wanted=request.GET.get("lang", ""), preferred=visit.preferred
    )


def _chosen(request: HttpRequest, visit: Visit) -> str:
    """The language that the switch was set to."""
    chosen = request.GET.get("lang", "")
    return chosen if chosen in languages_of(visit.round.survey) else ""


def _query(request: HttpRequest, visit: Visit) -> dict[str, str]:
    """What each address carries on: the language chosen, and at a kiosk whose turn it is."""
    chosen = _chosen(request, visit)
    return {**visit.carried, "lang": chosen} if chosen else dict(visit.carried)


def _address(request: HttpRequest, visit: Visit, number: int, **query: str) -> str:
    asked = {"page": str(number), **query, **_query(request, visit)}
    return _with(visit.address, asked)


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _page_number(request: HttpRequest) -> int:
    try:
        return max(1, int(request.GET.get("page", "1")))
    except ValueError:
        return 1


def _chosen_in_email(request: HttpRequest, questions: Sequence[Question]) -> Fields:
    """The score that was pressed in the email, for the question that it asked; kept only once the
    page is sent."""
    first = services.first_scored(questions)
    chosen = request.GET.get(services.CHOSEN, "")
    if first is None or chosen not in {str(value) for value in kinds.values_of(first)}:
        return {}
    return {field_of(first): [chosen]}


def _version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", "0"))
    except ValueError:
        raise BadRequest("The page's version is not a number.") from None
