"""The door of the catalogue: what other rooms may call. Values are in `values`, facts in `events`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from jutong.kernel.policy import Subject
from jutong.supply.catalogue import domain, plugs, queries, services, start_data, takeover
from jutong.supply.catalogue.domain import (
    BASES_FOR_NOT_SHARED,
    CatalogueError,
    ClassifiedRefused,
    Completeness,
    DraftHasGaps,
    Gap,
    NoSuchDraft,
    NoSuchResource,
    ResourceNotPublished,
)
from jutong.supply.catalogue.plugs import ClosureBook, RemarkBook, UserBook
from jutong.supply.catalogue.services import bulk
from jutong.supply.catalogue.services.bulk import Followed, OpenDraft, Published, Standing
from jutong.supply.catalogue.values import Content, DraftStanding, ExtendedField, OpenGlance, Outline, Resource

__all__ = [
    "BASES_FOR_NOT_SHARED",
    "CatalogueError",
    "ClassifiedRefused",
    "ClosureBook",
    "Completeness",
    "DraftHasGaps",
    "Followed",
    "Gap",
    "NoSuchDraft",
    "NoSuchResource",
    "OpenDraft",
    "Published",
    "RemarkBook",
    "ResourceNotPublished",
    "Standing",
    "UserBook",
    "answers",
    "approve",
    "ask_withdrawal",
    "classification_names",
    "completeness",
    "create_draft",
    "create_drafts",
    "declare_stop",
    "differences",
    "draft_content",
    "draft_contents",
    "draft_counts",
    "draft_resource",
    "draft_standings",
    "drafts_count",
    "drafts_page",
    "ensure_section",
    "ensure_start_data",
    "extended_fields",
    "find_published",
    "find_resource",
    "follow_drafts",
    "gaps_of_contents",
    "get_resource",
    "get_version",
    "latest_published",
    "mounted",
    "note_mounted",
    "note_unmounted",
    "open_glance",
    "open_outlines",
    "outlines",
    "overdue_updates",
    "plug_closures",
    "plug_remarks",
    "plug_users",
    "provider_of",
    "publish",
    "published_codes",
    "published_count",
    "published_page",
    "read_code",
    "resources",
    "return_draft",
    "same_name",
    "similar_to",
    "standing",
    "start_revision",
    "stopped",
    "stopped_for",
    "submit",
    "take_over",
    "tidy",
    "tidy_question",
    "titles",
    "update_draft",
    "view_resource",
    "visible",
    "withdrawing",
]


# --- Questions -------------------------------------------------------------------------------------------------------


def get_resource(code: str) -> Resource:
    """The resource of a code as it stands now: the last published version, or the approved text before the first.

    Raises NoSuchResource. Rights are the caller's affair; a face asks `view_resource`.
    """
    return queries.get_resource(code)


def find_resource(code: str) -> Resource | None:
    """As `get_resource`, or nothing when there is no such code."""
    return queries.find_resource(code)


def view_resource(code: str, *, by: Subject) -> Resource:
    """The resource, if this subject may know of it; NoSuchResource otherwise."""
    return queries.view_resource(code, by)


def get_version(code: str, number: int) -> Content:
    """What version `number` of a resource said. Raises NoSuchResource, NoSuchVersion."""
    return queries.get_version(code, number)


def resources(codes: Collection[str]) -> dict[str, Resource]:
    """Resources by code in two queries; codes without a resource are left out."""
    return queries.resources(codes)


def titles(codes: Collection[str]) -> dict[str, str]:
    """Titles by code in one query; codes without a resource are left out."""
    return queries.titles(codes)


def same_name() -> Callable[[str], str]:
    """What gives titles of data items that mean the same one name, by the synonyms of the rule pack and the bureau."""
    return queries.same_name()


def similar_to(content: Content, *, by: Subject, but: str = "", most: int = 10) -> list[tuple[Resource, float]]:
    """The published resources most like what a draft says that the subject may see, with how alike they are (0 to 1).

    `but` is the code of a resource to leave out: the one that the draft revises.
    """
    found = queries.similar_to(content, by, but=but, most=most)
    return [(queries.resource_of(row), likeness) for row, likeness in found]


def provider_of(code: str) -> str:
    """The provider's credit code. Raises NoSuchResource."""
    return queries.provider_of(code)


def visible(subject: Subject) -> QuerySet[Any, Any]:
    """Codes of the resources this subject may know of: a lazy `.values("code")`, for use inside `__in` only."""
    return queries.visible_codes(subject)


def published_codes(*, provider: str = "") -> QuerySet[Any, Any]:
    """Codes of published resources, of one provider where given: lazy, for use inside `__in` only."""
    return queries.published_codes(provider)


def outlines(*, provider: str = "") -> list[Outline]:
    """All published resources in outline, of one provider where given, in one query. For counting."""
    return queries.outlines(provider)


def open_glance(*, newest: int) -> OpenGlance:
    """What is open to society, counted, with the `newest` so many of it, in two queries. For everybody."""
    return queries.open_glance(newest)


def open_outlines(codes: Collection[str]) -> list[Outline]:
    """Those of some resources that are open to society, in one query. For everybody."""
    return queries.open_outlines(codes)


def draft_counts() -> dict[str, dict[str, int]]:
    """Drafts in the making by provider and state, in one query."""
    return queries.draft_counts()


def draft_content(draft_no: str, *, by: Subject) -> Content:
    """What a draft says now. Raises NoSuchDraft: none, or not for this subject."""
    return queries.draft_content(draft_no, by)


def may_see_draft(draft_no: str, *, by: Subject) -> bool:
    """Is there such a draft, and may the subject see it? For links that lead to it."""
    return queries.may_see_draft(draft_no, by)


def draft_resource(draft_no: str) -> str:
    """The code a draft became at approval, or the one it revises; empty before. Raises NoSuchDraft."""
    return queries.draft_resource(draft_no)


def draft_standings(draft_nos: Collection[str]) -> dict[str, DraftStanding]:
    """Where drafts stand, by number, in one query. Rights are the caller's affair."""
    return queries.draft_standings(draft_nos)


def draft_contents(draft_nos: Collection[str]) -> dict[str, Content]:
    """What drafts say, by number, in one query. Rights are the caller's affair."""
    return queries.draft_contents(draft_nos)


def mounted(codes: Collection[str]) -> set[str]:
    """Those of some resources whose data can be reached, in one query."""
    return queries.mounted(codes)


def read_code(text: str) -> str:
    """The code that a text in any of the writings in use means, as stored: `306001/000001`, `306001000001`.

    The resource need not exist. Raises ResourceCodeError, and the CatalogueErrors of `domain.read_code`.
    """
    return queries.read_code(text)


def extended_fields(*, on: date) -> tuple[ExtendedField, ...]:
    """The declared extended elements in force on a day, in one query."""
    return queries.extended_fields(on=on)


def completeness(content: Content) -> Completeness:
    """How fully an entry is described, with advice."""
    return domain.completeness(content)


def stopped(codes: Collection[str], *, on: date) -> set[str]:
    """Those of some resources for which a stop of updates (停更) is declared that day, in one query."""
    return queries.stopped(codes, on=on)


def stopped_for(code: str, *, since: datetime, until: datetime) -> timedelta:
    """How much of a time a resource was declared not to be updated (停更), in one query."""
    return queries.stopped_for(code, since=since, until=until)


def withdrawing(codes: Collection[str]) -> set[str]:
    """Those of some resources that somebody has asked to take offline, as yet undecided, in one query."""
    return queries.withdrawing(codes)


def overdue_updates(*, on: date) -> dict[str, int]:
    """How many updates that a change called for are overdue, by provider, in one query. Guide 6.2.10."""
    return queries.overdue_updates(on=on)


# --- Plugs -----------------------------------------------------------------------------------------------------------


def plug_users(book: UserBook) -> None:
    """Have the catalogue ask a room above who uses a resource, before it is withdrawn. Called at start."""
    plugs.plug_users(book)


def plug_closures(book: ClosureBook) -> None:
    """Have the catalogue ask a room above which resources are not opened to society. Called at start."""
    plugs.plug_closures(book)


def plug_remarks(book: RemarkBook) -> None:
    """Have the form of a draft show a room's remarks beside the elements they are about. Called at start."""
    plugs.plug_remarks(book)


# --- Many at once, for files (interchange) ----------------------------------------------------------------------------


def standing(*, provider: str, codes: Collection[str], titles: Collection[str]) -> Standing:
    """What a provider's catalogue holds of these codes and titles. Rights are the caller's affair."""
    return bulk.standing(provider=provider, codes=codes, titles=titles)


def follow_drafts(draft_nos: Collection[str]) -> dict[str, Followed]:
    """What became of some drafts, in three queries. Rights are the caller's affair."""
    return bulk.follow_drafts(draft_nos)


def gaps_of_contents(entries: Sequence[tuple[Content, str]], *, on: date) -> list[tuple[Gap, ...]]:
    """What keeps each text from being submitted, beside which the code stands that it is for, or nothing.

    Raises ClassifiedRefused.
    """
    return bulk.gaps_of_contents(entries, on=on)


def tidy(content: Content) -> Content:
    """The text as the catalogue stores it."""
    return domain.tidy(content)


def differences(before: Content, after: Content) -> tuple[str, ...]:
    """Names of the elements in which two texts differ, in the order of the elements."""
    return domain.differences(before, after)


def published_count(*, by: Subject, provider: str = "", open_only: bool = False) -> int:
    """How many published resources the subject may see."""
    return bulk.published_count(by=by, provider=provider, open_only=open_only)


def published_page(
    *, by: Subject, provider: str = "", open_only: bool = False, offset: int = 0, limit: int = 100
) -> list[Published]:
    """Published resources the subject may see, in the order of their making."""
    return bulk.published_page(by=by, provider=provider, open_only=open_only, offset=offset, limit=limit)


def latest_published(*, by: Subject, open_only: bool = False, limit: int = 50) -> list[Published]:
    """Published resources the subject may see, those published last first."""
    return bulk.latest_published(by=by, open_only=open_only, limit=limit)


def answers(question: str, *, by: Subject, limit: int) -> list[str]:
    """Codes of the published resources that answer a question, in the order of the classes, `limit` at most.

    A question is written as in the address of the catalogue's page, such as `q=社保&provider=…`.
    """
    return bulk.answers(question, by=by, limit=limit)


def tidy_question(question: str) -> str:
    """A question with only what asks something, in one order; empty where nothing is asked."""
    return services.tidy_question(question)


def find_published(code: str, *, by: Subject) -> Published | None:
    """One published resource the subject may see, or nothing."""
    return bulk.find_published(code, by=by)


def classification_names(codes: Collection[str]) -> dict[str, str]:
    """Names of classifications by code, in one query."""
    return queries.classification_names(codes)


def drafts_count(*, by: Subject, provider: str) -> int:
    """How many open drafts of a provider the subject may see."""
    return bulk.drafts_count(by=by, provider=provider)


def drafts_page(*, by: Subject, provider: str, offset: int = 0, limit: int = 100) -> list[tuple[str, Content]]:
    """Open drafts of a provider that the subject may see: the code each is for, or nothing, and its text."""
    return bulk.drafts_page(by=by, provider=provider, offset=offset, limit=limit)


def create_drafts(
    *, contents: Sequence[Content], by: Subject, at: datetime, origin: Mapping[str, str] | None = None
) -> list[str]:
    """Begin many entries at once; gives their draft numbers in order. All of them, or none.

    Raises NotPermitted, ClassifiedRefused.
    """
    return bulk.create_drafts(contents=contents, by=by, at=at, origin=origin)


# --- Actions ---------------------------------------------------------------------------------------------------------


def create_draft(*, content: Content, by: Subject, at: datetime, origin: Mapping[str, str] | None = None) -> str:
    """Begin an entry and give its draft number. The content may have gaps; `submit` lists them.

    An empty classification becomes the provider's own section. `origin` tells where a proposal came from (mounting's
    source and table) for the audit.

    Raises NotPermitted: not the provider's data steward; ClassifiedRefused: declared classified.
    """
    return services.create_draft(content=content, by=by, at=at, origin=origin)


def update_draft(*, draft_no: str, content: Content, by: Subject, at: datetime, edition: int | None = None) -> int:
    """Save a draft's new text and give its edition. With `edition`, only over the edition that was read.

    Raises NoSuchDraft, NotPermitted, DraftNotEditable, DraftChangedMeanwhile, ProviderFixed, ClassifiedRefused.
    """
    return services.update_draft(draft_no=draft_no, content=content, by=by, at=at, edition=edition)


def start_revision(*, code: str, by: Subject, at: datetime) -> str:
    """Begin the next version of a published resource; gives the draft's number. The code never changes.

    Raises NoSuchResource, NotPermitted, ResourceNotPublished, RevisionOpen.
    """
    return services.start_revision(code=code, by=by, at=at)


def submit(*, draft_no: str, by: Subject, at: datetime) -> str:
    """Submit a draft for the bureau's review (目录报送); gives the case number.

    Raises DraftHasGaps with every gap at once.
    """
    return services.submit(draft_no=draft_no, by=by, at=at)


def approve(*, draft_no: str, by: Subject, at: datetime, remark: str = "") -> str:
    """Approve a draft (审核通过) and issue its code under the counter's lock; gives the code."""
    return services.approve(draft_no=draft_no, by=by, at=at, remark=remark)


def return_draft(*, draft_no: str, remark: str, by: Subject, at: datetime) -> None:
    """Send a draft back to its provider with what must be mended (退回整改)."""
    services.return_draft(draft_no=draft_no, remark=remark, by=by, at=at)


def publish(*, draft_no: str, by: Subject, at: datetime) -> str:
    """Publish an approved draft (目录发布) as the resource's next version; gives the code."""
    return services.publish(draft_no=draft_no, by=by, at=at)


def take_over(*, contents: Sequence[Content], by: Subject, at: datetime) -> list[str]:
    """Publish entries that were approved before this platform was there (目录移交); gives their codes, in order.

    Raises NotPermitted, ClassifiedRefused, DraftHasGaps.
    """
    return takeover.take_over(contents=contents, by=by, at=at)


def declare_stop(
    *, code: str, reason: str, from_day: date, until_day: date | None = None, by: Subject, at: datetime
) -> None:
    """Declare that a resource is not updated for a time (停更).

    Raises NoSuchResource, NotPermitted, ReasonMissing, StopTermReversed, StopOpen.
    """
    services.declare_stop(code=code, reason=reason, from_day=from_day, until_day=until_day, by=by, at=at)


def ask_withdrawal(*, code: str, reason: str, replaced_by: str = "", by: Subject, at: datetime) -> str:
    """Ask that a resource leave the catalogue (申请下线); gives the case number.

    Raises NoSuchResource, NotPermitted, ResourceNotPublished, WithdrawalOpen, ReasonMissing, ReplacementUnknown.
    """
    made = services.ask_withdrawal(code=code, reason=reason, replaced_by=replaced_by, by=by, at=at)
    return made.case_no


def note_mounted(code: str, *, at: datetime) -> None:
    """Told by mounting: the resource's data can be reached from now on (挂载). Raises NoSuchResource."""
    services.note_mounted(code=code, at=at)


def note_unmounted(code: str) -> None:
    """Told by mounting: the resource's data cannot be reached any more. Raises NoSuchResource."""
    services.note_unmounted(code=code)


def ensure_section(provider_uscc: str, *, at: datetime) -> str:
    """The classification code of a department's own section (目), made when it has none yet."""
    return services.ensure_section(provider_uscc=provider_uscc)


def ensure_start_data(*, at: datetime) -> None:
    """Lay down the classification tree; what is there stays. Called by `manage start_data`."""
    start_data.ensure_start_data(at=at)
