"""What a grant gives, what the gateway reads of it, and what a new version of its resource does to it. Art. 22(4)."""

from collections.abc import Mapping
from typing import Any, Final

from jutong.delivery.sharing.domain.asking import needs_procedure
from jutong.delivery.sharing.domain.conditions import ConditionFault, both, build_condition, columns_of
from jutong.delivery.sharing.domain.errors import SharingError
from jutong.delivery.sharing.domain.masks import default_masks
from jutong.delivery.sharing.domain.parameters import parameters_of
from jutong.delivery.sharing.domain.wishes import in_order
from jutong.delivery.sharing.values import Condition, Consent, Decider, Grant, Mask, Place, Terms, Wish
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.text import N_
from jutong.supply.catalogue.values import Content, DataItem, Resource

POLICY_VERSION: Final = 1


def terms_at_once(wish: Wish, resource: Resource) -> Terms:
    """What the platform gives by itself: the ticked items, default masks, the wished rows and quota."""
    columns = in_order(wish.columns, resource)
    return _terms(wish, columns, default_masks(resource, columns), wish.condition)


def terms_by_consent(wish: Wish, consent: Consent, resource: Resource) -> Terms:
    """What the provider agreed to: never more items or rows than were asked for."""
    columns = in_order(consent.columns, resource)
    masks = {column: mask for column, mask in consent.masks.items() if column in columns}
    return _terms(wish, columns, masks, both(wish.condition, consent.condition))


def _terms(wish: Wish, columns: tuple[str, ...], masks: Mapping[str, Mask], condition: Condition | None) -> Terms:
    return Terms(
        columns=columns,
        masks=dict(masks),
        condition=condition,
        quota=wish.quota,
        purpose_kind=wish.purpose_kind,
        purpose=wish.purpose,
        legal_basis=wish.legal_basis,
        matter=wish.matter,
    )


def compile_policy(grant: Grant, resource: Resource, place: Place, *, page_rows_max: int) -> dict[str, Any]:
    """The JSON that the gateway plane reads (`sharing_live_grant.policy`, version 1)."""
    terms = grant.terms
    by_column = {item.column_name: item for item in resource.items}
    granted = [by_column[column] for column in terms.columns]
    asked = [item for p in resource.controlled_parameters if (item := resource.item(p.column))]
    keys = [column for column in resource.key_columns if by_column[column].type.letter is not TypeLetter.GENERAL]
    return {
        "v": POLICY_VERSION,
        "grant": grant.grant_no,
        "client": grant.client_no,
        "consumer": grant.consumer_uscc,
        "provider": grant.provider_uscc,
        "resource": resource.code,
        "resource_version": resource.version,
        "purpose": terms.purpose,
        "case": terms.matter,
        "place": place.to_json(),
        "columns": [{"item": item.title, "name": item.column_name, "type": item.type.letter.value} for item in granted],
        "masks": {column: mask.value for column, mask in terms.masks.items()},
        "filter": terms.condition.to_json() if terms.condition else None,
        "parameters": [parameter.to_json() for parameter in parameters_of(resource, terms, place)],
        # Pages need an order that does not change between them: the business key, else all that is given.
        "order": keys or list(terms.columns),
        "page_rows_max": page_rows_max,
        "quota": terms.quota.to_json(),
        "sensitive": any(item.sensitive for item in (*granted, *asked)),
    }


class GrantOverhauled(SharingError):
    """Root of the reasons for which the platform ends a grant by itself; the words are kept as its reason."""


class TypeTightened(GrantOverhauled):
    """The resource is no longer shared in the way the grant was given."""

    message = N_("资源的共享类型或管控要求已收紧，原授权自动终止；请按现行共享类型重新申请。")


class ColumnsGone(GrantOverhauled):
    """The new version lacks every granted item, or one that the row condition needs."""

    message = N_("资源新版本不再包含授权所依赖的数据项（{columns}），原授权自动终止；请重新申请。")


class ResourceGone(GrantOverhauled):
    """The resource has left the catalogue."""

    message = N_("资源已下线，原授权自动终止；如有替代资源，请按目录页面的指引重新申请。")


def overhaul(grant: Grant, before: Content, resource: Resource) -> Terms:
    """The terms of a live grant after a new version of its resource: never wider than before.

    Items that are gone leave the grant; items that became sensitive since `before`, the version it was given for, get
    their default mask. Our reading of Art. 22: a grant given at once lasts only while the resource may be given at
    once.

    Raises GrantOverhauled: the grant must end.
    """
    if not resource.published:
        raise ResourceGone
    if resource.sharing_type is ShareType.NOT_SHARED:
        raise TypeTightened
    if grant.decider is Decider.PLATFORM and needs_procedure(resource):
        raise TypeTightened
    terms = grant.terms
    present = {
        item.column_name: item
        for item in resource.items
        if item.type.letter is not TypeLetter.GENERAL and resource.type_of(item) is not ShareType.NOT_SHARED
    }
    columns = tuple(column for column in terms.columns if column in present)
    if not columns:
        raise ColumnsGone(columns="、".join(terms.columns))
    if terms.condition is not None:
        try:
            build_condition(terms.condition.to_json(), list(present.values()))
        except ConditionFault:
            raise ColumnsGone(columns="、".join(sorted(columns_of(terms.condition)))) from None
    masks = {column: mask for column, mask in terms.masks.items() if column in columns}
    risen = [column for column in columns if _became_sensitive(column, before, present[column])]
    return terms.changed(columns=columns, masks=default_masks(resource, risen) | masks)


def _became_sensitive(column: str, before: Content, now: DataItem) -> bool:
    then = before.item(column)
    return now.sensitive and not (then and then.sensitive)


def grant_number(year: int, count: int) -> str:
    """Number of a grant (授权编号): SQ, the year, and a count of at least four digits from 1."""
    return f"SQ{year}{count:04d}"
