from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("missions", "0005_every_voice_carried_over")]

    operations = [migrations.RemoveField(model_name="consent", name="round")]
