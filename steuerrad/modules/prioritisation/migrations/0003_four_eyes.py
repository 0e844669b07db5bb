"""A second person releases a scenario; the database itself refuses the author, whoever asks.

What was released before stays as it is: history is not rewritten.
"""

from django.db import migrations

SCENARIO, VERSION = "prioritisation_scenario", "prioritisation_scenarioversion"
# Whoever wrote a version up to the released one has worked on it.
RELEASED_BY_AUTHOR = f"""NEW.published_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM {VERSION} released JOIN {VERSION} mine ON mine.scenario_id = released.scenario_id
    WHERE released.id = NEW.published_id AND mine.number <= released.number
    AND mine.created_by_id = NEW.published_by_id)"""
FOREIGN = f"""NEW.published_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {VERSION} released WHERE released.id = NEW.published_id AND released.scenario_id = NEW.id)"""
# An account may be erased later, but nothing is released without one.
NOBODY = """NEW.published_id IS NOT NULL AND NEW.published_by_id IS NULL
    AND (OLD.published_id IS NULL OR OLD.published_id <> NEW.published_id)"""
PUBLISHED = "published_id, published_by_id"

# name, table, verb, condition, message
GUARDS = [
    ("scenario_four_eyes", SCENARIO, f"UPDATE OF {PUBLISHED}", RELEASED_BY_AUTHOR,
     "four eyes: nobody releases a scenario that he wrote"),
    ("scenario_own_version", SCENARIO, f"UPDATE OF {PUBLISHED}", FOREIGN, "the version belongs to another scenario"),
    ("scenario_releaser", SCENARIO, f"UPDATE OF {PUBLISHED}", NOBODY, "a release needs the person who releases"),
    ("scenario_begins_unreleased", SCENARIO, "INSERT", "NEW.published_id IS NOT NULL", "a scenario begins unreleased"),
    ("scenario_author_stays", VERSION, "UPDATE OF created_by_id", "NEW.created_by_id IS NOT NULL",
     "the author of a version is never another one"),
]  # fmt: skip


def guard(apps, schema_editor):
    for name, table, verb, condition, message in GUARDS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )


def unguard(apps, schema_editor):
    for name, *_rest in GUARDS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("prioritisation", "0002_choice")]
    operations = [migrations.RunPython(guard, unguard)]
