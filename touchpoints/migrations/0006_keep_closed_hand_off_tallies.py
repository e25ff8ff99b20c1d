from django.db import migrations

_KEEP = """
CREATE TRIGGER touchpoints_keep_closed_hand_off_tallies
BEFORE INSERT OR UPDATE OR DELETE ON touchpoints_handofftally
FOR EACH ROW EXECUTE FUNCTION touchpoints_keep_closed_tallies();
"""
_LET_GO = "DROP TRIGGER touchpoints_keep_closed_hand_off_tallies ON touchpoints_handofftally;"


class Migration(migrations.Migration):
    dependencies = [("touchpoints", "0005_improvements_and_rules")]

    operations = [migrations.RunSQL(_KEEP, _LET_GO)]
