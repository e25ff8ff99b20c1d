"""All input of series."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from feedback.forms.rounds import AskForm, place_of
from feedback.models import Series
from feedback.recurrence import Recurrence
from feedback.services import FeedbackError, latest_version, there
from programme.models import Organisation, Person

_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Coming:
    """One occurrence by the organisation's clock: when it opens, and its last moment."""

    opens: dt.datetime
    closes: dt.datetime


class SeriesForm(AskForm):
    """A recurring round: how often, on which day, and for how long. With `series`, what comes next
    of one that there is."""

    cadence = forms.ChoiceField(
        label="How often",
        choices=Series.Cadence.choices,
        initial=Series.Cadence.QUARTERLY,
        error_messages={"required": "Choose how often."},
    )
    first_on = forms.DateField(
        label="First day",
        error_messages={"required": "Choose the day on which the first round opens."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The day on which the first round opens.",
    )
    opens_time = forms.TimeField(
        label="Hour",
        initial=dt.time(9),
        error_messages={"required": "Choose the hour at which a round opens."},
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    rule = forms.ChoiceField(
        label="Later rounds open",
        choices=Series.Rule.choices,
        initial=Series.Rule.WORKING_DAY,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the day is found."},
    )
    days_open = forms.IntegerField(
        label="Days to answer",
        initial=14,
        min_value=1,
        max_value=90,
        error_messages={"required": "Enter for how many days people can answer."},
        help_text="A round closes by itself at the end of the last one.",
    )
    timing = ("cadence", "first_on", "opens_time", "rule", "days_open", "reminders")

    def __init__(
        self, organisation: Organisation, *, series: Series | None = None, **given: Any
    ) -> None:
        if series is not None:
            given["initial"] = _initial_of(series)
        super().__init__(organisation, **given)
        self._series = series
        title = cast("forms.CharField", self.fields["title"])
        title.max_length = 150
        title.validators.append(MaxLengthValidator(150))
        title.help_text = "The subject of the emails; the month and the year follow it."
        self.fields["survey"].help_text = "Each round asks its newest version."
        self.fields["opens_time"].help_text = f"By the clock in {place_of(organisation)}."
        self.fields["first_on"].initial = self.now.date() + dt.timedelta(days=7)
        if series is not None:
            self.fields["first_on"].label = "Next round"
            self.fields["first_on"].help_text = "The day on which the next round opens."

    def clean_first_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["first_on"]
        if not self.now.date() <= day <= self.now.date() + dt.timedelta(days=800):
            raise forms.ValidationError("Choose a day from today on, within the next two years.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        reminders, days = cleaned.get("reminders"), cleaned.get("days_open")
        if reminders and days and reminders[-1] > days:
            self.add_error("reminders", f"A round is only open for {days} days.")
        return cleaned

    def coming(self) -> list[Coming]:
        """The next rounds as the form has it so far; none where their days are not known yet."""
        known = self._known()
        if known is None:
            return []
        return occurrences(
            self.organisation,
            self._recurrence(known),
            since=self._number(),
            days_open=known["days_open"],
        )

    def most_days(self) -> int | None:
        """Where a round would still be open when the next one opens: for how many days it could
        be without that."""
        known = self._known()
        if known is None:
            return None
        return meeting_the_next(
            self._recurrence(known), since=self._number(), days_open=known["days_open"]
        )

    def _known(self) -> dict[str, Any] | None:
        """What says when its rounds come; None where some of it is not known yet."""
        known = self.cleaned_data if self.is_bound else self._initials()
        names = ("first_on", "cadence", "rule", "opens_time", "days_open")
        return known if all(known.get(name) is not None for name in names) else None

    def _recurrence(self, known: dict[str, Any]) -> Recurrence:
        on, cadence, rule, at = (
            known[name] for name in ("first_on", "cadence", "rule", "opens_time")
        )
        if self._series is None:
            return Recurrence(on, cadence, rule, at, self.organisation.timezone)
        return self._series.recurrence.changed(
            number=self._number(), on=on, cadence=cadence, rule=rule, at=at
        )

    def _number(self) -> int:
        return self._series.coming_number(timezone.now()) if self._series is not None else 0

    def _initials(self) -> dict[str, Any]:
        fields = self.fields.items()
        return {name: self.get_initial_for_field(field, name) for name, field in fields}


def occurrences(
    organisation: Organisation, when: Recurrence, *, since: int, days_open: int
) -> list[Coming]:
    """The next few from number `since` on."""
    return [
        Coming(
            there(organisation, when.opens_at(number)),
            there(organisation, when.closes_at(number, days_open=days_open)),
        )
        for number in range(since, since + _AHEAD)
    ]


def meeting_the_next(when: Recurrence, *, since: int, days_open: int) -> int | None:
    """The most days for which its rounds can be open, where `days_open` are too many."""
    longest = when.longest_open(since=since)
    return longest if days_open > longest else None


def _initial_of(series: Series) -> dict[str, Any]:
    """What a series does now, as the form has it."""
    chosen = series.selection
    people = Person.objects.filter(organisation=series.organisation_id).active()
    picked = people.filter(pk__in=chosen.get("people", ())).order_by("email")
    try:
        survey = latest_version(series.survey).pk
    except FeedbackError:
        survey = None  # archived: another one has to be chosen
    return {
        "survey": survey,
        "title": series.title,
        "audience": series.audience,
        "segments": chosen.get("segments"),
        "at_least": chosen.get("at_least"),
        "most_valuable": chosen.get("most_valuable"),
        "teams": chosen.get("teams"),
        "picked": "\n".join(picked.values_list("email", flat=True)),
        "sample": chosen.get("sample"),
        "privacy": "confidential" if series.confidential else "named",
        "cadence": series.cadence,
        "first_on": series.recurrence.day(series.coming_number(timezone.now())),
        "opens_time": series.opens_time,
        "rule": series.rule,
        "days_open": series.days_open,
        "reminders": ", ".join(str(days) for days in series.reminder_days),
        "message": series.message,
    }
