"""Plugs the exchange into Django and into the facts it follows."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class ExchangeConfig(AppConfig):
    name = "jutong.supply.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.outbox import api as outbox
        from jutong.supply.exchange import queries, reform
        from jutong.supply.exchange.events import RunFinished
        from jutong.supply.exchange.services import contributions, plans
        from jutong.supply.lists import api as lists
        from jutong.supply.mounting import api as mounting
        from jutong.supply.mounting.events import FileReplaced, MountStopped, ResourceMounted
        from jutong.supply.nodes.events import NodeReturned, ReleaseApproved, ReleaseRefused

        self._fill_pages()
        of_run = ("run_no", "resource_code")
        notices.declare_kinds(
            NoticeKind(
                "exchange.run_finished",
                N_("数据归集完成"),
                Group.DATA,
                for_systems=True,
                says=(*of_run, "rows", "rejected"),
            ),
            NoticeKind(
                "exchange.run_failed", N_("数据归集未成功"), Group.DATA, for_systems=True, says=(*of_run, "state")
            ),
            NoticeKind("exchange.inquiry", N_("数据归集问询"), Group.DATA),
            NoticeKind("exchange.alarm", N_("数据归集告警"), Group.DATA),
            NoticeKind("exchange.link", N_("新增直连"), Group.DATA),
            NoticeKind("exchange.contribution", N_("汇聚供数"), Group.DATA),
        )
        reform.plug_in()
        lists.plug_freshness(queries.Freshness())
        mounting.plug_assembler(contributions.Assembler())
        outbox.subscribe(RunFinished, contributions.on_run_finished, name="exchange.contributions")
        outbox.subscribe(ReleaseApproved, plans.on_release_decided, name="exchange.plans")
        outbox.subscribe(NodeReturned, plans.on_node_returned, name="exchange.nodes")
        outbox.subscribe(ReleaseRefused, plans.on_release_decided, name="exchange.plans")
        outbox.subscribe(ResourceMounted, plans.on_mounted, name="exchange.plans")
        outbox.subscribe(FileReplaced, plans.on_file_replaced, name="exchange.plans")
        outbox.subscribe(MountStopped, plans.on_mount_stopped, name="exchange.plans")

    def _fill_pages(self) -> None:
        from jutong.kernel.policy import Subject
        from jutong.kernel.text import N_
        from jutong.supply.exchange.policy import VIEW_RUNS
        from jutong.ui import navigation, slots

        posts = {post for rule in VIEW_RUNS.rules for post in rule.posts}

        def sees_runs(subject: Subject) -> bool:
            return subject.post in posts

        navigation.register(
            navigation.EXCHANGE,
            title=N_("交换运行"),
            url_name="exchange:runs",
            visible=sees_runs,
            icon="arrows-exchange",
        )
        navigation.register(
            navigation.EXCHANGE,
            title=N_("归集计划"),
            url_name="exchange:plans",
            visible=sees_runs,
            icon="calendar-event",
        )
        for title, url_name, icon in (
            (N_("归集问询"), "exchange:inquiries", "message-report"),
            (N_("归集告警"), "exchange:alarms", "bell-ringing"),
            (N_("汇聚供数"), "exchange:contributions", "stack-2"),
            (N_("直连登记"), "exchange:links", "plug-off"),
            (N_("更新及时情况"), "exchange:freshness", "clock-exclamation"),
            (N_("部门挂载率与更新及时率"), "exchange:departments", "chart-bar"),
        ):
            navigation.register(navigation.EXCHANGE, title=title, url_name=url_name, visible=sees_runs, icon=icon)
        slots.register(
            "workbench", "main", "exchange:asked_panel", title=N_("归集问询与告警"), order=18, visible=sees_runs
        )
        slots.register("resource", "aside", "exchange:panel", title=N_("归集"), order=30, visible=navigation.signed_in)
