"""Rounds to answer, and what was stored of them: run in a shell of the programme measured."""

import json
from pathlib import Path

from django.db import connection
from django.utils import timezone

from feedback.models import Comment, Invitation, Response, Round
from feedback.services import QuestionSpec, create_round, create_survey, hash_of
from programme.models import Organisation, Person, PersonKind
from programme.periods import Quarter
from programme.queries import quarters_back
from programme.services import period_for

_QUESTIONS = (
    *(QuestionSpec(f"part-{n}", "moment", f"How was part {n} of it?") for n in range(9)),
    *(QuestionSpec(f"pleased-{n}", "satisfaction-5", f"And part {n}?") for n in range(5)),
    QuestionSpec("recommend", "recommend-10", "How likely are you to recommend us?"),
    QuestionSpec("effort", "effort-7", "How easy was it?"),
    QuestionSpec("again", "yes-no", "Would you come again?"),
    QuestionSpec("name", "short", "Your name, if you like"),
    QuestionSpec("comment", "text", "What one thing should we change?"),
)
_ANSWERS = {
    "moment": "magic",
    "satisfaction-5": "4",
    "recommend-10": "9",
    "effort-7": "6",
    "yes-no": "yes",
    "short": "Ada",
    "text": "More light in the hall, please.",
}


def fill(people: int) -> None:
    """Two open rounds of 19 questions to so many people, one of them all on one page."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, words text NOT NULL)")
    organisation = Organisation.objects.create(name="Measured", slug="measured")
    made = Person.objects.bulk_create(
        Person(
            organisation=organisation,
            kind=PersonKind.CUSTOMER,
            name=f"Customer {n}",
            email=f"customer{n}@example.com",
        )
        for n in range(people)
    )
    answers = {f"q-{question.key}": _ANSWERS[question.kind] for question in _QUESTIONS}
    print(
        json.dumps(
            {
                "answers": answers,
                "on_one_page": _round(organisation, made, on_one_page=True),
                "paged": _round(organisation, made, on_one_page=False),
            }
        )
    )


def _round(organisation: Organisation, people: list[Person], *, on_one_page: bool) -> list[str]:
    """The links' secrets of an open round."""
    survey = create_survey(organisation=organisation, title="Measured", questions=_QUESTIONS)
    survey.on_one_page = on_one_page
    survey.save()
    quarter: Quarter = quarters_back(organisation, 1)[0]
    sent = create_round(
        organisation=organisation,
        survey=survey,
        title="Measured",
        audience=Round.Audience.EXTERNAL,
        confidential=False,
        period=period_for(organisation=organisation, quarter=quarter),
        selection={},
    )
    Round.objects.filter(pk=sent.pk).update(state=Round.State.OPEN, opened_at=timezone.now())
    tokens = [f"bench-{sent.pk}-{person.pk}" for person in people]
    Invitation.objects.bulk_create(
        Invitation(organisation=organisation, round=sent, person=person, token_hash=hash_of(token))
        for person, token in zip(people, tokens, strict=True)
    )
    return tokens


def stored(thanked_file: str) -> None:
    """Of those who were thanked, of whom that file has what each wrote by the secret of their link:
    whose answers are not there as they gave them, and how many are there more than once."""
    thanked = json.loads(Path(thanked_file).read_text())
    by_hash = {hash_of(token): words for token, words in thanked.items()}
    found = Response.objects.filter(
        submitted_at__isnull=False, invitation__token_hash__in=by_hash
    ).values_list("invitation__token_hash", "answers__comment", "pk")
    rows = list(found)
    right = {hashed for hashed, comment, _ in rows if comment == by_hash[hashed]}
    comments = Comment.objects.filter(response__in=[pk for _, _, pk in rows]).count()
    print(
        json.dumps(
            {
                "lost": len(by_hash.keys() - right),
                "doubled": len(rows)
                - len({hashed for hashed, _, _ in rows})
                + max(0, comments - len(rows)),
            }
        )
    )
