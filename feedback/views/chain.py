"""Asking the teams of the delivery chain about what they receive."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from feedback import services
from feedback.forms.chain import ChainAskForm
from feedback.models import Round
from feedback.queries import invited
from programme.access import OrganisationRequest, members
from programme.models import Organisation, Role, Team
from programme.periods import Quarter
from programme.services import period_for
from touchpoints.models import HandOff
from touchpoints.queries import chain


@members(Role.MANAGER)
def chain_ask(request: OrganisationRequest) -> HttpResponse:
    """One round for each team that is chosen; each is looked at once more before it is sent."""
    receiving = _receiving(request.organisation)
    sent = request.POST if request.method == "POST" else None
    form = ChainAskForm(sent, organisation=request.organisation, receiving=receiving)
    if request.method == "POST" and form.is_valid():
        try:
            prepared = services.prepare_chain_rounds(
                organisation=request.organisation,
                asked=form.asked(),
                confidential=form.cleaned_data["privacy"] == "confidential",
                period=period_for(
                    organisation=request.organisation,
                    quarter=Quarter.parse(form.cleaned_data["period"]),
                ),
                closes_at=form.closes_at(),
                created_by=request.membership,
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            if len(prepared) == 1:
                return redirect("feedback:round_open", request.organisation.slug, prepared[0].pk)
            messages.success(
                request,
                f"{len(prepared)} rounds are prepared, one for each team. Nothing is sent yet: "
                "open each one below and send it.",
            )
            return redirect("feedback:index", request.organisation.slug)
    context = {"form": form, "receiving": receiving}
    status = 400 if form.errors else 200
    return render(request, "feedback/chain_ask.html", context, status=status)


def _receiving(organisation: Organisation) -> list[tuple[services.ChainRound, int]]:
    """The teams that receive something for the map as it is, with how many can be asked."""
    by_team: dict[Team, list[HandOff]] = {}
    for link in chain(organisation, None):
        by_team.setdefault(link.hand_off.receiver, []).append(link.hand_off)
    people = dict[int | None, int]()
    for team in invited(
        organisation=organisation, audience=Round.Audience.INTERNAL, selection={}
    ).values_list("team_id", flat=True):
        people[team] = people.get(team, 0) + 1
    below: dict[int | None, list[int]] = {}
    for pk, parent in Team.objects.filter(organisation=organisation).values_list("pk", "parent_id"):
        below.setdefault(parent, []).append(pk)

    def reached(pk: int) -> int:
        return people.get(pk, 0) + sum(reached(child) for child in below.get(pk, ()))

    return [
        (services.ChainRound(team, hand_offs), reached(team.pk))
        for team, hand_offs in sorted(by_team.items(), key=lambda item: item[0].name.lower())
    ]
