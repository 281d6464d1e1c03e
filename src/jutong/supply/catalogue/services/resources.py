"""Resources: their codes, and what their rows say."""

import hashlib
import json
from datetime import datetime

from django.db import transaction

from jutong.kernel.codes.resource_code import ClassificationCode
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import domain, models, queries
from jutong.supply.catalogue.values import Content, ResourceState


def issue_code(row: models.Draft, at: datetime) -> models.Resource:
    """A new resource with the next sequence number of its classification. Guide 5.3.2: from 1, without gaps.

    The counter's row stays locked until the commit, so numbers are given in the order of the commits, and a
    transaction that fails gives its number back.
    """
    content = queries.content_of_draft(row)
    node = models.Classification.objects.get(code=content.classification)
    number = next_number(node)
    code = ClassificationCode.parse(node.code).resource(number)
    resource = models.Resource(
        classification=node,
        code=str(code),
        sequence_no=number,
        state=ResourceState.APPROVED,
        approved_at=at,
    )
    write_content(resource, content)
    return resource


def issue_other_codes(resource: models.Resource, content: Content, at: datetime) -> list[str]:
    """Codes under the further classes in which a resource stands and has none yet; each counter is locked in turn.

    One code for each class: an entry that comes back to a class it has left finds its code there.
    """
    have = set(resource.other_codes.values_list("classification__code", flat=True))
    issued = []
    # In one order for all, so that two approvals never wait for each other.
    for front in sorted(set(content.also_in) - have):
        node = models.Classification.objects.get(code=front)
        number = next_number(node)
        code = str(ClassificationCode.parse(node.code).resource(number))
        models.OtherCode.objects.create(
            resource=resource, classification=node, code=code, sequence_no=number, issued_at=at
        )
        issued.append(code)
    return issued


def next_number(node: models.Classification) -> int:
    """The next sequence number of a class; its counter stays locked until the commit."""
    models.SequenceCounter.objects.bulk_create([models.SequenceCounter(classification=node)], ignore_conflicts=True)
    counter = models.SequenceCounter.objects.select_for_update().get(classification=node)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return counter.last_no


def write_content(resource: models.Resource, content: Content) -> None:
    """Write what an entry says into a resource's columns and items, with the words it is found by."""
    provider = organisations.titles([content.provider_uscc]).get(content.provider_uscc, "")
    set_content(resource, content, provider)
    resource.save()
    resource.items.all().delete()
    models.DataItem.objects.bulk_create(
        models.DataItem(resource=resource, position=position, **item.to_json())
        for position, item in enumerate(content.items)
    )


def set_content(resource: models.Resource, content: Content, provider_title: str) -> None:
    """Set a resource's columns to what an entry says; whoever calls saves the row and its items."""
    assert content.sharing_type is not None
    assert content.update_cycle is not None
    written = content.to_json()
    for name in _PLAIN_COLUMNS:
        setattr(resource, name, written[name])
    resource.also_in = list(content.also_in)
    resource.format_groups = [group.value for group in domain.format_groups(content)]
    resource.search_text = domain.search_text(content, resource.code, provider_title)


_PLAIN_COLUMNS = (
    "title", "provider_uscc", "provider_office", "summary", "formats", "sharing_type", "use_purposes",
    "sharing_condition", "sharing_scope", "legal_bases", "sharing_methods", "sharing_method_note", "open",
    "open_condition", "update_cycle", "related_codes", "level", "controlled_parameters", "extended",
)  # fmt: skip


def digest_of(content: Content) -> str:
    """SHA-256 over the content's canonical JSON, in hexadecimal."""
    canonical = json.dumps(content.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def note_mounted(*, code: str, at: datetime) -> None:
    """The resource's data can be reached from now on; mounting keeps where and how."""
    models.Resource.objects.filter(code=code, mounted_at=None).update(mounted_at=at)
    queries.provider_of(code)


@transaction.atomic
def note_unmounted(*, code: str) -> None:
    """The resource's data cannot be reached any more."""
    models.Resource.objects.filter(code=code).update(mounted_at=None)
    queries.provider_of(code)
