"""Askings that there were before every voice could be asked, in the new tables."""

from django.db import migrations


def carry_over(apps, schema_editor):
    consents = apps.get_model("missions", "Consent").objects.exclude(round=None)
    rounds = apps.get_model("missions", "ConsentRound").objects
    rounds.bulk_create(
        rounds.model(
            organisation_id=consent.organisation_id,
            consent_id=consent.pk,
            voice="staff",
            round_id=consent.round_id,
        )
        for consent in consents
    )
    for name in ("ConsentAnswer", "Suggestion"):
        said = apps.get_model("missions", name).objects
        by_leaders = {"ConsentAnswer": "membership__role", "Suggestion": "author__role"}[name]
        leaders = said.filter(**{by_leaders: "leader"}).values_list("pk", flat=True)
        said.filter(pk__in=list(leaders)).update(voice="leader")
    asked = set(rounds.values_list("round_id", flat=True))
    for name in ("MissionRound", "Ranking"):
        asked |= set(apps.get_model("missions", name).objects.values_list("round_id", flat=True))
    apps.get_model("feedback", "Round").objects.filter(pk__in=asked).update(answers_apart=True)


class Migration(migrations.Migration):
    dependencies = [("missions", "0004_every_voice")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
