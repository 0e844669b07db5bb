"""What the database itself guarantees, whoever asks, in SQLite and PostgreSQL alike.

- Answers, their evidence and waivers, decisions and snapshots only grow. A person's name may be blanked (erasure).
- Nobody checks or releases an answer to which he contributed since it was last checked by another.
- Only the submitted revision that stands can be checked, only a checked one released.
- A question is never "checked" or "released" without the decision that says so.
- Nothing is answered or decided in a round that is not open.
"""

from django.db import migrations

APPEND_ONLY = "answers, decisions and snapshots are append-only"
#: table -> (column with a person's name or None, other keys by which INSERT OR REPLACE could hit a row)
TABLES = {
    "campaign_answer": ("author_name", "question_id = NEW.question_id AND revision = NEW.revision"),
    "campaign_decision": ("actor_name", "1 = 0"),
    "campaign_snapshot": ("author_name", "round_id = NEW.round_id AND number = NEW.number"),
    "campaign_evidence": (None, "1 = 0"),
    "campaign_waiver": (None, "answer_id = NEW.answer_id AND rule = NEW.rule"),
}

NOT_UNDONE = """NOT EXISTS (SELECT 1 FROM campaign_decision undone WHERE undone.answer_id = {decision}.answer_id
    AND undone.kind IN ('sent_back', 'withdrawn') AND undone.id > {decision}.id)"""
ROUND_NOT_OPEN = """NOT EXISTS (SELECT 1 FROM campaign_roundquestion q JOIN campaign_round r ON r.id = q.round_id
    WHERE q.id = NEW.question_id AND r.state = 'open')"""
NOT_BASED_ON_NEWEST = """NEW.based_on <> COALESCE(
    (SELECT MAX(revision) FROM campaign_answer WHERE question_id = NEW.question_id), 0)"""
FOREIGN_ANSWER = """NEW.answer_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM campaign_answer a WHERE a.id = NEW.answer_id AND a.question_id = NEW.question_id)"""
REVIEW = "NEW.kind IN ('checked', 'released')"
NOT_STANDING = f"""{REVIEW} AND NOT EXISTS (
    SELECT 1 FROM campaign_answer a WHERE a.id = NEW.answer_id AND a.submitted AND NOT EXISTS (
        SELECT 1 FROM campaign_answer later WHERE later.question_id = a.question_id AND later.submitted
        AND later.revision > a.revision))"""
NOT_CHECKED = f"""NEW.kind = 'released' AND NOT EXISTS (
    SELECT 1 FROM campaign_decision c WHERE c.answer_id = NEW.answer_id AND c.kind = 'checked'
    AND {NOT_UNDONE.format(decision="c")})"""
# Contributors of what is decided on: authors of all revisions up to it that nobody has checked yet.
OWN_WORK = f"""{REVIEW} AND EXISTS (
    SELECT 1 FROM campaign_answer mine JOIN campaign_answer decided ON decided.id = NEW.answer_id
    WHERE mine.question_id = decided.question_id AND mine.author_id = NEW.actor_id
    AND mine.revision <= decided.revision AND mine.revision > COALESCE((
        SELECT MAX(seen.revision) FROM campaign_answer seen JOIN campaign_decision c ON c.answer_id = seen.id
        WHERE seen.question_id = decided.question_id AND seen.revision < decided.revision AND c.kind = 'checked'
        AND {NOT_UNDONE.format(decision="c")}), 0))"""
UNPROVEN = f"""(NEW.state IN ('checked', 'released') AND NOT EXISTS (
    SELECT 1 FROM campaign_decision d WHERE d.answer_id = NEW.current_id AND d.kind = NEW.state
    AND {NOT_UNDONE.format(decision="d")}))
    OR (NEW.current_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM campaign_answer a WHERE a.id = NEW.current_id AND a.submitted
        AND a.question_id = NEW.question_id))"""

#: name, table, verb, columns of an update, condition, message
GUARDS = [
    ("answer_round", "campaign_answer", "INSERT", "", ROUND_NOT_OPEN, "the round is not open"),
    ("answer_basis", "campaign_answer", "INSERT", "", NOT_BASED_ON_NEWEST, "not based on the newest revision"),
    ("decision_round", "campaign_decision", "INSERT", "", ROUND_NOT_OPEN, "the round is not open"),
    ("decision_answer", "campaign_decision", "INSERT", "", FOREIGN_ANSWER, "the answer belongs to another question"),
    ("decision_stands", "campaign_decision", "INSERT", "", NOT_STANDING, "only the submitted revision that stands"),
    ("decision_checked", "campaign_decision", "INSERT", "", NOT_CHECKED, "nothing is released unchecked"),
    ("decision_four_eyes", "campaign_decision", "INSERT", "", OWN_WORK, "four eyes: nobody checks his own work"),
    ("assignment_proof", "campaign_assignment", "UPDATE", "state, current_id, question_id", UNPROVEN,
     "a state needs its decision"),
    ("assignment_new", "campaign_assignment", "INSERT", "", "NEW.state NOT IN ('open', 'carried')",
     "a question begins without an answer"),
]  # fmt: skip


def sqlite(name, table, verb, columns, condition, message):
    of = f" OF {columns}" if columns else ""
    return (
        f"CREATE TRIGGER campaign_{name} BEFORE {verb}{of} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, 'campaign: {message}'); END"
    )


def postgres(name, table, verb, columns, condition, message):
    of = f" OF {columns}" if columns else ""
    result = "OLD" if verb == "DELETE" else "NEW"
    return [
        f"CREATE FUNCTION campaign_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION 'campaign: {message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {result}; END $$",
        f"CREATE TRIGGER campaign_{name} BEFORE {verb}{of} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION campaign_{name}()",
    ]


def append_only_sqlite(schema_editor, table, person, key):
    short = table.removeprefix("campaign_")
    yield sqlite(f"{short}_stays", table, "DELETE", "", "1 = 1", APPEND_ONLY)
    yield sqlite(f"{short}_once", table, "INSERT", "",
                 f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR ({key}))", APPEND_ONLY)  # fmt: skip
    if person is None:
        yield sqlite(f"{short}_fixed", table, "UPDATE", "", "1 = 1", APPEND_ONLY)
        return
    with schema_editor.connection.cursor() as cursor:
        columns = [row[1] for row in cursor.execute(f"PRAGMA table_info({table})").fetchall()]
    fixed = ", ".join(f'"{name}"' for name in columns if name != person)
    yield sqlite(f"{short}_fixed", table, "UPDATE", fixed, "1 = 1", APPEND_ONLY)
    yield sqlite(f"{short}_name", table, "UPDATE", person, f"NEW.{person} <> ''", APPEND_ONLY)


def append_only_postgres(table, person):
    short = table.removeprefix("campaign_")
    yield from postgres(f"{short}_stays", table, "DELETE", "", "TRUE", APPEND_ONLY)
    changed = "TRUE"
    if person:
        changed = (
            f"NEW.{person} <> '' OR to_jsonb(NEW) - '{person}' IS DISTINCT FROM to_jsonb(OLD) - '{person}'"
        )
    yield from postgres(f"{short}_fixed", table, "UPDATE", "", changed, APPEND_ONLY)
    yield (
        f"CREATE TRIGGER campaign_{short}_whole BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION campaign_{short}_stays()"
    )


def guard(apps, schema_editor):
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for table, (person, key) in TABLES.items():
        statements = (
            append_only_postgres(table, person)
            if on_postgres
            else append_only_sqlite(schema_editor, table, person, key)
        )
        for statement in list(statements):
            schema_editor.execute(statement, params=None)
    for item in GUARDS:
        for statement in postgres(*item) if on_postgres else [sqlite(*item)]:
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid "
                           "WHERE p.proname LIKE 'campaign@_%' ESCAPE '@'")  # fmt: skip
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'campaign@_%' ESCAPE '@'")
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        drop = "DROP FUNCTION {}() CASCADE" if connection.vendor == "postgresql" else "DROP TRIGGER {}"
        schema_editor.execute(drop.format(name))


class Migration(migrations.Migration):
    dependencies = [("campaign", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
