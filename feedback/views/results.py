"""The results of a round by group and side by side, and of a survey through its rounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from feedback import comparing, exporting, figures, inside, queries, trends
from feedback.comparing import Compared, Told
from feedback.figures import Result
from feedback.forms.results import REST, ROUND, ShownForm
from feedback.models import Question, Round, Survey
from feedback.queries.answering import used_questions
from feedback.slices import Groups, Part, Slices, groups_of, slices_of
from programme.access import OrganisationRequest, members
from programme.models import Role

_EXPORTS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sav": "application/x-spss-sav",
}


# The page's address opens the groups of the question with that key, or of all of them.
EACH = "all"


@dataclass(frozen=True, slots=True)
class Shown:
    """One question on the page: its figures, and what it is compared with. `groups` is where its
    figures by group are, empty where it has none; `by_group` holds them where they were asked
    for."""

    result: Result
    groups: str
    by_group: list[tuple[str, Told | None]]
    compared: list[Compared]


@members()
@require_safe
def results(request: OrganisationRequest, round: int) -> HttpResponse:
    """A closed round's results, of everyone or of one group, beside another or an earlier round.
    The figures by group of a question come with the page only where its address asks for them."""
    found = _closed(request, round)
    questions = used_questions(found.survey_id)
    groups = groups_of(request.organisation, found.audience)
    slices = slices_of(found, groups)
    each = request.GET.get("each", "")
    if request.htmx:
        question = next((one for one in questions if one.key == each), None)
        if question is None:
            raise Http404
        part_of_page = {"result": Result(question, 0), "by_group": _by_group(question, slices)}
        return render(request, "feedback/results.html#by_group", part_of_page)
    earlier = [
        one
        for one in trends.family_rounds(found.survey, found.audience, figures=False)
        if one.pk != found.pk and (one.closed_at, one.pk) < (found.closed_at, found.pk)
    ]
    form = ShownForm(slices, earlier[::-1], data=request.GET)
    of = beside = ""
    if form.is_valid():
        of, beside = form.cleaned_data["of"], form.cleaned_data["beside"]
    part = slices.part(int(of)) if of else slices.whole()
    compared: dict[str, list[Compared]] = {}
    if beside:
        other = _beside(beside, of, slices, groups, earlier)
        compared = comparing.compare(questions, other, part)
    told = [one for lines in compared.values() for one in lines if one.difference is not None]
    grouped = _grouped(questions, slices)
    view = urlencode({"of": of, "beside": beside})
    context = {
        "round": found,
        "form": form,
        # As they were asked for, sensible or not.
        "of": request.GET.get("of", ""),
        "beside": request.GET.get("beside", ""),
        "of_name": form.names[of] if of else "Everyone",
        "beside_name": form.names.get(beside, ""),
        "shown": [
            Shown(
                result,
                f"?{view}&each={key}" if (key := result.question.key) in grouped else "",
                _by_group(result.question, slices)
                if key in grouped and each in (key, EACH)
                else [],
                compared.get(key, []),
            )
            for result in figures.results_of(found, questions, part if of else None)
        ],
        "each_group": f"?{view}&each={EACH}" if grouped and each != EACH else "",
        "stored": queries.stored_results(found),
        "compared": len(told),
        "real": sum(one.real for one in told),
        "group_word": "team" if found.audience == Round.Audience.INTERNAL else "segment",
    }
    return render(request, "feedback/results.html", context, status=200 if form.is_valid() else 422)


@members(Role.MANAGER)
@require_safe
def round_export(request: OrganisationRequest, round: int, kind: str) -> StreamingHttpResponse:
    """A closed round as a file: rows with names, or of a confidential one what closing stored."""
    if kind not in _EXPORTS:
        raise Http404
    found = _closed(request, round)
    table = exporting.table_of(found, for_spss=kind == "sav")
    written = {"csv": table.csv, "xlsx": table.xlsx, "sav": table.sav}
    content = cast("Iterator[str | bytes]", written[kind]())
    answer = StreamingHttpResponse(content, content_type=_EXPORTS[kind])
    name = f"{slugify(found.title) or 'round'}-{found.period.code}.{kind}"
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


@members()
@require_safe
def survey_results(request: OrganisationRequest, survey: int) -> HttpResponse:
    """Every question of a survey through its rounds, of everyone or of one group."""
    found = get_object_or_404(Survey, organisation=request.organisation, pk=survey)
    rounds = trends.family_rounds(found)
    audience = request.GET.get("audience", "")
    if audience not in Round.Audience.values:
        audience = rounds[-1].audience if rounds else Round.Audience.EXTERNAL
    shown = [one for one in rounds if one.audience == audience]
    groups = groups_of(request.organisation, audience)
    chosen = request.GET.get("of", "")
    group = int(chosen) if chosen.isdigit() and int(chosen) in groups.names else None
    context = {
        "survey": found,
        "rounds": shown,
        "audience": audience,
        "audiences": [
            choice
            for choice in Round.Audience.choices
            if any(one.audience == choice[0] for one in rounds)
        ],
        "groups": groups.names,
        "group": group,
        "trends": trends.trends(request.organisation, shown, groups, group),
    }
    return render(request, "feedback/survey_results.html", context)


@members()
@require_safe
def inside_outside(request: OrganisationRequest) -> HttpResponse:
    """What staff and customers say to the same questions in one quarter; the newest by default."""
    periods = inside.periods_asked(request.organisation)
    wanted = request.GET.get("period", periods[0].code if periods else "")
    period = next((one for one in periods if one.code == wanted), None)
    if wanted and period is None:
        raise Http404
    pairs = inside.inside_outside(request.organisation, period) if period else []
    context = {
        "periods": periods,
        "period": period,
        "pairs": pairs,
        "real": sum(pair.compared.real for pair in pairs),
    }
    return render(request, "feedback/inside_outside.html", context)


def _closed(request: OrganisationRequest, pk: int) -> Round:
    found = get_object_or_404(
        queries.rounds(request.organisation), pk=pk, results__isnull=False, answers_apart=False
    )
    found.organisation = request.organisation
    return found


def _beside(beside: str, of: str, slices: Slices, groups: Groups, earlier: list[Round]) -> Part:
    if beside == REST:
        return slices.part(int(of), rest=True)
    if not beside.startswith(ROUND):
        return slices.part(int(beside))
    before = slices_of(next(one for one in earlier if f"{ROUND}{one.pk}" == beside), groups)
    if not of:
        return before.whole()
    return before.part(int(of)) if int(of) in before.inside else {}


def _grouped(questions: Sequence[Question], slices: Slices) -> set[str]:
    """The keys of the questions that have one figure, and have it of some group by itself."""
    pieces = frozenset[str]().union(*slices.inside.values())
    return {
        one.key
        for one in questions
        if not pieces.isdisjoint(slices.questions.get(one.key, {}).get("groups", ()))
        and comparing.headline(one) is not None
    }


def _by_group(question: Question, slices: Slices) -> list[tuple[str, Told | None]]:
    """A question's one figure in each group."""
    measure = comparing.headline(question)
    if measure is None:
        return []
    return [
        (
            name,
            comparing.tell(measure, question.kind, slices.answered(question.key, group)),
        )
        for group, name in slices.names.items()
    ]
