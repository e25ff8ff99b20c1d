"""What of a round's results is shown, and beside what: choices that live in the address."""

from collections.abc import Mapping, Sequence

from django import forms

from accounts.wording import Worded
from feedback.models import Round
from feedback.slices import Slices

EVERYONE, REST, ROUND = "", "rest", "round-"


class ShownForm(Worded, forms.Form):
    """`of` is a group, or empty for everyone; `beside` another, everyone else or an earlier
    round. `groups` and `rounds` are the choices with their names, and `names` all of them."""

    def __init__(
        self, slices: Slices, earlier: Sequence[Round], *, data: Mapping[str, object]
    ) -> None:
        super().__init__(data)
        self._slices = slices
        groups = [(str(pk), name) for pk, name in slices.names.items()]
        rounds = [(f"{ROUND}{one.pk}", f"{one.title} ({one.period.code})") for one in earlier]
        beside: list[tuple[str, str | list[tuple[str, str]]]] = [(EVERYONE, "Nothing")]
        if groups:
            beside += [(REST, "Everyone else"), ("Groups", groups)]
        if rounds:
            beside.append(("Earlier rounds", rounds))
        self.groups, self.rounds = groups, rounds
        self.names = {REST: "Everyone else", **dict(groups), **dict(rounds)}
        self.fields["of"] = forms.ChoiceField(
            label="Show", choices=[(EVERYONE, "Everyone"), *groups], required=False
        )
        self.fields["beside"] = forms.ChoiceField(
            label="Compare with", choices=beside, required=False
        )

    def clean(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        of, beside = cleaned.get("of", EVERYONE), cleaned.get("beside", EVERYONE)
        if "of" in self.errors:
            return cleaned
        if beside == REST and not of:
            self.add_error("of", "Choose a group first: everyone else is all but that group.")
        elif beside.isdigit():
            if not of:
                self.add_error(
                    "of", "Choose a group to set beside it: everyone includes that group already."
                )
            elif not self._slices.apart(int(of), int(beside)):
                self.add_error("beside", "One of these is part of the other: choose another.")
        return cleaned
