"""One call from its request to its answer: admit, fetch, log, answer."""

import asyncio
import json
import re
from binascii import hexlify
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from time import perf_counter_ns, time

import structlog

from jutong.delivery.gateway.plane.admission import NOTHING_SAID, Admission, said_by
from jutong.delivery.gateway.plane.errors import Refused
from jutong.delivery.gateway.plane.http import JSON, Answer, Request
from jutong.delivery.gateway.plane.journal import Journal
from jutong.delivery.gateway.plane.metrics import Metrics
from jutong.delivery.gateway.plane.parameters import Question
from jutong.delivery.gateway.plane.policy import ClientKey, Grant, ServicePlace
from jutong.delivery.gateway.plane.policy_feed import PolicyFeed
from jutong.delivery.gateway.plane.sampling import Sampler
from jutong.delivery.gateway.plane.service_answers import Introduction, granted_rows, service_request
from jutong.delivery.gateway.plane.services import ServiceAnswer, Services
from jutong.delivery.gateway.plane.settings import PlaneSettings
from jutong.delivery.gateway.plane.tables import TableReader
from jutong.delivery.gateway.plane.words import refusal_body
from jutong.delivery.gateway.values import scheme
from jutong.delivery.gateway.values.refusals import ANSWERED, REFUSALS

log = structlog.get_logger(__name__)

Reply = Callable[[Answer], None]
_RESOURCE_MAX = 80
_PRINTABLE = re.compile(rb"[!-~]{0,120}")


class Call:
    """What is known of a call so far."""

    __slots__ = (
        "answer", "at", "grant", "key", "outcome", "question", "reply", "request", "said", "started_ns",
    )  # fmt: skip

    def __init__(self, request: Request, reply: Reply):
        self.request = request
        self.reply = reply
        self.at = time()
        self.started_ns = perf_counter_ns()
        self.key: ClientKey | None = None
        self.grant: Grant | None = None
        self.question: Question | None = None
        self.said = NOTHING_SAID
        self.outcome = ANSWERED
        self.answer: Answer | None = None


class Calls:
    """Answers calls. Everything a call needs is in memory but its data."""

    def __init__(
        self,
        settings: PlaneSettings,
        *,
        feed: PolicyFeed,
        admission: Admission,
        tables: TableReader,
        services: Services,
        journal: Journal,
        introduction: Introduction,
        metrics: Metrics,
    ):
        self._settings = settings
        self._feed = feed
        self._admission = admission
        self._tables = tables
        self._services = services
        self._journal = journal
        self._introduction = introduction
        self._metrics = metrics
        self._sampler = Sampler(settings.unauthenticated_logged_per_second)
        self._tasks: set[asyncio.Task[None]] = set()
        self.in_flight = 0
        self.loop_lag = 0.0
        self.unsent_bytes = 0
        self.stopping = False

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer a request by calling `reply` once, now or later."""
        call = Call(request, reply)
        self.in_flight += 1
        try:
            self._check_state()
            self._fetch(call, *self._admit(call))
        except Refused as refused:
            self._refuse(call, refused)
        except Exception:
            self._break_down(call)

    # --- Admit -------------------------------------------------------------------------------------------------------

    def _check_state(self) -> None:
        settings = self._settings
        if not self._journal.available:
            raise Refused("log_unavailable", retry_after=2)
        lagging = self.loop_lag > settings.loop_lag_max_seconds
        choked = self.unsent_bytes > settings.unsent_max_bytes
        if self.stopping or lagging or choked or self.in_flight > settings.calls_in_flight_max:
            raise Refused("overloaded", retry_after=1)
        if self._feed.age > settings.policy_age_limit_seconds:
            raise Refused("policy_unavailable", retry_after=5)

    def _admit(self, call: Call) -> tuple[Grant, Question]:
        request = call.request
        if not request.path.startswith(scheme.RESOURCE_PREFIX):
            raise Refused("path_unknown")
        if request.method not in (b"GET", b"POST"):
            raise Refused("method_not_allowed")
        now_ms = int(call.at * 1000)
        key = self._admission.authenticate(request, now_ms)
        call.key = key
        grant = self._admission.authorise(key, request, now_ms)
        call.grant = grant
        call.said = said_by(request, required=grant.sensitive)
        question = self._admission.question(grant, request)
        call.question = question
        self._admission.charge(grant, call.at)
        return grant, question

    # --- Fetch -------------------------------------------------------------------------------------------------------

    def _fetch(self, call: Call, grant: Grant, question: Question) -> None:
        if isinstance(grant.place, ServicePlace):
            self._ask_service(call, grant, question, grant.place)
            return
        task = asyncio.get_running_loop().create_task(self._fetch_rows(call, grant, question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch_rows(self, call: Call, grant: Grant, question: Question) -> None:
        try:
            found = await self._tables.answer(grant, question)
            self._answer_rows(call, grant, question, ",".join(found.rows), len(found.rows), more=found.more)
        except Refused as refused:
            self._refuse(call, refused)
        except Exception:
            self._break_down(call)

    def _ask_service(self, call: Call, grant: Grant, question: Question, place: ServicePlace) -> None:
        service = self._services.at(place)
        fault = service.admits()
        if fault:
            raise Refused(fault, retry_after=2)
        service.call(
            service_request(grant, place, question, self._introduction),
            place.timeout_seconds,
            lambda answer: self._service_answered(call, grant, question, answer),
        )

    def _service_answered(self, call: Call, grant: Grant, question: Question, answer: ServiceAnswer) -> None:
        try:
            if answer.fault:
                raise Refused(answer.fault, retry_after=2)
            if grant.columns:
                rows, number = granted_rows(grant, answer.body, self._settings.masking_secret)
                self._answer_rows(call, grant, question, rows, number, more=False)
            else:
                self._conclude(call, 200, answer.body, answer.media_type, rows=None)
        except Refused as refused:
            self._refuse(call, refused)
        except Exception:
            self._break_down(call)

    # --- Answer ------------------------------------------------------------------------------------------------------

    def _answer_rows(self, call: Call, grant: Grant, question: Question, rows: str, number: int, *, more: bool) -> None:
        """Answer with rows, which are JSON texts joined by commas."""
        body = b'%b,"page":%d,"page_size":%d,"rows":[%b],"more":%b,"call":"%b"}' % (
            grant.answer_head,
            question.page,
            question.page_size,
            rows.encode(),
            b"true" if more else b"false",
            self._call_no(),
        )
        self._conclude(call, 200, body, JSON, rows=number)

    def _refuse(self, call: Call, refused: Refused) -> None:
        call.outcome = refused.code
        refusal = REFUSALS[refused.code]
        logged = self._journal.available and (call.key is not None or self._sampler.takes(refused.code))
        language = call.request.headers.get(b"accept-language", b"")
        body = refusal_body(refused, self._call_no().decode() if logged else "", language)
        extra = b"retry-after: %d\r\n" % refused.retry_after if refused.retry_after else b""
        if logged:
            self._conclude(call, refusal.status, body, JSON, rows=None, extra=extra)
        else:
            self._metrics.unlogged += 1
            call.answer = Answer(refusal.status, body, JSON, extra)
            self._finish(call)

    def _break_down(self, call: Call) -> None:
        log.exception("gateway.internal_error", resource=call.request.path.decode("latin-1"))
        self._refuse(call, Refused("internal_error"))

    def _conclude(
        self, call: Call, status: int, body: bytes, media_type: bytes, *, rows: int | None, extra: bytes = b""
    ) -> None:
        """The answer is made; log it, and let it go when the record is durable."""
        if not self._journal.available:
            self._take_back(call)
            return
        call.answer = Answer(status, body, media_type, b"x-jutong-call: %b\r\n%b" % (self._call_no(), extra))
        self._journal.append(self._record(call, status, body, rows), lambda durable: self._logged(call, durable))

    def _logged(self, call: Call, durable: bool) -> None:
        if durable:
            self._finish(call)
        else:
            self._take_back(call)

    def _take_back(self, call: Call) -> None:
        """There is no record, so there is no answer."""
        refused = Refused("log_unavailable")
        call.outcome = refused.code
        body = refusal_body(refused, "", call.request.headers.get(b"accept-language", b""))
        call.answer = Answer(REFUSALS[refused.code].status, body, JSON, b"retry-after: 2\r\n")
        self._finish(call)

    def _finish(self, call: Call) -> None:
        self.in_flight -= 1
        self._metrics.count(call.outcome, (perf_counter_ns() - call.started_ns) / 1e9)
        assert call.answer is not None
        call.reply(call.answer)

    # --- The record --------------------------------------------------------------------------------------------------

    def _call_no(self) -> bytes:
        return b"%b-%d" % (self._journal.gateway.encode(), self._journal.next_number)

    def _record(self, call: Call, status: int, body: bytes, rows: int | None) -> bytes:
        headers, said, grant = call.request.headers, call.said, call.grant
        if grant is None:
            about, purpose, case = _about_stranger(call), said.purpose, said.case
        else:
            about, purpose, case = grant.log_part, said.purpose or grant.purpose, said.case or grant.case
        return (
            b'{"at":%d,"us":%d,"outcome":"%b","status":%d,%b,"key":%b,"official":%b,"purpose":%b,"case":%b,'
            b'"parameters":%b,"rows":%b,"bytes":%d,"digest":"%b","source":"%b","nonce":"%b","signature":"%b",'
            b'"policy":%d,"repeats":1}'
        ) % (
            int(call.at * 1000),
            (perf_counter_ns() - call.started_ns) // 1000,
            call.outcome.encode(),
            status,
            about,
            _quoted(call.key.key_id if call.key else _printable(headers.get(scheme.KEY, b""))),
            _quoted(said.official),
            _quoted(purpose),
            _quoted(case),
            _names(call.question.names) if call.question else b"[]",
            b"null" if rows is None else b"%d" % rows,
            len(body),
            hexlify(sha256(body).digest()),
            call.request.source.encode(),
            # Of an authenticated caller they are known to be plain.
            headers[scheme.NONCE] if call.key else _plain(headers.get(scheme.NONCE, b"")),
            headers[scheme.SIGNATURE] if call.key else _plain(headers.get(scheme.SIGNATURE, b"")),
            self._feed.revision,
        )

    def refuse_unread(self, refused: Refused, source: str, accept_language: bytes) -> Answer:
        """The answer to bytes that were no request; counted and sampled like any refusal of a stranger."""
        request = Request(b"", b"", b"", {b"accept-language": accept_language}, b"", source)
        answers: list[Answer] = []
        call = Call(request, answers.append)
        self.in_flight += 1
        call.outcome = refused.code
        self._metrics.unlogged += 1
        self._sampler.count(refused.code)
        call.answer = Answer(REFUSALS[refused.code].status, refusal_body(refused, "", accept_language), close=True)
        self._finish(call)
        return answers[0]

    def log_sampled_out(self) -> None:
        """Write one record for each kind of refusal that was counted but not logged singly."""
        if not self._journal.available:
            return
        for code, number in self._sampler.counted().items():
            members = {"at": int(time() * 1000), "us": 0, "outcome": code, "status": REFUSALS[code].status}
            record = json.dumps({**members, "repeats": number}).encode()
            self._journal.append(record, lambda durable: None)


def _about_stranger(call: Call) -> bytes:
    """Whose call it is, as far as known, and which resource it named."""
    resource = _printable(call.request.path.removeprefix(scheme.RESOURCE_PREFIX)[:_RESOURCE_MAX])
    members = {"resource": resource}
    if call.key is not None:
        members |= {"client": call.key.client, "consumer": call.key.organisation}
    return json.dumps(members, ensure_ascii=False).encode()[1:-1]


@lru_cache(maxsize=8192)
def _quoted(text: str) -> bytes:
    """A JSON text; keys, purposes and officials repeat."""
    return json.dumps(text, ensure_ascii=False).encode()


@lru_cache(maxsize=1024)
def _names(names: tuple[str, ...]) -> bytes:
    return json.dumps(names, ensure_ascii=False).encode()


def _plain(value: bytes) -> bytes:
    """A header value, if it needs no escapes in JSON; anything else is not worth keeping."""
    return b"" if b'"' in value or b"\\" in value or not _PRINTABLE.fullmatch(value) else value


def _printable(value: bytes) -> str:
    return value.decode() if _PRINTABLE.fullmatch(value) else ""
