"""Django's `migrate`, with each migration and the note that it was applied in one transaction."""

from typing import Any

from django.core.management.commands import migrate as django_migrate
from django.db import migrations, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class WholeMigrations(MigrationExecutor):
    """Leaves no migration half noted, whenever it is killed.

    Django notes a migration after its transaction when there were statements to run last (most indexes). A kill in
    between leaves tables that the next run tries to make again.
    """

    def apply_migration(
        self, state: ProjectState, migration: migrations.Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


class Command(django_migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        # The command names its executor in no other way.
        django_migrate.MigrationExecutor = WholeMigrations  # type: ignore[attr-defined]
        return super().handle(*args, **options)
