"""The REST face: feeds, harvests with their records, and the table of words."""

from datetime import datetime
from typing import Annotated, Any

from django.utils.translation import gettext
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from jutong.base.access import require
from jutong.base.http import SubjectRequest
from jutong.base.rest import PageQuery, StrictSchema, page_of, problems
from jutong.kernel import clock
from jutong.kernel.crypto import Secret
from jutong.supply.harvest import models, policy, queries
from jutong.supply.harvest.domain.errors import words_of
from jutong.supply.harvest.services import feeds, harvests, wordbook
from jutong.supply.harvest.services.feeds import FeedWish
from jutong.supply.harvest.values import FeedKind, HarvestState, HarvestVerdict, Schedule, WordKind

router = Router(tags=["harvest"])

_LINE = r"^[^\x00-\x1f\x7f]*$"


def _line(limit: int, least: int = 0) -> Any:
    return StringConstraints(pattern=_LINE, min_length=least, max_length=limit)


InFeed = Annotated[str, InPath(pattern=r"^LY[0-9]{10,16}$", examples=["LY2026000001"])]
InHarvest = Annotated[str, InPath(pattern=r"^CJ[0-9]{10,16}$", examples=["CJ2026000001"])]
InWord = Annotated[int, InPath(ge=1, le=2**62)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


# --- Feeds -----------------------------------------------------------------------------------------------------------


class FeedIn(StrictSchema):
    """An outside catalogue to harvest. `password` is the token it asks for; it is sealed and never shown again.

    A schedule can be set once a harvest was confirmed and written.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", max_length=100)]
    kind: FeedKind
    address: Annotated[str, _line(1000, 1), Field(examples=["https://data.example.gov.cn/"])]
    password: Annotated[str, _line(500)] | None = None
    records_max: Count = 5_000
    page_megabytes: Count = 8
    request_seconds: Count = 30
    schedule: Schedule = Schedule.OFF

    @property
    def wish(self) -> FeedWish:
        return FeedWish(**self.model_dump(exclude={"password"}))

    @property
    def token(self) -> Secret | None:
        return Secret(self.password) if self.password else None


class FeedOut(Schema):
    """A feed as it stands; `failures` counts scheduled harvests that failed one after another."""

    feed_no: str
    provider_uscc: str
    name: str
    kind: FeedKind
    address: str
    has_token: bool
    records_max: int
    page_megabytes: int
    request_seconds: int
    schedule: Schedule
    next_due_at: datetime | None
    failures: int
    changed_at: datetime


class FeedPage(Schema):
    """A page of feeds."""

    total: int
    items: list[FeedOut]


@router.get("/feeds", response={200: FeedPage, **problems()}, summary="Feeds I may see")
def list_feeds(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """A steward sees the own department's, bureau, centre and monitors all."""
    return page_of(queries.feeds(request.subject), query, present=_feed)


@router.post("/feeds", response={201: FeedOut, **problems(409)}, summary="Register a feed")
def register_feed(request: SubjectRequest, body: FeedIn) -> Any:
    """For the own department; the address must be on its list of permitted addresses."""
    number = feeds.register_feed(wish=body.wish, token=body.token, by=request.subject, at=clock.now())
    return Status(201, _feed(queries.get_feed(number, request.subject)))


@router.get("/feeds/{feed_no}", response={200: FeedOut, **problems(404)}, summary="One feed")
def get_feed(request: SubjectRequest, feed_no: InFeed) -> Any:
    """Without its token, which nobody is shown."""
    return _feed(queries.get_feed(feed_no, request.subject))


@router.put("/feeds/{feed_no}", response={200: FeedOut, **problems(404, 409)}, summary="Change a feed")
def change_feed(request: SubjectRequest, feed_no: InFeed, body: FeedIn) -> Any:
    """Without a token the old one stays, unless the address names another host."""
    feeds.change_feed(feed_no=feed_no, wish=body.wish, token=body.token, by=request.subject, at=clock.now())
    return _feed(queries.get_feed(feed_no, request.subject))


@router.delete("/feeds/{feed_no}", response={204: None, **problems(404, 409)}, summary="Take a feed out of use")
def remove_feed(request: SubjectRequest, feed_no: InFeed) -> Any:
    """Its token is destroyed; drafts that it made stay."""
    feeds.remove_feed(feed_no=feed_no, by=request.subject, at=clock.now())
    return Status(204, None)


# --- Harvests --------------------------------------------------------------------------------------------------------


class UnknownWord(Schema):
    """A foreign word that nobody has told the meaning of, and in how many records it stood."""

    kind: WordKind
    word: str
    count: int


class HarvestOut(Schema):
    """A harvest as it stands. `claimed` is how many records the feed says it has, null while it says nothing.

    `error` says why it failed; the counts say what would become of the records, after the writing what became of them.
    """

    harvest_no: str
    feed_no: str
    provider_uscc: str
    state: HarvestState
    automatic: bool
    requested_at: datetime
    confirmed_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    stop_requested: bool
    pages: int
    met: int
    claimed: int | None
    to_write: int
    written: int
    new: int
    changed: int
    same: int
    gone: int
    left: int
    refused: int
    unknown_words: list[UnknownWord]
    error_code: str
    error: str


class HarvestPage(Schema):
    """A page of harvests."""

    total: int
    items: list[HarvestOut]


class HarvestsQuery(PageQuery):
    """Which harvests: of one feed, in one state."""

    feed: Annotated[str, StringConstraints(pattern=r"^LY[0-9]{10,16}$")] | None = None
    state: HarvestState | None = None


class HarvestIn(StrictSchema):
    """The feed to read and compare now."""

    feed: Annotated[str, StringConstraints(pattern=r"^LY[0-9]{10,16}$"), Field(examples=["LY2026000001"])]


class NoHarvestBody(StrictSchema):
    """An empty body."""


class HarvestRecordOut(Schema):
    """A record: what would become of it, the elements in which it differs, and why it is refused where it is."""

    position: int
    foreign_id: str
    title: str
    verdict: HarvestVerdict
    differences: list[str]
    gaps: int
    draft_no: str
    written: bool
    reason_code: str
    reason: str


class HarvestRecordPage(Schema):
    """A page of records."""

    total: int
    items: list[HarvestRecordOut]


class HarvestRecordsQuery(PageQuery):
    """Which records: of one verdict."""

    verdict: HarvestVerdict | None = None


@router.get("/harvests", response={200: HarvestPage, **problems()}, summary="Harvests I may see")
def list_harvests(request: SubjectRequest, query: Query[HarvestsQuery]) -> dict[str, Any]:
    """The newest first."""
    rows = queries.harvests(request.subject)
    if query.feed:
        rows = rows.filter(feed__feed_no=query.feed)
    if query.state:
        rows = rows.filter(state=query.state)
    return page_of(rows, query, present=_harvest)


@router.post("/harvests", response={202: HarvestOut, **problems(404, 409)}, summary="Preview a feed")
def start_harvest(request: SubjectRequest, body: HarvestIn) -> Any:
    """The worker reads and compares it; nothing is written before the confirmation."""
    number = harvests.start_harvest(feed_no=body.feed, by=request.subject, at=clock.now())
    return Status(202, _harvest(queries.get_harvest(number, request.subject)))


@router.get("/harvests/{harvest_no}", response={200: HarvestOut, **problems(404)}, summary="One harvest")
def get_harvest(request: SubjectRequest, harvest_no: InHarvest) -> Any:
    """With its progress, which moves with every page."""
    return _harvest(queries.get_harvest(harvest_no, request.subject))


@router.get(
    "/harvests/{harvest_no}/records",
    response={200: HarvestRecordPage, **problems(404)},
    summary="Records of a harvest",
)
def list_records(request: SubjectRequest, harvest_no: InHarvest, query: Query[HarvestRecordsQuery]) -> dict[str, Any]:
    """In the order met; those that the feed has no more come last."""
    rows = queries.records(queries.get_harvest(harvest_no, request.subject))
    return page_of(rows.filter(verdict=query.verdict) if query.verdict else rows, query, present=_record)


@router.post(
    "/harvests/{harvest_no}/confirmation",
    response={202: HarvestOut, **problems(404, 409)},
    summary="Write the previewed records as drafts",
)
def confirm(request: SubjectRequest, harvest_no: InHarvest, body: NoHarvestBody) -> Any:
    """By the worker, record by record; what the catalogue refuses is told with its reason."""
    return _steered(request, harvest_no, harvests.confirm)


@router.post(
    "/harvests/{harvest_no}/resume",
    response={202: HarvestOut, **problems(404, 409)},
    summary="Go on where it failed or was stopped",
)
def resume(request: SubjectRequest, harvest_no: InHarvest, body: NoHarvestBody) -> Any:
    """From the last finished page or record."""
    return _steered(request, harvest_no, harvests.resume)


@router.post("/harvests/{harvest_no}/stop", response={202: HarvestOut, **problems(404, 409)}, summary="Stop a harvest")
def stop(request: SubjectRequest, harvest_no: InHarvest, body: NoHarvestBody) -> Any:
    """What was written stays written."""
    return _steered(request, harvest_no, harvests.stop)


@router.post(
    "/harvests/{harvest_no}/discard", response={202: HarvestOut, **problems(404, 409)}, summary="Give a preview up"
)
def discard(request: SubjectRequest, harvest_no: InHarvest, body: NoHarvestBody) -> Any:
    """Its records are forgotten."""
    return _steered(request, harvest_no, harvests.discard)


def _steered(request: SubjectRequest, harvest_no: str, act: Any) -> Any:
    act(harvest_no=harvest_no, by=request.subject, at=clock.now())
    return Status(202, _harvest(queries.get_harvest(harvest_no, request.subject)))


# --- Words -----------------------------------------------------------------------------------------------------------


class HarvestWordIn(StrictSchema):
    """A foreign word and ours: a credit code, a class, a format, an update cycle, or a condition of openness.

    `-` means that the word means nothing here.
    """

    kind: WordKind
    theirs: Annotated[str, _line(300, 1)]
    ours: Annotated[str, _line(400, 1)]


class HarvestWordOut(Schema):
    """A line of the table."""

    id: int
    kind: WordKind
    theirs: str
    ours: str
    changed_at: datetime


class HarvestWordPage(Schema):
    """A page of the table."""

    total: int
    items: list[HarvestWordOut]


@router.get("/words", response={200: HarvestWordPage, **problems()}, summary="What foreign words mean here")
def list_words(request: SubjectRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """The bureau's own lines; the defaults stand in the rule packs."""
    require(request.subject, policy.VIEW_WORDS)
    return page_of(queries.words(request.subject), query)


@router.post("/words", response={201: HarvestWordOut, **problems(409)}, summary="Tell what a foreign word means")
def add_word(request: SubjectRequest, body: HarvestWordIn) -> Any:
    """For the bureau; drafts follow at the next harvest."""
    number = wordbook.add_word(**body.model_dump(), by=request.subject, at=clock.now())
    return Status(201, queries.words(request.subject).get(pk=number))


@router.delete("/words/{word_id}", response={204: None, **problems(404)}, summary="Take a line off the table")
def remove_word(request: SubjectRequest, word_id: InWord) -> Any:
    """From the next harvest on the word means what the rule packs say."""
    wordbook.remove_word(word_id=word_id, by=request.subject, at=clock.now())
    return Status(204, None)


# --- Rows as answers -------------------------------------------------------------------------------------------------


def _feed(row: models.Feed) -> dict[str, Any]:
    names = FeedOut.model_fields.keys() - {"has_token"}
    return {name: getattr(row, name) for name in names} | {"has_token": bool(row.sealed_token)}


def _harvest(row: models.Harvest) -> dict[str, Any]:
    special = {"feed_no", "stop_requested", "error", "error_code"}
    found = {name: getattr(row, name) for name in HarvestOut.model_fields.keys() - special}
    return found | {
        "feed_no": row.feed.feed_no,
        "stop_requested": row.stop_requested_at is not None,
        "error_code": row.error["code"] if row.error else "",
        "error": words_of(row.error, gettext) if row.error else "",
    }


def _record(row: models.HarvestRecord) -> dict[str, Any]:
    names = HarvestRecordOut.model_fields.keys() - {"reason", "reason_code"}
    return {name: getattr(row, name) for name in names} | {
        "reason_code": row.reason["code"] if row.reason else "",
        "reason": words_of(row.reason, gettext) if row.reason else "",
    }
