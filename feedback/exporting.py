"""A closed round as a table of any length: one row a response where answers keep their names, and
otherwise only what closing stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from feedback import kinds, queries
from feedback.figures import labels_of
from feedback.models import Question, Round
from feedback.slices import groups_of
from programme.sheets import stream_xlsx
from programme.spss import Variable, stream_sav
from programme.tables import write_csv

type Cell = float | str | None
type Answers = Mapping[str, Any]

_BATCH = 2000
# Longest names that are kept in a file of fixed widths, in bytes.
_NAME, _TIME = 200, 19


@dataclass(frozen=True, slots=True)
class Column:
    """A variable, what its column is called in a spreadsheet, and its value from the answers."""

    variable: Variable
    heading: str
    value: Callable[[Answers], Cell]

    def cell(self, answers: Answers) -> Cell:
        """As a spreadsheet shows it: words in place of codes."""
        found = self.value(answers)
        return self.variable.labels.get(int(found), found) if isinstance(found, int) else found


@dataclass(frozen=True, slots=True)
class Table:
    """Columns about the response itself, then those of its answers; `rows` reads anew each time."""

    about: tuple[Variable, ...]
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[tuple[Cell, ...], Answers]]]

    def csv(self) -> Iterator[str]:
        return write_csv(self._headings(), self._cells())

    def xlsx(self) -> Iterator[bytes]:
        return stream_xlsx(self._headings(), self._cells())

    def sav(self) -> Iterator[bytes]:
        return stream_sav(
            [*self.about, *(column.variable for column in self.columns)],
            (
                (*of, *(column.value(answers) for column in self.columns))
                for of, answers in self.rows()
            ),
        )

    def _headings(self) -> list[str]:
        return [one.label for one in self.about] + [column.heading for column in self.columns]

    def _cells(self) -> Iterable[Sequence[Cell]]:
        for of, answers in self.rows():
            yield [*of, *(column.cell(answers) for column in self.columns)]


def table_of(found: Round, *, for_spss: bool) -> Table:
    """What may leave of a closed round. `for_spss` measures the longest texts first, since that
    file's columns have a width."""
    questions = list(found.survey.questions.all())
    if found.confidential:
        return _stored(found, questions)
    widest = _widest(found, questions) if for_spss else {}
    columns = [column for one in questions for column in _columns(one, widest.get(one.key, 1))]
    about = (
        Variable("response", "Response"),
        Variable("handed_in", "Handed in", _TIME),
        Variable("person", "Person", _NAME),
        Variable("group_name", _group(found), _NAME),
    )
    return Table(about, tuple(columns), lambda: _responses(found))


def _responses(found: Round) -> Iterator[tuple[tuple[Cell, ...], Answers]]:
    """One row a response, in batches from a cursor that stays on the server."""
    group = "team" if found.audience == Round.Audience.INTERNAL else "segment"
    rows = queries.submitted(round=found).values_list(
        "submitted_at", "invitation__person__name", f"{group}__name", "answers"
    )
    with transaction.atomic():
        for number, row in enumerate(rows.iterator(chunk_size=_BATCH), 1):
            at, person, name, answers = row
            yield (number, f"{at:%Y-%m-%d %H:%M:%S}", person or "", name or ""), answers


def _widest(found: Round, questions: Sequence[Question]) -> dict[str, int]:
    """Of each text, the bytes of the longest."""
    texts = [question.key for question in questions if question.is_text]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key, max(octet_length(r.answers ->> key))
            FROM feedback_response r, unnest(%s::text[]) key
            WHERE r.round_id = %s AND r.submitted_at IS NOT NULL AND r.answers ? key
            GROUP BY 1
            """,
            [texts, found.pk],
        )
        return {key: max(1, width) for key, width in cursor.fetchall()}


def _columns(question: Question, widest: int) -> Iterator[Column]:
    """One for a question, or one for each of its options where several may be chosen."""
    key, name = question.key, _name(question.key)
    if question.is_text:
        variable = Variable(name, question.text, widest)
        yield Column(variable, question.text, lambda answers: answers.get(key))
        return
    labels = labels_of(question)
    if question.kind in kinds.LISTS:
        several = question.kind == kinds.SEVERAL
        for place, (option, label) in enumerate(labels, 1):
            heading = f"{question.text}: {label}"
            told = {0: "No", 1: "Yes"} if several else {}
            variable = Variable(f"{name}_{place}", heading, labels=told)
            yield Column(
                variable, heading, _chosen(key, option) if several else _place(key, option)
            )
        return
    if question.kind in kinds.NUMBERS or question.kind == kinds.PLACE:
        variable = Variable(name, question.text)
        yield Column(variable, question.text, lambda answers: answers.get(key))
        return
    codes = {value: code for code, (value, _) in enumerate(labels, 1)}
    variable = Variable(
        name, question.text, labels={codes[value]: label for value, label in labels}
    )
    yield Column(variable, question.text, lambda answers: codes.get(str(answers.get(key))))


def _chosen(key: str, option: str) -> Callable[[Answers], Cell]:
    return lambda answers: int(option in answers[key]) if key in answers else None


def _place(key: str, option: str) -> Callable[[Answers], Cell]:
    def place(answers: Answers) -> Cell:
        ranked = answers.get(key, [])
        return ranked.index(option) + 1 if option in ranked else None

    return place


def _name(key: str) -> str:
    """A question's key as a name that every statistics program takes."""
    name = key.replace("-", "_")
    return name if name[0].isalpha() else f"q_{name}"


def _group(found: Round) -> str:
    return "Team" if found.audience == Round.Audience.INTERNAL else "Segment"


def _stored(found: Round, questions: Sequence[Question]) -> Table:
    """One row for each answer of each group, with how many gave it. A group's row holds those of
    its people who are in no group below that has rows of its own."""
    groups = groups_of(found.organisation, found.audience).names
    stored = queries.stored_results(found)["questions"]
    others = f"In no {_group(found).lower()} that is shown"

    def rows() -> Iterator[tuple[tuple[Cell, ...], Answers]]:
        for question in questions:
            told = stored.get(question.key, {})
            pieces = told.get("groups") or {"": told.get("counts", {})}
            for group, counts in pieces.items():
                name = groups.get(int(group), others) if group else others
                name = name if told.get("groups") else "Everyone"
                labels = dict(labels_of(question)) if not question.is_text else {}
                for value, n in counts.items():
                    option, _, place = value.partition(":")
                    label = labels.get(option, option) + (f", place {place}" if place else "")
                    yield (question.key, question.text, name, label, n), {}

    about = (
        Variable("question", "Question’s key", _NAME),
        Variable("asked", "Question", 4 * _NAME),
        Variable("group_name", _group(found), _NAME),
        Variable("answer", "Answer", 4 * _NAME),
        Variable("n", "How many"),
    )
    return Table(about, (), rows)
