"""Suggested themes in the languages besides English whose words PostgreSQL knows the endings of."""

from collections import Counter
from functools import partial

import pytest

from feedback.searching import stems_in
from missions.english import language_of
from missions.themes import Index

# Four things said five times each: someone comes late, the bill, the telephone, kindness.
SAID = {
    "de": (
        "Der Techniker kam zwei Stunden zu spät.",
        "Wir haben den ganzen Vormittag auf den Techniker gewartet.",
        "Niemand sagt uns, wann der Techniker kommt.",
        "Der Monteur war zur vereinbarten Zeit nicht da.",
        "Die Techniker kommen nie pünktlich.",
        "Die Rechnung ist nicht zu verstehen.",
        "Auf den Rechnungen steht jedes Mal ein falscher Betrag.",
        "Unsere Buchhaltung schickt jede Rechnung zurück.",
        "Ich finde auf der Rechnung keinen einzigen Besuch wieder.",
        "Rechnungen kommen doppelt und mit falscher Adresse.",
        "Am Telefon hing ich zwanzig Minuten in der Warteschleife.",
        "Telefonisch ist niemand zu erreichen.",
        "Die Hotline legt nach der Warteschleife einfach auf.",
        "Wer anruft, landet in der Warteschleife.",
        "Das Telefon klingelt, und keiner geht ran.",
        "Alle Mitarbeiter sind sehr freundlich und hilfsbereit.",
        "Freundliche Leute, die sich Zeit nehmen.",
        "Ihre Kollegin war freundlich und geduldig.",
        "Sehr hilfsbereite und freundliche Mitarbeiterin.",
        "Man wird immer freundlich behandelt.",
    ),
    "fr": (
        "Le technicien est arrivé avec deux heures de retard.",
        "Nous avons attendu le technicien toute la matinée.",
        "Personne ne nous dit quand les techniciens arrivent.",
        "Le technicien n'était pas là à l'heure prévue.",
        "Les techniciens arrivent toujours en retard.",
        "La facture est incompréhensible.",
        "Sur les factures, il y a toujours un montant faux.",
        "Notre comptabilité renvoie chaque facture.",
        "Je ne retrouve aucune visite sur la facture.",
        "Les factures arrivent en double avec une adresse fausse.",
        "Au téléphone, j'ai attendu vingt minutes.",
        "Personne ne répond au téléphone.",
        "Le téléphone sonne et personne ne décroche.",
        "On raccroche toujours après une longue attente au téléphone.",
        "Impossible de vous joindre par téléphone.",
        "Tout le personnel est très aimable et serviable.",
        "Des gens aimables qui prennent leur temps.",
        "Votre collègue était aimable et patiente.",
        "Un personnel aimable et patient.",
        "On est toujours accueilli aimablement par le personnel.",
    ),
    "es": (
        "El técnico llegó con dos horas de retraso.",
        "Esperamos al técnico toda la mañana.",
        "Nadie nos dice cuándo vienen los técnicos.",
        "El técnico no estaba a la hora prevista.",
        "Los técnicos llegan siempre con retraso.",
        "La factura no se entiende.",
        "En las facturas siempre hay un importe equivocado.",
        "Nuestra contabilidad devuelve cada factura.",
        "No encuentro ninguna visita en la factura.",
        "Las facturas llegan dobles y con la dirección equivocada.",
        "Por teléfono esperé veinte minutos.",
        "Nadie contesta al teléfono.",
        "El teléfono suena y nadie contesta.",
        "Cuelgan el teléfono después de una larga espera.",
        "Es imposible hablar con ustedes por teléfono.",
        "Todo el personal es muy amable y atento.",
        "Gente amable que se toma su tiempo.",
        "Su compañera fue amable y paciente.",
        "Un personal amable y paciente.",
        "Siempre me atienden amablemente.",
    ),
    "ar": (
        "وصل الفني متأخرا ساعتين.",
        "انتظرنا الفني طوال الصباح.",
        "لا أحد يخبرنا متى يصل الفنيون.",
        "لم يكن الفني موجودا في الموعد المحدد.",
        "الفنيون يصلون دائما متأخرين.",
        "الفاتورة غير مفهومة.",
        "في الفواتير مبلغ خاطئ دائما.",
        "قسم المحاسبة يعيد كل فاتورة.",
        "لا أجد أي زيارة في الفاتورة.",
        "تصل الفاتورة مرتين وبعنوان خاطئ.",
        "انتظرت على الهاتف عشرين دقيقة.",
        "لا أحد يرد على الهاتف.",
        "الهاتف يرن ولا أحد يرد.",
        "يغلقون الهاتف بعد انتظار طويل.",
        "من المستحيل الوصول إليكم عبر الهاتف.",
        "جميع الموظفين لطفاء جدا ومتعاونون.",
        "موظفون لطفاء يأخذون وقتهم.",
        "كانت زميلتكم لطيفة وصبورة.",
        "موظفة لطيفة وصبورة.",
        "يعاملني الموظفون بلطف دائما.",
    ),
}
POLISH = (
    "Technik spóźnił się o dwie godziny i nikt nie dzwonił.",
    "Nie ma nikogo, kto odbiera telefon, i to jest dla nas problem.",
    "Faktury nie są jasne, a na fakturze jest zły adres.",
)


def together(groups: list[int]) -> int:
    """How many stand with most of those that say the same, of no more than one group each."""
    return sum(Counter(groups[at : at + 5]).most_common(1)[0][1] for at in range(0, 20, 5))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "least"), [("de", 17), ("fr", 17), ("es", 18), ("ar", 15)])
def test_what_says_the_same_comes_together(language: str, least: int) -> None:
    said = SAID[language]
    tree = Index.of(said, stems=partial(stems_in, language)).tree()
    groups = tree.cut_into(4)
    assert together(groups) >= least
    assert max(Counter(groups).values()) <= 8, "and not by putting all into one"
    assert 3 <= max(tree.cut(0.5)) + 1 <= 6


@pytest.mark.django_db
def test_words_that_say_nothing_are_left_out() -> None:
    assert stems_in("de", ["Die Rechnungen sind falsch", "und die der das", "7 und 20"]) == [
        ["falsch", "rechnung"],
        [],
        [],
    ]
    assert stems_in("fr", ["Les factures sont fausses\0"])[0] == ["factur", "fauss"]
    assert stems_in("xx", ["Les factures"]) == [["factures", "les"]]
    assert stems_in("de", []) == []


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("expected", ["en", "de", "ar"])
def test_the_language_is_read_from_what_is_said(language: str, expected: str) -> None:
    assert language_of(SAID[language], expected=expected) == language


def test_where_words_say_nothing_clear_the_survey_does() -> None:
    assert language_of(["Gut", "Alles super"], expected="de") == "de"
    assert language_of(["Bien", "Parfait"], expected="fr") == "fr"
    assert language_of(POLISH, expected="en") == ""
    assert language_of(["Всё хорошо", "Спасибо"], expected="en") == ""
    assert language_of([], expected="en") in {"", "en"}
