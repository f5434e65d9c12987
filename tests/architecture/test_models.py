"""What the tables must be like."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from tests.architecture.tree import APPS, run

FLOORS = {"drivers": 1, "stations": 2, "billing": 3, "firmware": 3, "monitoring": 4, "config": 5}


def _own_models():
    return [model for label in APPS for model in apps.get_app_config(label).get_models(include_auto_created=True)]


def _relations(model):
    return [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]


def _points_up(source, target):
    above, below = FLOORS.get(source._meta.app_label, 0), FLOORS.get(target._meta.app_label, 0)
    return below > above or (below == above and source._meta.app_label != target._meta.app_label)


def test_no_relation_points_up():
    up = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in _own_models()
        for field in _relations(model)
        if field.related_model and _points_up(model, field.related_model)
    ]
    assert up == []


def _leads_an_index(field):
    if field.db_index or field.unique:
        return True
    options = field.model._meta
    lists = [index.fields for index in options.indexes if index.condition is None]
    lists += [
        constraint.fields
        for constraint in options.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None
    ]
    return any(fields and fields[0].removeprefix("-") == field.name for fields in lists)


def test_every_foreign_key_has_an_index():
    bare = [
        f"{model._meta.label}.{field.name}"
        for model in _own_models()
        for field in _relations(model)
        # Nothing is looked for where nothing happens when the other row goes.
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.DO_NOTHING
        and not _leads_an_index(field)
    ]
    assert bare == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=out, stderr=out)
    except (SystemExit, CommandError):
        pytest.fail(out.getvalue())


def test_django_has_nothing_to_warn_of():
    run("python", "manage.py", "check", "--fail-level", "WARNING")
