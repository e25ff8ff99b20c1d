"""Rows of a file of past answers, turned into answers under a mapping, and counted."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from feedback import kinds
from feedback.import_files import AnswerFile, FileError
from feedback.mapping import SCALES, TEXT, MappedQuestion, ResponseMapping, Slice

_PROGRESS_EVERY = 1_000
_REFUSALS_SHOWN = 50
_LONGEST_ID = 100
_LONGEST_GROUP = 200
_MOST_GROUPS = 500
_OUTCOMES = ("accepted", "refused", "not_applicable", "blank")

# Told rows done and rows in all; the latter is 0 while the rows are being counted.
type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One value, or one whole row, that means nothing under the mapping."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class ImportSummary:
    """What a file held. Counts of answers are of the rows that count: one a respondent.

    responses + superseded + rows_refused = rows, and for each question
    accepted + refused + not_applicable + blank = responses.
    """

    organisation: str
    title: str
    period: str
    changed: bool = False
    round: int | None = None
    rows: int = 0
    responses: int = 0
    superseded: int = 0
    rows_refused: int = 0
    questions: dict[str, Counter[str]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def total(self, what: str) -> int:
        return sum(counts[what] for counts in self.questions.values())

    def refuse(self, row: int, column: str, value: str, reason: str) -> None:
        if len(self.refusals) < _REFUSALS_SHOWN:
            self.refusals.append(Refusal(row, column, value[:100], reason))

    def as_json(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            "title": self.title,
            "period": self.period,
            "round": self.round,
            "changed": self.changed,
            "rows": self.rows,
            "responses": self.responses,
            "superseded": self.superseded,
            "rows_refused": self.rows_refused,
            **{what: self.total(what) for what in _OUTCOMES},
            "questions": {
                column: {what: counts[what] for what in _OUTCOMES}
                for column, counts in self.questions.items()
            },
            "refusals": [
                {"row": r.row, "column": r.column, "value": r.value, "reason": r.reason}
                for r in self.refusals
            ],
        }


def columns_of(file: AnswerFile, mapping: ResponseMapping) -> dict[str, int]:
    """Where each column of the mapping stands in a row."""
    missing = [column for column in mapping.columns() if column not in file.headings]
    if missing:
        named = ", ".join(f"“{column}”" for column in missing)
        raise FileError(f"The file has no column {named}.")
    twice = [column for column in mapping.columns() if file.headings.count(column) > 1]
    if twice:
        raise FileError(f"The file has two columns “{twice[0]}”.")
    return {column: file.headings.index(column) for column in mapping.columns()}


def latest_rows(
    file: AnswerFile, at: int, progress: Progress, summary: ImportSummary
) -> dict[str, int]:
    """For each respondent the number of their last row."""
    latest: dict[str, int] = {}
    for number, cells in file.rows():
        summary.rows += 1
        if at < len(cells) and cells[at]:
            latest[cells[at]] = number
        if summary.rows % _PROGRESS_EVERY == 0:
            progress(summary.rows, 0)
    return latest


@dataclass(frozen=True, slots=True)
class Row:
    """One respondent's answers; `group` is the segment's or team's name, or empty."""

    external_id: str
    group: str
    answers: dict[str, int | str]


class Reader:
    """Cells to answers, counting as it goes."""

    def __init__(
        self,
        mapping: ResponseMapping,
        columns: dict[str, int],
        latest: dict[str, int],
        summary: ImportSummary,
        progress: Progress,
    ) -> None:
        self.mapping = mapping
        self.columns = columns
        self.latest = latest
        self.summary = summary
        self.progress = progress
        self.groups: set[str] = set()
        self.names = dict(mapping.group.names) if mapping.group else {}

    def rows(self, file: AnswerFile) -> Iterator[Row]:
        """The rows that count. Raises FileError."""
        summary = self.summary
        for question in self.mapping.questions:
            summary.questions[question.column] = Counter()
        width = len(file.headings)
        for done, (number, cells) in enumerate(file.rows(), 1):
            if done % _PROGRESS_EVERY == 0:
                self.progress(done, summary.rows)
            if (row := self._row(number, cells, width)) is not None:
                summary.responses += 1
                yield row
        self.progress(summary.rows, summary.rows)

    def _row(self, number: int, cells: list[str], width: int) -> Row | None:
        """None for a row that does not count, which has been counted as what it is."""
        cells = cells + [""] * (width - len(cells))
        column = self.mapping.respondent
        external_id = cells[self.columns[column]]
        if external_id and self.latest[external_id] != number:
            self.summary.superseded += 1
            return None
        by = self.mapping.group
        value = cells[self.columns[by.column]] if by else ""
        group = self.names.get(value, value)
        if any(cells[width:]):
            words = f"The row has {len(cells)} cells and there are {width} headings."
            self._refuse_row(number, "", "", words)
        elif not external_id:
            self._refuse_row(number, column, "", "The row does not say whose it is.")
        elif len(external_id) > _LONGEST_ID:
            words = f"This is longer than {_LONGEST_ID} characters."
            self._refuse_row(number, column, external_id, words)
        elif by and len(group) > _LONGEST_GROUP:
            words = f"This is longer than {_LONGEST_GROUP} characters."
            self._refuse_row(number, by.column, group, words)
        else:
            if by:
                self._count_group(by, group)
            return Row(external_id, group, self._answers(number, cells))
        return None

    def _answers(self, number: int, cells: list[str]) -> dict[str, int | str]:
        answers = {}
        for question in self.mapping.questions:
            answer = self._answer(number, question, cells[self.columns[question.column]])
            if answer is not None:
                answers[question.key] = answer
        return answers

    def _refuse_row(self, number: int, column: str, value: str, reason: str) -> None:
        self.summary.rows_refused += 1
        self.summary.refuse(number, column, value, reason)

    def _count_group(self, by: Slice, group: str) -> None:
        self.groups.add(group)
        if len(self.groups) > _MOST_GROUPS:
            raise FileError(
                f"The column “{by.column}” has more than {_MOST_GROUPS} different "
                "values: is it the right one?"
            )

    def _answer(self, number: int, question: MappedQuestion, value: str) -> int | str | None:
        """The answer that a cell holds, or None where it holds none; counted either way."""
        counts = self.summary.questions[question.column]
        if value in question.not_applicable:
            counts["not_applicable"] += 1
            return None
        if not value or value in question.blank:
            counts["blank"] += 1
            return None
        answer: int | str | None
        if question.scale == TEXT:
            answer = value if len(value) <= kinds.TEXT_LIMIT else None
            expected = f"a text of at most {kinds.TEXT_LIMIT} characters"
        else:
            answer = SCALES[question.scale].get(value.casefold())
            expected = ", ".join(SCALES[question.scale])
        if answer is None:
            counts["refused"] += 1
            self.summary.refuse(number, question.column, value, f"Expected {expected}.")
            return None
        counts["accepted"] += 1
        return answer
