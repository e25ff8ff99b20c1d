"""Looking for words in comments: PostgreSQL's full text, each comment in the language of the
survey that asked, found by the beginnings of words too.

The index of comments is on the very expression that is searched, so that no comment carries its
words twice.
"""

import re
from collections.abc import Sequence

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import connection
from django.db.models import Case, Q, When
from django.db.models.expressions import Combinable

# The languages whose endings PostgreSQL knows; any other is taken word for word.
_CONFIGURATIONS = {
    "ar": "arabic",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}
_PLAIN = "simple"
# What its lists of words that say nothing lack; for Arabic it has none.
_SAY_NOTHING = {
    "fr": frozenset(("le", "c'est", "qu'il", "très")),
    "ar": frozenset(
        (
            *("في", "من", "على", "الى", "إلى", "عن", "مع", "لا", "ما", "لم", "أن", "ان"),
            *("كل", "أي", "هذا", "هذه", "كان", "كانت", "احد", "أحد"),
        )
    ),
}
_MOST_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str, language: str) -> Combinable:
    """The words of a column of text, in the language that another column names."""
    whens = [
        When(Q(**{language: code}), then=SearchVector(text, config=name))
        for code, name in _CONFIGURATIONS.items()
    ]
    return Case(
        *whens,
        default=SearchVector(text, config=_PLAIN),
        output_field=SearchVectorField(),
    )


def stems_in(language: str, texts: Sequence[str]) -> list[list[str]]:
    """The words of each text as they are looked for: without their endings, and without those that
    say nothing, in one SQL query. Numbers are no words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(to_tsvector(%s::regconfig, said.text))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS said(text, place) ORDER BY said.place",
            [_CONFIGURATIONS.get(language, _PLAIN), [text.replace("\0", " ") for text in texts]],
        )
        nothing = _SAY_NOTHING.get(language, frozenset())
        return [
            [
                stem
                for stem in stems
                if stem not in nothing and any(letter.isalpha() for letter in stem)
            ]
            for (stems,) in cursor.fetchall()
        ]


def asked_for(text: str) -> SearchQuery | None:
    """Every word of the text, in any of its forms or as the beginning of a longer one; None where
    it has no words."""
    words = _WORD.findall(text)[:_MOST_WORDS]
    if not words:
        return None
    raw = " & ".join(f"{word}:*" for word in words)
    found = SearchQuery(raw, config=_PLAIN, search_type="raw")
    for name in _CONFIGURATIONS.values():
        found = found | SearchQuery(raw, config=name, search_type="raw")
    return found
