"""Marks of what changed, and the triggers that set them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_MARK = """
    CREATE FUNCTION touchpoints_mark(organisations bigint[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        -- What another transaction is replacing right now may stay: it waits for nobody.
        DELETE FROM touchpoints_mapchange WHERE id IN (
            SELECT id FROM touchpoints_mapchange
            WHERE organisation_id = ANY(organisations) FOR UPDATE SKIP LOCKED
        );
        INSERT INTO touchpoints_mapchange (organisation_id, mark)
        SELECT DISTINCT ON (organisation) organisation,
               ('x' || substr(md5(gen_random_uuid()::text), 1, 16))::bit(64)::bigint
        FROM unnest(organisations) organisation;
    END $$
"""
_CHANGED = """
    CREATE FUNCTION touchpoints_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        organisations bigint[] := ARRAY(SELECT DISTINCT organisation_id FROM changed);
    BEGIN
        IF cardinality(organisations) > 0 THEN
            PERFORM touchpoints_mark(organisations);
        END IF;
        RETURN NULL;
    END $$
"""
_WATCH = """
    CREATE FUNCTION touchpoints_watch(watched regclass) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        statement text;
        seen text;
    BEGIN
        FOR statement, seen IN
            VALUES ('INSERT', 'NEW'), ('UPDATE', 'OLD'), ('UPDATE', 'NEW'), ('DELETE', 'OLD')
        LOOP
            EXECUTE format(
                'CREATE TRIGGER map_%s_%s AFTER %s ON %s REFERENCING %s TABLE AS changed '
                'FOR EACH STATEMENT EXECUTE FUNCTION touchpoints_changed()',
                lower(statement), lower(seen), statement, watched, seen
            );
        END LOOP;
    END $$
"""
# Users belong to no one organisation, and change whenever they sign in: only their names matter.
_RENAMED = """
    CREATE FUNCTION touchpoints_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM touchpoints_mark(ARRAY(
            SELECT DISTINCT organisation_id FROM programme_membership WHERE user_id = NEW.id
        ));
        RETURN NULL;
    END $$
"""
_NAMES = """
    CREATE TRIGGER map_update_names AFTER UPDATE OF name, email ON accounts_user FOR EACH ROW
    WHEN ((OLD.name, OLD.email) IS DISTINCT FROM (NEW.name, NEW.email))
    EXECUTE FUNCTION touchpoints_renamed()
"""
_WATCHED = [
    *("programme_membership", "programme_period", "programme_segment", "programme_team"),
    *("touchpoints_handoff", "touchpoints_handofftally", "touchpoints_improvement"),
    *("touchpoints_journey", "touchpoints_ratingtally", "touchpoints_stage"),
    "touchpoints_touchpoint",
]
_ALREADY_THERE = "SELECT touchpoints_mark(ARRAY(SELECT id FROM programme_organisation))"


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0001_initial"),
        ("programme", "0001_initial"),
        ("touchpoints", "0003_chain_and_archive"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="MapChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.BigIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="programme.organisation",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_MARK, "DROP FUNCTION touchpoints_mark(organisations bigint[])"),
        migrations.RunSQL(_CHANGED, "DROP FUNCTION touchpoints_changed() CASCADE"),
        migrations.RunSQL(_WATCH, "DROP FUNCTION touchpoints_watch(watched regclass)"),
        migrations.RunSQL(_RENAMED, "DROP FUNCTION touchpoints_renamed() CASCADE"),
        migrations.RunSQL(_NAMES, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"SELECT touchpoints_watch('{table}')", migrations.RunSQL.noop)
            for table in _WATCHED
        ),
        migrations.RunSQL(_ALREADY_THERE, migrations.RunSQL.noop),
    ]
