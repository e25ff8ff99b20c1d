"""Past survey answers from a file: the organisation's map, a closed round, its tallies.

What a file with its mapping has brought in is known by the fingerprint of both, so the same again
changes nothing; a corrected file or mapping of the same title and period takes its place.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import batched
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from feedback.counting import named_results
from feedback.import_files import AnswerFile
from feedback.import_rows import ImportSummary, Progress, Reader, Row, columns_of, latest_rows
from feedback.mapping import TEXT, ResponseMapping
from feedback.models import Case, Question, Round, Survey
from feedback.services import FeedbackError
from feedback.services.moments import set_moments
from feedback.services.together import hand_over_pairs
from programme.models import Membership, Organisation, Period, Role
from programme.services import ensure_segment, ensure_team, period_for
from touchpoints.models import Touchpoint, Voice
from touchpoints.moments import moment_of
from touchpoints.services import Tally, add_ratings, ensure_touchpoint

_BATCH = 2_000
_KINDS: dict[str, str] = {"moment-3": Question.Kind.MOMENT, TEXT: Question.Kind.LONG_TEXT}


class ImportRefusedError(FeedbackError):
    """Nothing was brought in; `summary` says what did not fit, where reading got that far."""

    def __init__(self, words: str, summary: ImportSummary | None = None) -> None:
        super().__init__(words)
        self.summary = summary


@transaction.atomic
def ensure_organisation(
    *, slug: str, name: str, leader_email: str = ""
) -> tuple[Organisation, bool]:
    """The organisation with this slug, and whether anybody belongs to it. Whoever has an account
    under `leader_email` does afterwards, as its leader unless they had a role.

    Raises ImportRefusedError where there is no such account.
    """
    organisation, _ = Organisation.objects.get_or_create(slug=slug, defaults={"name": name or slug})
    if leader_email:
        leader = User.objects.filter(email__iexact=leader_email).first()
        if leader is None:
            raise ImportRefusedError(f"Nobody has an account under {leader_email}.")
        Membership.objects.get_or_create(
            organisation=organisation, user=leader, defaults={"role": Role.LEADER}
        )
    return organisation, organisation.memberships.exists()


@transaction.atomic
def import_responses(
    *,
    organisation: Organisation,
    file: AnswerFile,
    mapping: ResponseMapping,
    strict: bool = False,
    progress: Progress = lambda done, rows: None,
) -> ImportSummary:
    """Bring a file in, all or nothing. The file is read twice: which row of a respondent is the
    latest is only known at its end.

    Raises ImportRefusedError and `import_files.FileError`.
    """
    # One import of an organisation at a time; rows that only refer to it are not held up.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    columns = columns_of(file, mapping)
    summary = ImportSummary(organisation.slug, mapping.title, mapping.quarter.code)
    latest = latest_rows(file, columns[mapping.respondent], progress, summary)
    reader = Reader(mapping, columns, latest, summary, progress)
    fingerprint = hashlib.sha256(f"{file.sha256} {mapping!r}".encode()).hexdigest()
    known = (
        Round.objects.filter(
            organisation=organisation, title=mapping.title, audience=mapping.audience
        )
        .filter(period__year=mapping.quarter.year, period__number=mapping.quarter.number)
        .exclude(imported_from="")
        .first()
    )
    if known is not None and known.imported_from == fingerprint:
        summary.round = known.pk
        for _ in reader.rows(file):
            pass
    else:
        writer = _Writer(organisation, mapping, known, fingerprint)
        writer.write(reader.rows(file))
        summary.round, summary.changed = writer.round.pk, True
    if strict and summary.refusals:
        summary.round, summary.changed = None, False
        raise ImportRefusedError(
            "Some of the file does not fit the mapping, so nothing was brought in.", summary
        )
    return summary


class _Writer:
    """Rows into the database, by COPY, with the counts that the heatmap and the report read."""

    def __init__(
        self,
        organisation: Organisation,
        mapping: ResponseMapping,
        known: Round | None,
        fingerprint: str,
    ) -> None:
        self.organisation = organisation
        self.mapping = mapping
        period = period_for(organisation=organisation, quarter=mapping.quarter)
        # Whoever closes the quarter waits for this import, or this import for them.
        period = Period.objects.select_for_update().get(pk=period.pk)
        if period.closed_at is not None:
            raise ImportRefusedError(
                f"{period.code} is closed and its figures are reported: nothing can be added to it."
            )
        self.touchpoints = self._ensure_touchpoints()
        self.survey = self._ensure_survey(known)
        self.round = self._ensure_round(known, period, fingerprint)
        self.questions = {question.key: question for question in self.survey.questions.all()}
        self.groups: dict[str, int | None] = {"": None}
        for _, name in mapping.group.names if mapping.group else ():
            self._group(name)
        self.moments: Counter[tuple[int, int | None, str, str]] = Counter()

    def write(self, rows: Iterator[Row]) -> None:
        responses = 0
        for batch in batched(rows, _BATCH):
            responses += len(batch)
            self._write_batch(batch)
        self.round.results = {
            # How many were asked is not known from their answers.
            "invited": 0,
            "opened": None,
            "answered": responses,
            "questions": named_results(round=self.round),
        }
        self.round.save(update_fields=["results"])
        set_moments(round_id=self.round.pk)
        self._hand_over()
        hand_over_pairs(round=self.round)

    def _write_batch(self, batch: tuple[Row, ...]) -> None:
        responses: list[tuple[Any, ...]] = []
        comments: list[tuple[Any, ...]] = []
        organisation, round_, when = self.organisation.pk, self.round.pk, self.round.closed_at
        external = self.mapping.audience == Round.Audience.EXTERNAL
        for row in batch:
            pk, group = uuid.uuid4(), self._group(row.group)
            segment, team = (group, None) if external else (None, group)
            answers = json.dumps(row.answers)
            responses.append(
                (pk, organisation, round_, row.external_id, segment, team, answers, 1, when)
            )
            for key, answer in row.answers.items():
                question = self.questions[key]
                if question.is_text:
                    comments.append(
                        (
                            *(uuid.uuid4(), organisation, round_, question.pk, pk),
                            *(question.touchpoint_id, segment, answer, when, ""),
                        )
                    )
                    continue
                if question.touchpoint_id is not None:
                    moment = moment_of(question.scale, answer)
                    self.moments[question.touchpoint_id, group, question.scale, moment] += 1
        _copy(
            "feedback_response (id, organisation_id, round_id, external_id, segment_id, team_id,"
            " answers, version, submitted_at)",
            responses,
        )
        _copy(
            "feedback_comment (id, organisation_id, round_id, question_id, response_id,"
            " touchpoint_id, segment_id, text, released_at, review)",
            comments,
        )

    def _group(self, name: str) -> int | None:
        """The key of the segment or team of that name, made where there is none."""
        if name not in self.groups:
            if self.mapping.audience == Round.Audience.EXTERNAL:
                self.groups[name] = ensure_segment(organisation=self.organisation, name=name).pk
            else:
                self.groups[name] = ensure_team(organisation=self.organisation, name=name).pk
        return self.groups[name]

    def _hand_over(self) -> None:
        external = self.mapping.audience == Round.Audience.EXTERNAL
        cells: dict[tuple[int, int | None, str], Counter[str]] = {}
        for (touchpoint, group, scale, moment), n in self.moments.items():
            cells.setdefault((touchpoint, group, scale), Counter())[moment] += n
        add_ratings(
            organisation=self.organisation,
            source=f"round-{self.round.pk}",
            period=self.round.period,
            voice=Voice.CUSTOMER if external else Voice.STAFF,
            tallies=[
                Tally(
                    touchpoint_id=touchpoint,
                    segment_id=group if external else None,
                    team_id=None if external else group,
                    scale=scale,
                    misery=counts["misery"],
                    mediocrity=counts["mediocrity"],
                    magic=counts["magic"],
                )
                for (touchpoint, group, scale), counts in cells.items()
            ],
        )

    def _ensure_touchpoints(self) -> dict[str, Touchpoint]:
        """By the question's key, in the order in which the mapping first names them."""
        return {
            question.key: ensure_touchpoint(
                organisation=self.organisation,
                journey=self.mapping.journey,
                stage=question.stage,
                name=question.touchpoint,
            )
            for question in self.mapping.questions
            if question.touchpoint
        }

    def _ensure_survey(self, known: Round | None) -> Survey:
        """The known round's survey while its questions are still these, else the next version."""
        wanted = [
            Question(
                organisation=self.organisation,
                key=question.key,
                kind=_KINDS.get(question.scale, question.scale),
                text=question.text,
                position=position,
                touchpoint=self.touchpoints.get(question.key),
            )
            for position, question in enumerate(self.mapping.questions)
        ]

        def said(question: Question) -> tuple[object, ...]:
            return (question.key, question.kind, question.text, question.touchpoint_id)

        previous = known.survey if known else None
        if previous and [*map(said, previous.questions.all())] == [*map(said, wanted)]:
            return previous
        survey = Survey.objects.create(
            organisation=self.organisation,
            title=self.mapping.title,
            version=previous.version + 1 if previous else 1,
            previous=previous,
        )
        for question in wanted:
            question.survey = survey
        Question.objects.bulk_create(wanted)
        return survey

    def _ensure_round(self, known: Round | None, period: Period, fingerprint: str) -> Round:
        """A closed round, emptied where an earlier state of the file had filled it."""
        first, last = (
            datetime.combine(day, time(12), tzinfo=UTC)
            for day in (period.starts_on, period.ends_on)
        )
        # When each answered is not known: the quarter's last day stands for it.
        now = timezone.now()
        round_ = known or Round(
            organisation=self.organisation,
            title=self.mapping.title,
            audience=self.mapping.audience,
            period=period,
            state=Round.State.CLOSED,
            opened_at=min(first, now),
            closed_at=min(last, now),
        )
        round_.survey = self.survey
        round_.imported_from = fingerprint
        round_.save()
        if known is not None:
            Case.objects.filter(comment__round=known).update(comment=None)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM feedback_comment WHERE round_id = %s", [known.pk])
                cursor.execute("DELETE FROM feedback_response WHERE round_id = %s", [known.pk])
        return round_


def _copy(into: str, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
