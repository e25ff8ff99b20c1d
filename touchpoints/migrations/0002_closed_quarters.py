from django.db import migrations

# The lock makes whoever writes a tally wait for whoever is closing its quarter at that moment.
_KEEP = """
CREATE FUNCTION touchpoints_keep_closed_tallies() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shut timestamptz;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT closed_at INTO shut FROM programme_period WHERE id = OLD.period_id FOR SHARE;
        IF shut IS NOT NULL THEN
            RAISE EXCEPTION 'a closed period never changes' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT closed_at INTO shut FROM programme_period WHERE id = NEW.period_id FOR SHARE;
        IF shut IS NOT NULL THEN
            RAISE EXCEPTION 'a closed period never changes' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER touchpoints_keep_closed_tallies
BEFORE INSERT OR UPDATE OR DELETE ON touchpoints_ratingtally
FOR EACH ROW EXECUTE FUNCTION touchpoints_keep_closed_tallies();
"""
_LET_GO = """
DROP TRIGGER touchpoints_keep_closed_tallies ON touchpoints_ratingtally;
DROP FUNCTION touchpoints_keep_closed_tallies();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("touchpoints", "0001_initial"),
        ("programme", "0002_closed_quarters_and_reminders"),
    ]

    operations = [migrations.RunSQL(_KEEP, _LET_GO)]
