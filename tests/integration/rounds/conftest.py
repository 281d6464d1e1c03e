"""A small region in which a round of compilation is opened: the bureau and three departments with their stewards."""

from datetime import UTC, datetime

import pytest

from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.codes.sharing import ShareType, UpdateCycle, UsePurpose
from jutong.kernel.policy import Post, Subject
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import DataItem
from jutong.supply.rounds import api as rounds
from jutong.supply.rounds import models
from jutong.supply.rounds.values import Category, ClaimAnswer, EntryPlan, EntryStage, RecordForm, Survey
from tests.integration.duplicates.test_whole_way import settle
from tests.support.register import lay_down_small_register

SINCE = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SURVEY = Survey("市场主体登记库", RecordForm.TABLE, int(UpdateCycle.DAILY), system="登记系统")


class Region:
    """The bureau, three departments, and a round under way among them."""

    def __init__(self) -> None:
        self.bureau = organisations.bureau()
        self.market, self.police, self.civil = (
            organisations.departments(text=slug)[0].uscc for slug in ("scjgj", "gat", "mzt")
        )
        self.reviewer = settle(Post.BUREAU_REVIEWER, self.bureau, "reviewer")
        self.market_steward = settle(Post.DATA_STEWARD, self.market, "market")
        self.police_steward = settle(Post.DATA_STEWARD, self.police, "police")
        self.civil_steward = settle(Post.DATA_STEWARD, self.civil, "civil")
        names = organisations.titles([self.market, self.police, self.civil])
        self.market_name, self.police_name = names[self.market], names[self.police]
        self.round_no = self.open_round()

    def open_round(self, title: str = "2026年目录编制", at: datetime = AT) -> str:
        return rounds.open_round(
            title=title,
            year=2026,
            categories=list(Category),
            departments=[self.market, self.police, self.civil],
            by=self.reviewer,
            at=at,
        )

    def plan(self, title: str = "企业登记信息", *asked: str, **more) -> str:
        plan = EntryPlan(more.pop("category", Category.DEPARTMENT), title, departments=asked or (self.market,), **more)
        (number,) = rounds.add_entries(round_no=self.round_no, plans=[plan], by=self.reviewer, at=AT)
        return number

    def claimed(self, title: str = "企业登记信息") -> str:
        number = self.plan(title)
        rounds.answer_claim(entry_no=number, given=ClaimAnswer.OURS, by=self.market_steward, at=AT)
        return number

    def drafted(self, title: str = "企业登记信息", *, whole: bool = True) -> str:
        number = self.claimed(title)
        rounds.tell_survey(entry_no=number, survey=SURVEY, by=self.market_steward, at=AT)
        draft_no = rounds.begin_draft(entry_no=number, by=self.market_steward, at=AT)
        if whole:
            self.complete(draft_no, self.market_steward)
        return number

    def complete(self, draft_no: str, steward: Subject) -> None:
        content = catalogue.draft_content(draft_no, by=steward).changed(
            summary="登记情况。",
            formats=("MySQL",),
            items=(DataItem("统一社会信用代码", "uscc", "C(18)", key=True, nullable=False),),
            sharing_type=ShareType.UNCONDITIONAL,
            use_purposes=(UsePurpose.COLLABORATION,),
        )
        catalogue.update_draft(draft_no=draft_no, content=content, by=steward, at=AT)

    def approved(self, title: str = "企业登记信息") -> str:
        number = self.drafted(title)
        rounds.report(round_no=self.round_no, by=self.market_steward, at=AT)
        catalogue.approve(draft_no=self.entry(number).draft_no, by=self.reviewer, at=AT)
        self.follow()
        return number

    def follow(self) -> None:
        """As the worker would: the facts of the catalogue are carried to the rounds."""
        from jutong.supply.rounds.services import following

        following.follow(models.Entry.objects.exclude(draft_no="").values_list("draft_no", flat=True), at=AT)

    def entry(self, number: str) -> models.Entry:
        return models.Entry.objects.get(entry_no=number)

    def stage(self, number: str) -> EntryStage:
        return EntryStage(self.entry(number).stage)


@pytest.fixture
def region(db) -> Region:
    lay_down_small_register(SINCE)
    rulebook.ensure_start_data(at=SINCE)
    catalogue.ensure_start_data(at=SINCE)
    return Region()
