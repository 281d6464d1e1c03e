"""Rows that come in by COPY are the rows that INSERT would have made."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from jutong.base.copying import copy_in
from jutong.foundation.audit import api as audit
from jutong.foundation.audit.models import Entry
from jutong.kernel.actors import ActorRef
from jutong.supply.catalogue.models import Draft
from jutong.supply.catalogue.values import DraftState

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BY = ActorRef(kind="person", id="P1", post="data_steward", organisation="11450000MB0000013R", deputy=True)


def draft(number: int, **changes) -> Draft:
    awkward = {"summary": '反斜\\杠、"引号"、\t制表、\n换行与 \\N', "items": [], "open": None}
    return Draft(
        draft_no=f"CG2031{number:06d}", state=DraftState.DRAFT, title="a\tb\\c\n“d”", provider_uscc="", content=awkward,
        created_by=BY.to_json(), created_at=AT, changed_by=BY.to_json(), changed_at=AT, **changes,
    )  # fmt: skip


def columns(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def test_a_copied_row_is_what_an_inserted_one_is():
    copy_in([draft(1), draft(2)])
    draft(3).save()

    first, second, inserted = Draft.objects.order_by("pk")
    assert (first.draft_no, second.draft_no) == ("CG2031000001", "CG2031000002")  # and in their order
    assert columns(first) | {"draft_no": ""} == columns(inserted) | {"draft_no": ""}


def test_a_copy_that_the_table_refuses_leaves_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in([draft(1), draft(1)])

    assert not Draft.objects.exists()


def test_nothing_to_copy_is_no_error():
    copy_in([])


def test_many_entries_of_the_log_are_what_single_ones_are():
    audit.record_many(
        action="catalogue.draft.created", by=BY, at=AT, object_kind="draft",
        objects=[("CG1", {"title": "甲\0"}), ("CG2", {})],
    )  # fmt: skip
    audit.record(
        action="catalogue.draft.created",
        by=BY,
        at=AT,
        object_kind="draft",
        object_code="CG1",
        details={"title": "甲\0"},
    )

    first, second, single = Entry.objects.order_by("id")
    assert columns(first) | {"recorded_at": None} == columns(single) | {"recorded_at": None}
    assert (second.object_code, second.details) == ("CG2", {"deputy": True})
    audit.seal(at=AT)
    assert [entry.number for entry in Entry.objects.order_by("id")] == [1, 2, 3]
