"""Plugs operations into Django, and its own probes and metrics into itself."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "jutong.foundation.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.operations import api, queries
        from jutong.foundation.operations.adapters import metrics
        from jutong.kernel.text import N_

        api.register_probe("database", queries.database, title=N_("数据库"))
        api.register_probe("migrations", queries.migrations, title=N_("数据库结构"))
        api.register_probe("disk", queries.disk, title=N_("磁盘空间"))
        # Pages and calls are still served when nobody works through the queue, so a balancer must not turn away.
        api.register_probe("worker", queries.worker, title=N_("后台作业"), vital=False)
        api.register_metrics(metrics.jobs_and_database)
        api.register_metrics(metrics.disk)
