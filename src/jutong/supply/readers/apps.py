"""Plugs readers into Django, the menu, the pages of the catalogue and the facts they are told of."""

from django.apps import AppConfig

from jutong.kernel.text import N_


class ReadersConfig(AppConfig):
    """Readers (目录读者)."""

    name = "jutong.supply.readers"
    label = "readers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.foundation.outbox import api as outbox
        from jutong.supply.catalogue import events as facts
        from jutong.supply.readers import policy, reform
        from jutong.supply.readers.services import books, follows, remarks
        from jutong.ui import navigation, slots

        notices.declare_kinds(
            NoticeKind(follows.NOTICE, N_("关注的目录有变化"), Group.RESULTS),
            NoticeKind(remarks.NOTICE_ASKED, N_("目录咨询或纠错待答复"), Group.TASKS),
            NoticeKind(remarks.NOTICE_ANSWERED, N_("目录留言的答复"), Group.RESULTS),
            NoticeKind(remarks.NOTICE_OVERDUE, N_("目录咨询或纠错逾期未答复"), Group.CLOCKS),
        )
        outbox.subscribe(facts.ResourcePublished, follows.tell_published, name="readers.published")
        outbox.subscribe(facts.UpdateStopDeclared, follows.tell_stopped, name="readers.stopped")
        outbox.subscribe(facts.WithdrawalAsked, follows.tell_leaving, name="readers.leaving")
        outbox.subscribe(facts.ResourceWithdrawn, follows.tell_withdrawn, name="readers.withdrawn")
        files.plug_owner(books.FILE_KIND, books.BooksOwner())
        reform.plug_in()

        for title, url_name, order, icon in (
            (N_("我的关注"), "readers:follows", 82, "star"),
            (N_("评论与咨询"), "readers:remarks", 84, "messages"),
            (N_("目录汇编"), "readers:books", 86, "book"),
        ):
            navigation.register(navigation.CATALOGUE, title=title, url_name=url_name, order=order, icon=icon)
        slots.register(
            "resource", "toolbar", "readers:follow_panel", title=N_("关注"), order=50, visible=navigation.signed_in
        )
        slots.register("resource", "aside", "readers:rating_panel", title=N_("评分"), order=12)
        slots.register("resource", "main", "readers:remarks_panel", title=N_("评论与咨询"), order=90)
        slots.register("catalogue", "tools", "readers:search_panel", order=10)
        slots.register(
            "workbench",
            "main",
            "readers:waiting_panel",
            title=N_("待答复的咨询和纠错"),
            order=15,
            visible=lambda subject: subject.post in policy.PROVIDER_READERS,
        )
