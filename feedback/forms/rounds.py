"""All input of rounds and series."""

import datetime as dt
import re
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.db.models.functions import Lower
from django.forms import BoundField
from django.utils import timezone

from accounts.wording import Worded
from feedback import queries
from feedback.models import Round, Survey
from feedback.services import MOST_REMINDERS
from programme.forms.organisation import offer
from programme.models import Organisation, Period, Person, Segment, Team
from programme.queries import end_of_day, quarters_back

_SHOWN = 3
_MOST_PICKED = 5_000
_NARROWING = ("segments", "at_least", "most_valuable", "teams", "picked", "sample")


class AskForm(Worded, forms.Form):
    """Whom to ask what, and how: what a round and a series have in common.

    A page shows it in the order of the questions in one's head: what, whom, when, in which words.
    `timing` names the fields of the third.
    """

    timing: ClassVar[tuple[str, ...]] = ()

    survey = forms.ModelChoiceField(
        label="Survey",
        queryset=Survey.objects.none(),
        empty_label="Choose a survey",
        error_messages={"required": "Choose a survey."},
    )
    title = forms.CharField(
        label="Subject",
        error_messages={"required": "Give the email a subject."},
        max_length=200,
        help_text="The subject of the email, and the round's name in your lists.",
    )
    audience = forms.ChoiceField(
        label="Who is asked",
        error_messages={"required": "Choose who is asked."},
        choices=[("external", "Customers"), ("internal", "Staff")],
        widget=forms.RadioSelect,
        initial="external",
    )
    segments = forms.ModelMultipleChoiceField(
        label="Only these segments",
        queryset=Segment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    at_least = forms.DecimalField(
        label="Only from this yearly value on",
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text="Leave it empty for any value.",
    )
    most_valuable = forms.IntegerField(
        label="Only the most valuable",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="How many, by yearly value. Leave it empty for everyone.",
    )
    teams = forms.ModelMultipleChoiceField(
        label="Only these teams",
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    picked = forms.CharField(
        label="Only these people",
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="Their email addresses as in People, one a line. Leave it empty for everyone.",
    )
    sample = forms.IntegerField(
        label="Only a random sample",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="How many of those above are drawn by chance. Leave it empty for all of them.",
    )
    privacy = forms.ChoiceField(
        label="Named or confidential",
        error_messages={"required": "Choose named or confidential."},
        choices=[
            ("named", "Named: you can see who said what, and come back to them"),
            ("confidential", "Confidential: nobody can see who gave which answer"),
        ],
        widget=forms.RadioSelect,
        initial="named",
    )
    reminders = forms.CharField(
        label="Remind after so many days",
        required=False,
        initial="4, 9",
        max_length=40,
        help_text=(
            f"At most {MOST_REMINDERS} reminders, such as 4, 9. They go to those who have not "
            "answered; nobody sees who that is."
        ),
    )
    message = forms.CharField(
        label="Message",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The email's own words: why you ask, and what you will do with the answers.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        self.organisation = organisation
        self.there = ZoneInfo(organisation.timezone)
        self.now = timezone.now().astimezone(self.there)
        self.fields["privacy"].help_text = (
            "Staff say more where nobody can see who said what. "
            f"A confidential round shows figures from {organisation.figures_from} answers on and "
            f"comments from {organisation.comments_from}; this cannot be changed once it is sent."
        )
        surveys = queries.surveys(organisation, with_questions=True)
        offer(self, "survey", surveys)
        found = list(surveys[:2])
        # Without one there is nothing to send; where there is but one, it is meant.
        self.has_surveys = bool(found)
        if len(found) == 1 and not self.initial.get("survey"):
            self.initial["survey"] = found[0].pk
        offer(self, "segments", Segment.objects.filter(organisation=organisation))
        offer(self, "teams", Team.objects.filter(organisation=organisation))
        self._people: list[int] = []

    def clean_reminders(self) -> list[int]:
        words = [word for word in re.split(r"[\s,;]+", self.cleaned_data["reminders"]) if word]
        if not all(word.isascii() and word.isdecimal() and 0 < int(word) <= 90 for word in words):
            raise forms.ValidationError("Write whole days from 1 to 90, such as 4, 9.")
        days = sorted({int(word) for word in words})
        if len(days) > MOST_REMINDERS:
            raise forms.ValidationError(
                f"More than {MOST_REMINDERS} reminders annoy people: please leave some out."
            )
        return days

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sample") and cleaned.get("most_valuable") and not self.asks_staff():
            self.add_error(
                "sample", "Choose either the most valuable or a random sample, not both."
            )
        if cleaned.get("picked"):
            self._find_picked(cleaned["picked"])
        return cleaned

    def _find_picked(self, written: str) -> None:
        """The people whose addresses were written, in whatever case and however often."""
        addresses = {word.strip("<>").lower() for word in re.split(r"[\s,;]+", written) if word}
        if len(addresses) > _MOST_PICKED:
            self.add_error("picked", f"At most {_MOST_PICKED:,} people can be picked this way.")
            return
        people = Person.objects.filter(organisation=self.organisation).active()
        people = people.staff() if self.asks_staff() else people.customers()
        found = dict(
            people.annotate(address=Lower("email"))
            .filter(address__in=addresses)
            .values_list("address", "pk")
        )
        self._people = sorted(found.values())
        unknown = sorted(addresses - found.keys())
        if unknown:
            shown = ", ".join(unknown[:_SHOWN])
            more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
            who = "staff" if self.asks_staff() else "customers"
            self.add_error("picked", f"Nobody among your {who} has the address {shown}{more}.")

    @property
    def narrowing(self) -> list[BoundField]:
        """What chooses some of the audience; most rounds leave it alone."""
        return [self[name] for name in _NARROWING]

    @property
    def narrows(self) -> bool:
        """Whether any of it says something, or is wrong."""
        return any(field.errors or field.value() for field in self.narrowing)

    @property
    def when(self) -> list[BoundField]:
        return [self[name] for name in self.timing]

    def asks_staff(self) -> bool:
        return bool(self.cleaned_data.get("audience") == Round.Audience.INTERNAL)

    def selection(self) -> dict[str, Any]:
        """What is chosen so far, as `create_round` takes it; also of a form not yet valid."""
        cleaned = self.cleaned_data
        chosen: dict[str, Any] = {"people": self._people, "sample": cleaned.get("sample")}
        if self.asks_staff():
            chosen["teams"] = [team.pk for team in cleaned.get("teams") or ()]
        else:
            chosen["segments"] = [segment.pk for segment in cleaned.get("segments") or ()]
            chosen["most_valuable"] = cleaned.get("most_valuable")
            at_least = cleaned.get("at_least")
            chosen["at_least"] = str(at_least) if at_least else None
        return {name: value for name, value in chosen.items() if value}


class RoundForm(AskForm):
    """One round: when it opens and closes besides."""

    period = forms.ChoiceField(
        label="Counts for",
        help_text="The quarter of the heatmap.",
        error_messages={"required": "Choose the quarter it counts for."},
    )
    opens_at = forms.DateTimeField(
        label="Opens at",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    closes_on = forms.DateField(
        label="Last day for answers",
        error_messages={"required": "Choose the last day for answers."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The round closes by itself at the end of that day.",
    )
    timing = ("opens_at", "closes_on", "reminders", "period")

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(organisation, **given)
        codes = [quarter.code for quarter in quarters_back(organisation, 4)]
        closed = {
            period.code
            for period in Period.objects.filter(organisation=organisation, closed_at__isnull=False)
        }
        self.fields["period"].choices = [(code, code) for code in codes if code not in closed]  # type: ignore[attr-defined]
        self.fields["opens_at"].help_text = (
            f"By the clock in {place_of(organisation)}. Leave it empty to send it yourself on the "
            "next page."
        )
        self.fields["closes_on"].initial = self.now.date() + dt.timedelta(days=14)

    def clean_opens_at(self) -> dt.datetime | None:
        asked: dt.datetime | None = self.cleaned_data["opens_at"]
        if asked is None:
            return None
        if not self.now.year <= asked.year <= self.now.year + 2:
            raise forms.ValidationError("Choose a time within the next two years.")
        # What was typed is an hour where the organisation is, in whatever zone it was read.
        moment = asked.replace(tzinfo=self.there).astimezone(dt.UTC)
        if moment <= timezone.now():
            raise forms.ValidationError(
                "That time has passed. Choose a later one, or leave it empty."
            )
        return moment

    def clean_closes_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["closes_on"]
        if day < self.now.date():
            raise forms.ValidationError("That day has passed. Choose today or a later one.")
        if day.year > self.now.year + 2:
            raise forms.ValidationError("Choose a day within the next two years.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        opens_at, closes_on = cleaned.get("opens_at"), cleaned.get("closes_on")
        if opens_at and closes_on and closes_on < opens_at.astimezone(self.there).date():
            self.add_error("closes_on", "The last day for answers is before the round opens.")
        return cleaned

    def closes_at(self) -> dt.datetime:
        return end_of_day(self.organisation, self.cleaned_data["closes_on"])


class ExtendForm(Worded, forms.Form):
    """Another last day for answers."""

    closes_on = forms.DateField(
        label="Last day for answers",
        error_messages={"required": "Choose the last day for answers."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The round closes by itself at the end of that day.",
    )


def place_of(organisation: Organisation) -> str:
    """Where an organisation's clock is, such as "London"."""
    return organisation.timezone.rpartition("/")[2].replace("_", " ")
