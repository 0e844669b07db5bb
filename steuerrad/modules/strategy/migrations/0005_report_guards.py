"""What the database itself guarantees about status reports, whoever asks, in SQLite and PostgreSQL alike.

- A report begins as a draft; a released one never changes and never goes, unless it is invented for trying out.
- Whoever wrote on a report does not release it, also when somebody else began it.

Still open after the release: the snapshot, once, because it freezes the light that the release itself sets; and
persons who are taken off (account deleted). Rebuilding the table in SQLite drops its triggers: a migration that
changes its columns has to lay them again.
"""

from django.db import migrations

TABLE = "strategy_statusreport"
FROZEN = "released reports are frozen"
FIXED = (
    "id", "measure_id", "document", "line", "retired", "demo", "version", "changed_at", "period_start", "period_end",
    "text", "achievements", "next_steps", "problems", "state", "released_at", "published_on",
)  # fmt: skip
PERSONS = ("author_id", "released_by_id", "changed_by_id")
CHANGED = " OR ".join([
    *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED),
    *(f"(NEW.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})" for name in PERSONS),
    "(NEW.snapshot IS DISTINCT FROM OLD.snapshot AND CAST(OLD.snapshot AS text) <> '{}')",
])  # fmt: skip
OWN_WORK = f"""NEW.state = 'released' AND OLD.state <> 'released' AND EXISTS (
    SELECT 1 FROM {TABLE}_hands h WHERE h.statusreport_id = NEW.id AND h.user_id = NEW.released_by_id)"""
#: INSERT OR REPLACE takes a row away without asking the guard of deletion.
REPLACED = f"EXISTS (SELECT 1 FROM {TABLE} r WHERE r.id = NEW.id AND r.state = 'released')"

#: name, verb, condition, message
GUARDS = [
    ("report_begins", "INSERT", "NEW.state <> 'draft'", "a report begins as a draft"),
    ("report_once", "INSERT", REPLACED, FROZEN),
    ("report_fixed", "UPDATE", f"OLD.state = 'released' AND ({CHANGED})", FROZEN),
    ("report_four_eyes", "UPDATE", OWN_WORK, "four eyes: whoever wrote on it does not release it"),
    ("report_stays", "DELETE", "OLD.state = 'released' AND NOT OLD.demo", FROZEN),
]


def sqlite(name, verb, condition, message):
    yield (
        f"CREATE TRIGGER strategy_{name} BEFORE {verb} ON {TABLE} "
        f"WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} BEGIN SELECT RAISE(ABORT, 'strategy: {message}'); END"
    )


def postgres(name, verb, condition, message):
    yield (
        f"CREATE FUNCTION strategy_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION 'strategy: {message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'OLD' if verb == 'DELETE' else 'NEW'}; END $$"
    )
    yield f"CREATE TRIGGER strategy_{name} BEFORE {verb} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION strategy_{name}()"


def guard(apps, schema_editor):
    statements = postgres if schema_editor.connection.vendor == "postgresql" else sqlite
    for item in GUARDS:
        for statement in statements(*item):
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for name, *_rest in GUARDS:
        drop = f"DROP FUNCTION strategy_{name}() CASCADE" if on_postgres else f"DROP TRIGGER strategy_{name}"
        schema_editor.execute(drop)


class Migration(migrations.Migration):
    dependencies = [("strategy", "0004_portfolio")]
    operations = [migrations.RunPython(guard, unguard)]
