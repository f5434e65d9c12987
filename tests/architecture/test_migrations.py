"""New migrations run while the code before them is at work: they break nothing of it, and keep nobody waiting.

What a column needs that goes or gets another name is two releases: first the code stops using it, then it goes.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.architecture.tree import APPS

# Made before there was an installation to upgrade.
SETTLED = {
    "drivers.0001_initial",
    "drivers.0002_terms_of_tokens",
    "monitoring.0001_offline_spells",
    "stations.0001_initial",
    "stations.0002_charger_edge",
}
# Too many rows to be locked for as long as an index or a check takes.
LARGE = {"frame", "metersample", "session", "sessionevent", "command", "connection", "fact", "delivery"}
GENTLE = (AddIndexConcurrently, AddConstraintNotValid)
GOES = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def _operations(operations):
    """What changes the database; what is not for PostgreSQL meets no running code."""
    for operation in operations:
        if type(operation).__name__ == "ElsewhereThanPostgresql":
            continue
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _operations(operation.database_operations)
        else:
            yield operation


def _problem(operation, app_label, before, after):
    """Why running code would not bear this operation; empty where it does. `before`, `after`: states of the models."""
    match operation:
        case migrations.AddField(field=field) if not (field.null or field.many_to_many or field.has_db_default()):
            return "old code does not fill a new column: give it null=True or db_default"
        case migrations.AlterField(model_name=model, name=name):
            return _problem_of_change(
                *(state.apps.get_model(app_label, model)._meta.get_field(name) for state in (before, after))
            )
        case _ if isinstance(operation, GOES):
            return "old code still uses it"
        case migrations.AddIndex(model_name=model) | migrations.AddConstraint(model_name=model) if (
            model.lower() in LARGE and not isinstance(operation, GENTLE)
        ):
            return "it locks a large table: AddIndexConcurrently, or AddConstraintNotValid and ValidateConstraint"
    return ""


def _problem_of_change(was, will_be):
    if was.db_type(connection) != will_be.db_type(connection):
        return "another type rewrites the table"
    return "old code still writes NULL" if was.null and not will_be.null else ""


def problems(loader, migration):
    app_label, operations = migration.app_label, list(_operations(migration.operations))
    before, after = (loader.project_state((app_label, migration.name), at_end=at_end) for at_end in (False, True))
    # Nobody uses yet what it makes itself.
    made = {operation.name.lower() for operation in operations if isinstance(operation, migrations.CreateModel)}
    meant = [operation for operation in operations if getattr(operation, "model_name", "").lower() not in made]
    found = [(operation.describe(), _problem(operation, app_label, before, after)) for operation in meant]
    return [f"{description}: {problem}" for description, problem in found if problem]


def test_running_code_bears_all_new_migrations():
    loader = MigrationLoader(None)
    new = {
        f"{app}.{name}": migration
        for (app, name), migration in loader.disk_migrations.items()
        if app in APPS and f"{app}.{name}" not in SETTLED
    }
    found = {name: problems(loader, migration) for name, migration in new.items()}
    assert {name: told for name, told in found.items() if told} == {}


HARMFUL = [
    migrations.AddField("station", "colour", models.CharField(max_length=9, default="red")),
    migrations.AlterField("session", "energy_wh", models.TextField()),
    migrations.AlterField("session", "meter_stop_wh", models.BigIntegerField()),
    migrations.RemoveField("station", "vendor"),
    migrations.AddIndex("session", models.Index(fields=["power_w"], name="session_power")),
]
HARMLESS = [
    migrations.AddField("station", "colour", models.CharField(max_length=9, db_default="red")),
    migrations.AlterField("session", "energy_wh", models.BigIntegerField(help_text="Delivered.")),
    migrations.AddIndex("site", models.Index(fields=["name"], name="site_name")),
]


def test_the_gate_sees_what_running_code_does_not_bear():
    before = MigrationLoader(None).project_state()
    told = {}
    for operation in (*HARMFUL, *HARMLESS):
        after = before.clone()
        operation.state_forwards("stations", after)
        told[operation] = bool(_problem(operation, "stations", before, after))
    assert [operation.describe() for operation in HARMFUL if not told[operation]] == []
    assert [operation.describe() for operation in HARMLESS if told[operation]] == []
