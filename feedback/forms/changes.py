"""You said, we did: a change, and what it came from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.db import models
from django.db.models import F, Model, QuerySet, When
from django.utils.text import Truncator

from accounts.wording import Worded
from feedback.models import Case, Change, Comment, Round
from programme.forms.organisation import offer
from programme.models import Organisation
from touchpoints.models import Improvement

# What it may have come from, by the name of its field.
LINKS = ("rounds", "cases", "comments", "improvements")
# Of each the newest are offered, and whatever is linked already.
_MOST_OFFERED = 40
_LONGEST = 2_000


class _Linked(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at run time
    """Rows to tick, each said in words of its own."""

    def __init__(self, model: type[Model], says: Callable[[Any], str], **given: Any) -> None:
        super().__init__(
            model._default_manager.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            **given,
        )
        self._says = says

    def label_from_instance(self, obj: Model) -> str:
        return self._says(obj)


def _round(found: Round) -> str:
    about = [] if found.period.code in found.title else [found.period.code]
    about += ["confidential"] if found.confidential else []
    return f"{found.title} ({', '.join(about)})" if about else found.title


def _comment(found: Comment) -> str:
    return f"“{Truncator(found.text).chars(140)}” ({found.round.title})"


class ChangeForm(Worded, forms.Form):
    title = forms.CharField(
        label="What has changed, in one line",
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text="The subject of the email, and the heading on the public page.",
        error_messages={"required": "Say in one line what has changed."},
    )
    said = forms.CharField(
        label="You said",
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text="What people said, in your words: a quotation may tell who spoke.",
        error_messages={"required": "Say what people said."},
    )
    did = forms.CharField(
        label="We did",
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text="What is different for them now.",
        error_messages={"required": "Say what you did."},
    )
    staff_only = forms.BooleanField(
        label="Only for staff",
        required=False,
        help_text=(
            "It is sent to staff and shown where staff answer, and never on the public page."
        ),
    )
    rounds = _Linked(
        Round,
        _round,
        label="Rounds it was said in",
        help_text="Everyone who was invited is told, whether they answered or not.",
    )
    comments = _Linked(
        Comment,
        _comment,
        label="Comments that said it",
        help_text=(
            "Whoever wrote it is told. Of a confidential round that is nobody’s to know, so "
            "everyone invited to the round is told instead."
        ),
    )
    cases = _Linked(
        Case, str, label="Cases it was said in", help_text="Whoever can be answered is told."
    )
    improvements = _Linked(
        Improvement,
        str,
        label="Improvements that did it",
        help_text="For your own record: nobody is told because of these.",
    )

    def __init__(
        self,
        organisation: Organisation,
        change: Change | None = None,
        *,
        linked: Mapping[str, Sequence[Any]],
        **given: Any,
    ) -> None:
        """`linked` are the keys of what is ticked at first, by the names of `LINKS`."""
        super().__init__(**given)
        sent = change is not None and change.sent_at is not None
        if sent:
            del self.fields["staff_only"]
        for name, rows in _offered(organisation).items():
            ticked = list(linked.get(name, ()))
            newest = rows.values("pk")[:_MOST_OFFERED]
            if sent and name != "improvements":
                # What was told stays told: it stands above the form.
                offer(self, name, rows.filter(pk__in=newest).exclude(pk__in=ticked))
            elif ticked:
                self.initial[name] = ticked
                on_top = models.Case(When(pk__in=ticked, then=0), default=1)
                # One set of keys: with "or" between two, every row would be looked at.
                keys = newest.union(rows.filter(pk__in=ticked).order_by().values("pk"))
                chosen = rows.filter(pk__in=keys)
                offer(self, name, chosen.order_by(on_top, *rows.query.order_by))
            else:
                offer(self, name, rows.filter(pk__in=newest))

    def links(self) -> list[tuple[forms.BoundField, int]]:
        """What it may have come from, each with how many are ticked."""
        return [(self[name], len(self[name].value() or ())) for name in LINKS]


def _offered(organisation: Organisation) -> dict[str, QuerySet[Any]]:
    """Closed rounds, comments that members may read, cases, and improvements that were not
    dropped; the newest of each first. What a mission asked is read and answered there."""
    of = {"organisation": organisation}
    return {
        "rounds": Round.objects.filter(**of, state=Round.State.CLOSED, answers_apart=False)
        .select_related("period")
        .order_by("-closed_at", "-pk"),
        "comments": Comment.objects.filter(
            **of, released_at__isnull=False, round__answers_apart=False
        )
        .select_related("round")
        .order_by("-round_id", "pk"),
        "cases": Case.objects.filter(**of).order_by("-created_at", "-pk"),
        "improvements": Improvement.objects.filter(**of)
        .exclude(state=Improvement.State.DROPPED)
        .order_by(F("done_on").desc(nulls_last=True), "-pk"),
    }
