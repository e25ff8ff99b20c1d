"""Owners who stopped the weekly question have their reminders off: there is one switch."""

from django.db import migrations


def carry_over(apps, schema_editor):
    quiet = apps.get_model("missions", "QuietOwner").objects.values("membership")
    apps.get_model("programme", "Membership").objects.filter(pk__in=quiet).update(
        wants_reminders=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0007_theme_board"),
        ("programme", "0003_confidential_thresholds"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="QuietOwner"),
    ]
