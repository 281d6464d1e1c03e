"""What the catalogue hands over when an organisation is reformed: resources and drafts. Codes never change."""

from collections.abc import Sequence
from typing import Any, ClassVar

from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel.clock import local_day
from jutong.kernel.text import N_
from jutong.registry.organisations.values import Move, Mover, ReformKind, Thing
from jutong.supply.catalogue import events, models, queries, services
from jutong.supply.catalogue.values import Content, DraftState, ResourceState

RESOURCE = "catalogue.resource"
"""The kind under which other rooms' things follow a resource, by its code."""

_OPEN = [DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED, DraftState.APPROVED]


class Resources(Mover):
    """Resources (政务数据资源): the provider changes by a new version; code and publication date stay. C2, C10."""

    kind = RESOURCE
    title = N_("数据资源")
    order = 50
    covers = ("catalogue.Resource.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.Resource.objects.filter(provider_uscc=organisation).order_by("code")
        return [Thing(code, f"{code} {title}") for code, title in rows.values_list("code", "title")]

    def move(self, move: Move) -> None:
        rows = models.Resource.objects.select_for_update().prefetch_related("items")
        row = rows.filter(code=move.code, provider_uscc=move.source).first()
        if row is None:
            return
        content = queries.content_of(row).changed(provider_uscc=move.target)
        if row.version:
            self._add_version(row, content, move)
        services.write_content(row, content)
        details = {"from": move.source, "to": move.target, "version": row.version}
        _record("catalogue.resource.moved", move, "resource", move.code, details, resource=move.code)
        if row.state == ResourceState.PUBLISHED:
            outbox.publish(
                events.ResourcePublished(
                    code=row.code,
                    version=row.version,
                    title=row.title,
                    provider_uscc=move.target,
                    changed=("provider_uscc",),
                ),
                at=move.at,
            )

    @staticmethod
    def _add_version(row: models.Resource, content: Content, move: Move) -> None:
        row.version += 1
        row.published_at = move.at
        models.ResourceVersion.objects.create(
            resource=row,
            number=row.version,
            content=content.to_json(),
            digest=services.digest_of(content),
            published_at=move.at,
            published_by=move.by.to_json(),
            draft_no="",
            case_no=move.plan_no,
        )


class Drafts(Mover):
    """Open drafts (目录草稿) with their cases; a revision goes with its resource.

    The text of a draft under review stands still, also here: whose it is says the draft's own column.
    """

    kind = "catalogue.draft"
    title = N_("目录草稿")
    order = 55
    covers = ("catalogue.Draft.provider_uscc",)
    case_parties: ClassVar = {services.COMPILATION: ("provider",)}

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.Draft.objects.filter(provider_uscc=organisation, state__in=_OPEN).select_related("resource")
        return [
            Thing(row.draft_no, f"{row.draft_no} {row.title}", (RESOURCE, row.resource.code) if row.resource else None)
            for row in rows.order_by("draft_no")
        ]

    def move(self, move: Move) -> None:
        rows = models.Draft.objects.select_for_update(of=("self",)).select_related("resource")
        row = rows.filter(draft_no=move.code, provider_uscc=move.source, state__in=_OPEN).first()
        if row is None:
            return
        row.provider_uscc = move.target
        if DraftState(row.state).editable:
            row.content = self._rewritten(row, move).to_json()
            row.edition += 1
        row.save()
        # A draft that was returned has a case too.
        if row.case_no:
            procedures.change_party(
                row.case_no,
                source=move.source,
                target=move.target,
                remark=move.document_no,
                data={"plan": move.plan_no},
                by=move.by,
                at=move.at,
            )
        details = {"from": move.source, "to": move.target}
        _record("catalogue.draft.moved", move, "draft", move.code, details)

    @staticmethod
    def _rewritten(row: models.Draft, move: Move) -> Content:
        content = Content.from_json(row.content).changed(provider_uscc=move.target)
        own = services.section_of(move.source)
        if row.resource is None and own and content.classification.startswith(own):
            content = content.changed(classification=services.ensure_section(provider_uscc=move.target))
        return content


class Sections(Mover):
    """A department's own section (目) of the tree goes to its new code; else it stays as codes do."""

    kind = "catalogue.section"
    title = N_("部门目录分类（目）")
    order = 45
    covers = ("catalogue.Classification.owner_uscc",)
    kinds = (ReformKind.RECODE,)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.Classification.objects.filter(owner_uscc=organisation).order_by("code")
        return [Thing(code, f"{code} {name}") for code, name in rows.values_list("code", "name")]

    def move(self, move: Move) -> None:
        models.Classification.objects.filter(owner_uscc=move.target, grade=3).update(owner_uscc="")
        models.Classification.objects.filter(code=move.code, owner_uscc=move.source).update(owner_uscc=move.target)


class Extensions(Mover):
    """Extended elements declared for a department belong to its successor."""

    kind = "catalogue.extension"
    title = N_("扩展元数据项")
    order = 56
    covers = ("catalogue.ExtendedField.provider_uscc",)

    def lines(self, organisation: str) -> Sequence[Thing]:
        rows = models.ExtendedField.objects.filter(provider_uscc=organisation).order_by("number")
        return [Thing(str(row.number), row.name) for row in rows]

    def move(self, move: Move) -> None:
        row = models.ExtendedField.objects.filter(number=int(move.code), provider_uscc=move.source).first()
        if row is None:
            return
        taken = models.ExtendedField.objects.filter(
            name=row.name, classification=row.classification, provider_uscc=move.target, valid_to=None
        )
        if row.valid_to is None and taken.exists():
            # The successor has an element of this name already; one of the two must give way.
            row.valid_to = max(local_day(move.at), row.valid_from)
        row.provider_uscc = move.target
        row.save(update_fields=["provider_uscc", "valid_to"])
        _record("catalogue.extension.moved", move, "extension", move.code, {"from": move.source, "to": move.target})


def _record(action: str, move: Move, kind: str, code: str, details: dict[str, Any], *, resource: str = "") -> None:
    audit.record(
        action=action,
        by=move.by,
        at=move.at,
        object_kind=kind,
        object_code=code,
        resource=resource,
        details={**details, "plan": move.plan_no},
    )


HISTORY = {
    "catalogue.ResourceVersion.content": N_("已发布的版本如实保留当时的提供部门。"),
    "catalogue.ChangeRecord.provider_uscc": N_("变更记录如实保留当时的部门。"),
    "catalogue.WithdrawalOpinion.organisation": N_("下线意见如实保留当时反馈的部门。"),
    "catalogue.SearchEntry.provider_uscc": N_("检索条目由数据库随数据资源更新。"),
}
"""Columns of this room that no reform touches."""
