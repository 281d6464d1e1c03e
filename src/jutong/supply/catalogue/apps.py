"""Plugs the catalogue into Django and into the rooms below."""

from datetime import datetime

from django.apps import AppConfig

from jutong.kernel.text import N_


class CatalogueConfig(AppConfig):
    """The catalogue (政务数据资源目录)."""

    name = "jutong.supply.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.outbox import api as outbox
        from jutong.registry.organisations import api as organisations
        from jutong.registry.organisations.events import OrganisationRenamed
        from jutong.supply.catalogue import policy, procedures, reform, services
        from jutong.supply.catalogue.events import ResourcePublished
        from jutong.supply.catalogue.web import finding as own
        from jutong.ui import finding, navigation

        finding.register(
            "resources",
            title=N_("数据资源"),
            url_name="catalogue:search",
            find=own.find,
            order=10,
            visible=navigation.anyone,
            icon="books",
        )
        assert procedures.Compilation.name == services.COMPILATION
        assert procedures.SUBMISSION.key == services.INNER_KIND
        assert procedures.Update.name == services.UPDATE
        assert procedures.Withdrawal.name == services.WITHDRAWAL
        versions = ("resource_code", "version")
        notices.declare_kinds(
            NoticeKind("catalogue.withdrawal", N_("数据资源下线征求意见"), Group.RESULTS),
            NoticeKind(
                "catalogue.resource_published", N_("数据资源已发布"), Group.DATA, for_systems=True, says=versions
            ),
            NoticeKind(
                "catalogue.resource_changed", N_("数据资源已更新版本"), Group.DATA, for_systems=True, says=versions
            ),
            NoticeKind(
                "catalogue.resource_withdrawn",
                N_("数据资源已下线"),
                Group.DATA,
                for_systems=True,
                says=("resource_code", "replaced_by"),
            ),
        )

        def reindex(event: OrganisationRenamed, *, at: datetime) -> None:
            services.reindex(provider_uscc=event.uscc)

        def learn(event: ResourcePublished, *, at: datetime) -> None:
            services.learn_terms_of(event.code)

        outbox.subscribe(OrganisationRenamed, reindex, name="catalogue.search_words")
        outbox.subscribe(ResourcePublished, learn, name="catalogue.search_terms")
        notices.declare_kinds(NoticeKind("catalogue.search", N_("订阅检索有新资源"), Group.RESULTS))

        for mover in (reform.Sections(), reform.Resources(), reform.Drafts(), reform.Extensions()):
            organisations.plug_mover(mover)
        organisations.declare_history(reform.HISTORY)

        navigation.plug(search="catalogue:search")
        navigation.register(
            navigation.CATALOGUE,
            title=N_("资源检索"),
            url_name="catalogue:search",
            order=10,
            visible=navigation.anyone,
            icon="search",
        )
        navigation.register(
            navigation.CATALOGUE,
            title=N_("目录编制"),
            url_name="catalogue:drafts",
            order=20,
            visible=lambda subject: subject.post in policy.PROVIDER_READERS | policy.REVIEWERS,
            icon="edit",
        )
        for title, url_name, order, icon in (
            (N_("分类目录"), "catalogue:classifications", 30, "sitemap"),
            (N_("扩展元数据"), "catalogue:extensions", 40, "list-details"),
        ):
            navigation.register(navigation.CATALOGUE, title=title, url_name=url_name, order=order, icon=icon)
        navigation.register(
            navigation.CATALOGUE,
            title=N_("变更记录"),
            url_name="catalogue:changes",
            order=50,
            visible=lambda subject: subject.post in policy.PROVIDER_READERS | policy.REVIEWERS,
            icon="refresh",
        )
        navigation.register(
            navigation.CATALOGUE,
            title=N_("订阅检索"),
            url_name="catalogue:saved_searches",
            order=80,
            visible=lambda subject: subject.signed_in,
            icon="bell",
        )
        navigation.register(
            navigation.CATALOGUE,
            title=N_("检索同义词"),
            url_name="catalogue:synonyms",
            order=90,
            visible=lambda subject: subject.post in policy.REVIEWERS,
            icon="books",
        )
