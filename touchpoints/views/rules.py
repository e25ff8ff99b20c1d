"""The register of rules in the way: named by anyone, taken on, lifted."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.queries import today_at
from programme.tables import write_csv, write_xlsx
from touchpoints import services
from touchpoints.forms.improvements import RuleChangeForm, RuleForm, RuleKeepForm, RuleLiftForm
from touchpoints.models import RULE_STATES, Rule
from touchpoints.queries.rules import RulesWanted, rule_counts, rule_list
from touchpoints.views.improvements import TYPES

_A_PAGE = 25
_HEADINGS = (
    *("Rule", "State", "Hampers", "Who may lift it", "Touchpoint", "Last in the way"),
    *("Named by", "Named on", "Taken on by", "Lifted on", "What happened since", "Why it stays"),
)


@members()
def rules(request: OrganisationRequest) -> HttpResponse:
    wanted = _wanted(request)
    found = rule_list(membership=request.membership, wanted=wanted)
    context = {
        "page_obj": Paginator(found, _A_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "counts": rule_counts(request.organisation),
        "query": _query(wanted),
        "states": RULE_STATES.items(),
        "may_name": request.membership.role != Role.AUDITOR,
    }
    return render(request, "touchpoints/rules.html", context)


@members()
def rules_export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """What the register shows, every page of it, as a file."""
    found = rule_list(membership=request.membership, wanted=_wanted(request))
    rows = [
        [
            *(rule.name, rule.state_words, rule.hampered, rule.lifter, str(rule.touchpoint or "")),
            *(rule.example, str(rule.named_by.user) if rule.named_by else ""),
            f"{rule.named_at:%Y-%m-%d}",
            _owner(rule),
            *(str(rule.lifted_on or ""), rule.since, rule.stays_because),
        ]
        for rule in found
    ]
    content = write_xlsx(_HEADINGS, rows) if kind == "xlsx" else "".join(write_csv(_HEADINGS, rows))
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="rules.{kind}"'
    return response


@members(Role.MANAGER, Role.MEMBER)
def rule_add(request: OrganisationRequest) -> HttpResponse:
    """Two answers are enough."""
    form = RuleForm(
        request.POST or None,
        organisation=request.organisation,
        initial={"touchpoint": request.GET.get("touchpoint", "")},
    )
    if request.method == "POST" and form.is_valid():
        rule = services.name_rule(
            organisation=request.organisation, by=request.membership, **form.cleaned_data
        )
        messages.success(
            request, "It is in the register. You get an email on the day that it is lifted."
        )
        return _to_rules(request, rule)
    return render(request, "touchpoints/rule_form.html", {"form": form})


@members(Role.MANAGER)
def rule_edit(request: OrganisationRequest, rule: int) -> HttpResponse:
    found = _rule(request, rule)
    form = RuleChangeForm(
        request.POST or None,
        organisation=request.organisation,
        lifted=found.lifted_on is not None,
        initial={name: getattr(found, name) for name in RuleChangeForm.base_fields},
    )
    if request.method == "POST" and form.is_valid():
        services.change_rule(rule=found, **{"since": found.since} | form.cleaned_data)
        messages.success(request, "The register is saved.")
        return _to_rules(request, found)
    return render(request, "touchpoints/rule_form.html", {"form": form, "rule": found})


@members(Role.MANAGER)
@require_POST
def rule_take_on(request: OrganisationRequest, rule: int) -> HttpResponse:
    """It becomes an improvement of whoever pressed."""
    try:
        made = services.take_on_rule(rule=_rule(request, rule), by=request.membership)
    except services.TouchpointsError as error:
        messages.error(request, str(error))
        return _to_rules(request)
    messages.success(request, "It is yours: say by when, and what you expect.")
    where = {"organisation": request.organisation.slug, "improvement": made.pk}
    return redirect(reverse("touchpoints:improvement_edit", kwargs=where))


@members(Role.MANAGER)
def rule_lift(request: OrganisationRequest, rule: int) -> HttpResponse:
    found = _rule(request, rule)
    today = today_at(request.organisation)
    form = RuleLiftForm(request.POST or None, initial={"on": found.lifted_on or today})
    if request.method == "POST" and form.is_valid():
        services.lift_rule(rule=found, on=form.cleaned_data["on"], by=request.membership)
        messages.success(request, f"“{found}” is lifted. Whoever named it is told by email.")
        return _to_rules(request, found)
    return render(request, "touchpoints/rule_lift.html", {"form": form, "rule": found})


@members(Role.MANAGER)
def rule_keep(request: OrganisationRequest, rule: int) -> HttpResponse:
    found = _rule(request, rule)
    form = RuleKeepForm(request.POST or None, initial={"because": found.stays_because})
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_rule(rule=found, because=form.cleaned_data["because"])
        except services.TouchpointsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "It stays, and the register says why.")
            return _to_rules(request, found)
    return render(request, "touchpoints/rule_keep.html", {"form": form, "rule": found})


def _wanted(request: OrganisationRequest) -> RulesWanted:
    state = request.GET.get("state", "")
    return RulesWanted(
        state=state if state in RULE_STATES else "",
        mine=request.GET.get("mine") == "yes",
        words=request.GET.get("q", "").strip()[:100],
    )


def _query(wanted: RulesWanted) -> str:
    said = {"state": wanted.state, "mine": "yes" if wanted.mine else "", "q": wanted.words}
    return urlencode({name: value for name, value in said.items() if value})


def _owner(rule: Rule) -> str:
    owner = rule.improvement.owner if rule.improvement else None
    return str(owner.user) if owner else ""


def _rule(request: OrganisationRequest, pk: int) -> Rule:
    return get_object_or_404(
        Rule.objects.select_related("organisation"), pk=pk, organisation=request.organisation
    )


def _to_rules(request: OrganisationRequest, rule: Rule | None = None) -> HttpResponse:
    address = reverse("touchpoints:rules", args=[request.organisation.slug])
    return redirect(f"{address}#rule-{rule.pk}" if rule else address)
