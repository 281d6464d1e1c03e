"""Resources and their versions, as rows and as values."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import QuerySet

from jutong.kernel.codes.resource_code import ResourceCode, ResourceCodeError
from jutong.kernel.policy import Subject, decide
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, plugs, policy
from jutong.supply.catalogue.queries.rights import facts_of_resource, resource_scope
from jutong.supply.catalogue.values import Closure, Content, DataItem, Resource, ResourceState


def content_of(row: models.Resource) -> Content:
    """What a resource's columns and items say, as one value."""
    return Content.from_json(
        {
            "title": row.title,
            "provider_uscc": row.provider_uscc,
            "classification": row.code.partition("/")[0],
            "provider_office": row.provider_office,
            "summary": row.summary,
            "formats": row.formats,
            "items": [_item_json(item) for item in row.items.all()],
            "sharing_type": row.sharing_type,
            "use_purposes": row.use_purposes,
            "sharing_condition": row.sharing_condition,
            "sharing_scope": row.sharing_scope,
            "legal_bases": row.legal_bases,
            "sharing_methods": row.sharing_methods,
            "sharing_method_note": row.sharing_method_note,
            "open": row.open,
            "open_condition": row.open_condition,
            "update_cycle": row.update_cycle,
            "related_codes": row.related_codes,
            "level": row.level,
            "controlled_parameters": row.controlled_parameters,
            "extended": row.extended,
            "also_in": row.also_in,
        }
    )


def resource_of(row: models.Resource) -> Resource:
    """A resource's row as the value other rooms hold."""
    return Resource(
        code=row.code,
        version=row.version,
        state=ResourceState(row.state),
        content=content_of(row),
        published_on=row.published_on,
        mounted_at=row.mounted_at,
    )


def get_resource_row(code: str) -> models.Resource:
    """The row of a code in any writing (`303001/000001` too), its own or that of another class in which it stands.

    Raises NoSuchResource.
    """
    rows = models.Resource.objects.prefetch_related("items")
    row = rows.filter(code=canonical(code)).first() or rows.filter(other_codes__code=canonical(code)).first()
    if row is None:
        raise domain.NoSuchResource(resource=code)
    return row


def get_resource(code: str) -> Resource:
    return resource_of(get_resource_row(code))


def find_resource(code: str) -> Resource | None:
    try:
        return get_resource(code)
    except domain.NoSuchResource:
        return None


def find_closed(code: str, subject: Subject) -> tuple[models.Resource, Closure] | None:
    """A published resource that its entry opens to society and the negative list keeps back, for society; or nothing.

    Who is signed in sees the resource as before.
    """
    if subject.signed_in:
        return None
    rows = models.Resource.objects.filter(code=canonical(code), state=ResourceState.PUBLISHED, open=True)
    row = rows.first()
    closure = plugs.closure_of(row.code) if row else None
    return (row, closure) if row and closure else None


def view_resource_row(code: str, subject: Subject) -> models.Resource:
    """The row, if the subject may know of it; what he may not know of does not exist for him."""
    row = get_resource_row(code)
    if not decide(subject, policy.VIEW_RESOURCE, facts_of_resource(row)):
        raise domain.NoSuchResource(resource=code)
    return row


def view_resource(code: str, subject: Subject) -> Resource:
    return resource_of(view_resource_row(code, subject))


def resources(codes: Collection[str]) -> dict[str, Resource]:
    rows = models.Resource.objects.prefetch_related("items").filter(code__in=set(codes))
    return {row.code: resource_of(row) for row in rows}


def titles(codes: Collection[str]) -> dict[str, str]:
    return dict(models.Resource.objects.filter(code__in=set(codes)).values_list("code", "title"))


def provider_of(code: str) -> str:
    uscc = models.Resource.objects.filter(code=canonical(code)).values_list("provider_uscc", flat=True).first()
    if uscc is None:
        raise domain.NoSuchResource(resource=code)
    return uscc


def visible_codes(subject: Subject) -> QuerySet[Any, Any]:
    return models.Resource.objects.filter(resource_scope(subject)).values("code")


def published_codes(provider: str = "") -> QuerySet[Any, Any]:
    rows = models.Resource.objects.filter(state=ResourceState.PUBLISHED)
    return (rows.filter(provider_uscc=provider) if provider else rows).values("code")


def get_version_row(code: str, number: int) -> models.ResourceVersion:
    row = models.ResourceVersion.objects.filter(resource__code=canonical(code), number=number).first()
    if row is None:
        provider_of(code)
        raise domain.NoSuchVersion(resource=code, version=number)
    return row


def get_version(code: str, number: int) -> Content:
    return Content.from_json(get_version_row(code, number).content)


def versions(code: str) -> QuerySet[models.ResourceVersion]:
    """The published versions of a resource, the newest first."""
    return models.ResourceVersion.objects.filter(resource__code=canonical(code))


def canonical(code: str) -> str:
    """A code in the writing in which it is stored; a text that is no code comes back as it is and finds nothing."""
    try:
        return str(ResourceCode.parse(code))
    except ResourceCodeError:
        return code


def _item_json(item: models.DataItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM_COLUMNS}


ITEM_COLUMNS: Final = tuple(DataItem.__dataclass_fields__)


def provider_titles(rows: Collection[models.Resource]) -> dict[str, str]:
    """Names of the providers of some resources, in one query."""
    return organisations.titles({row.provider_uscc for row in rows})


def other_codes(row: models.Resource) -> list[models.OtherCode]:
    """The further codes of a resource, those of classes it has left included: a code stays."""
    return list(row.other_codes.select_related("classification"))
