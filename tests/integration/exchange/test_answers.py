"""What follows when gathering does not go as planned: the provider is asked, people are warned, the log tells."""

from datetime import UTC, datetime

import pytest

from jutong.supply.exchange.models import Inquiry
from jutong.supply.exchange.services import inquiries, plans
from jutong.supply.exchange.services.inquiries import Reply
from jutong.supply.exchange.values import (
    InquiryAnswer,
    InquiryKind,
    InquiryOutcome,
    SourceDifferenceKind,
)
from jutong.supply.mounting.events import ResourceMounted

NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.fixture
def planned(department, shop_code) -> str:
    """A mounted resource with its plan, gathered once."""
    plans.on_mounted(ResourceMounted(shop_code, department.uscc, "table"), at=NOW)
    department.run(shop_code)
    return shop_code


def inquiry(code: str, kind: InquiryKind = InquiryKind.DRIFT) -> Inquiry:
    return Inquiry.objects.filter(resource_code=code, kind=kind).latest("pk")


def answer(department, row: Inquiry, answer_: InquiryAnswer, at: datetime = NOW, **known) -> None:
    inquiries.answer(inquiry_no=row.inquiry_no, reply=Reply(answer_, **known), by=department.steward, at=at)


@pytest.mark.source("Art. 34(3)")
def test_a_drift_opens_one_inquiry_with_the_differences_and_a_good_run_closes_it(department, planned, maria):
    maria.sql("ALTER TABLE shop CHANGE mc mch varchar(20), MODIFY je decimal(10,2), ADD COLUMN dz varchar(9)", "dept")

    department.run(planned)
    department.run(planned)

    asked = inquiry(planned)
    assert Inquiry.objects.count() == 1
    assert [(each["kind"], each["column"], each["after"]) for each in asked.differences] == [
        (SourceDifferenceKind.RENAMED, "mc", "mch"),
        (SourceDifferenceKind.NARROWED, "je", "decimal(10,2)"),
        (SourceDifferenceKind.NEW, "dz", "varchar(9)"),
    ]

    maria.sql("ALTER TABLE shop CHANGE mch mc varchar(20), MODIFY je decimal(12,2)", "dept")
    run = department.run(planned)

    asked.refresh_from_db()
    assert (asked.outcome, asked.closing_run) == (InquiryOutcome.LOADED, run.run_no)
