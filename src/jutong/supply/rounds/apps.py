"""Plugs rounds into Django, the menu, the pages of other rooms and the facts they follow."""

from datetime import datetime

from django.apps import AppConfig

from jutong.kernel.text import N_


class RoundsConfig(AppConfig):
    """Rounds of compilation (目录编制轮次)."""

    name = "jutong.supply.rounds"
    label = "rounds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jutong.foundation.files import api as files
        from jutong.foundation.notices import api as notices
        from jutong.foundation.notices.values import Group, NoticeKind
        from jutong.supply.catalogue import api as catalogue
        from jutong.supply.rounds import reform
        from jutong.supply.rounds.services import claiming, compiling, noticing, reminding

        files.plug_owner(compiling.FILE_KIND, compiling.SubmissionsOwner())
        catalogue.plug_remarks(compiling.RemarkBook())
        notices.declare_kinds(
            NoticeKind(reminding.REMINDER, N_("目录编制催报"), Group.CLOCKS),
            NoticeKind(claiming.SETTLED_NOTICE, N_("目录认领裁定"), Group.RESULTS),
            NoticeKind(noticing.OBJECTION_NOTICE, N_("目录公示异议"), Group.TASKS),
        )
        reform.plug_in()
        _follow_the_catalogue()
        _show()


def _follow_the_catalogue() -> None:
    from jutong.foundation.outbox import api as outbox
    from jutong.supply.catalogue import events as told
    from jutong.supply.rounds.services import following

    def draft_moved(event: told.DraftWithdrawn | told.DraftDiscarded | told.CodeIssued, *, at: datetime) -> None:
        following.follow([event.draft_no], at=at)

    def submitted(event: told.DraftSubmitted, *, at: datetime) -> None:
        following.note_mending(event.draft_no, at=at)
        following.follow([event.draft_no], at=at)

    def returned(event: told.DraftReturned, *, at: datetime) -> None:
        following.note_return(event.draft_no, at=at)
        following.follow([event.draft_no], at=at)

    def published(event: told.ResourcePublished, *, at: datetime) -> None:
        following.follow_resource(event.code, at=at)

    outbox.subscribe(told.DraftSubmitted, submitted, name="rounds.drafts")
    outbox.subscribe(told.DraftReturned, returned, name="rounds.drafts")
    outbox.subscribe(told.DraftWithdrawn, draft_moved, name="rounds.drafts")
    outbox.subscribe(told.DraftDiscarded, draft_moved, name="rounds.drafts")
    outbox.subscribe(told.CodeIssued, draft_moved, name="rounds.resources")
    outbox.subscribe(told.ResourcePublished, published, name="rounds.resources")


def _show() -> None:
    from jutong.supply.rounds import policy
    from jutong.ui import navigation, slots

    navigation.register(
        navigation.CATALOGUE,
        title=N_("编制轮次"),
        url_name="rounds:rounds",
        order=22,
        visible=lambda subject: subject.post in policy.READERS,
        icon="calendar-event",
    )
    navigation.register(
        navigation.CATALOGUE,
        title=N_("权责清单与信息系统"),
        url_name="rounds:duties",
        order=24,
        visible=lambda subject: subject.post in policy.READERS,
        icon="list-details",
    )
    navigation.register(
        navigation.CATALOGUE,
        title=N_("目录公示"),
        url_name="rounds:notices",
        order=26,
        visible=navigation.anyone,
        icon="news",
    )
    navigation.register(
        navigation.CATALOGUE,
        title=N_("公示异议"),
        url_name="rounds:objections",
        order=28,
        visible=lambda subject: subject.post in policy.OVERSEERS,
        icon="message-report",
    )
    slots.register(
        "workbench",
        "main",
        "rounds:panel",
        title=N_("目录编制"),
        order=20,
        visible=lambda subject: subject.post in policy.STEWARDS | policy.REVIEWERS,
    )
    slots.register("draft", "top", "rounds:remarks", title=N_("逐项审核意见"), order=10, visible=navigation.signed_in)
