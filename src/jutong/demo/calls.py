"""Two months of calls under the region's grants: busy mornings, quiet weekends, refusals and faults among them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from jutong.delivery.gateway import api as gateway
from jutong.delivery.gateway.api import PastSegment
from jutong.delivery.gateway.values import ANSWERED, REFUSALS
from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing.values import Grant
from jutong.demo.moments import Past
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.crypto import SigningKey
from jutong.supply.catalogue import api as catalogue

DAYS = 61
GATEWAY = "gdemo"
CALLS_A_DAY = 560
"""On a working day, all grants together."""

_HOURS = (1, 1, 1, 1, 1, 1, 2, 6, 40, 85, 100, 80, 25, 22, 70, 90, 85, 60, 22, 10, 6, 4, 2, 1)
_REST_DAY = 0.12
_WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 0.8, 1.0, 1.0)
_OUTCOMES = (
    (ANSWERED, 955),
    ("parameter_invalid", 12),
    ("parameter_missing", 7),
    ("purpose_required", 6),
    ("quota_exceeded", 6),
    ("parameter_not_allowed", 3),
    ("upstream_timeout", 7),
    ("upstream_unavailable", 4),
)
_FAULTS = 0.07
"""Share of calls that a bad source leaves unanswered."""

_STRANGERS = ("signature_wrong", "key_unknown", "timestamp_outside_window", "path_unknown")


@dataclass(frozen=True, slots=True)
class Log:
    """Where the log of calls is written, who signs it, and the database it is shipped to."""

    folder: Path
    key: SigningKey
    database_url: str


def keep(past: Past, keys: dict[str, str], log: Log) -> int:
    """Write, seal and ship the calls; how many records. `keys` gives the key of each calling system."""
    callers = _callers(past, keys)
    segments = (_day(callers, past.today - timedelta(days=back), past) for back in range(DAYS, -1, -1))
    return gateway.keep_past_log(
        segments, folder=log.folder, gateway=GATEWAY, key=log.key, database_url=log.database_url
    )


@dataclass(frozen=True, slots=True)
class _Caller:
    """A grant as it is called: since when, how much of the day's calls it makes, and what its records repeat."""

    since: datetime
    until: datetime
    weight: float
    about: str
    parameters: str
    official: str
    source: str
    faulty: bool


def _callers(past: Past, keys: dict[str, str]) -> list[_Caller]:
    random = Random("callers")
    grants = sorted(sharing.live_grants(at=past.now), key=lambda grant: grant.grant_no)
    found = catalogue.resources({grant.resource_code for grant in grants})
    return [
        _Caller(
            # Systems that were connected before the platform was there went on calling.
            since=datetime.min.replace(tzinfo=SHANGHAI) if place % 3 == 0 else grant.starts_at,
            until=grant.expires_at,
            weight=min(random.paretovariate(0.9), 12.0),
            about=_about(grant, keys[grant.client_no]),
            parameters=json.dumps([parameter.column for parameter in found[grant.resource_code].controlled_parameters]),
            official=f"经办{random.randrange(100, 999)}",
            # Some departments' systems answer badly.
            faulty=sum(map(ord, grant.resource_code)) % 6 == 0,
            source=f"10.45.{random.randrange(1, 200)}.{random.randrange(2, 250)}",
        )
        for place, grant in enumerate(grants)
    ]


def _about(grant: Grant, key_id: str) -> str:
    members = {
        "client": grant.client_no,
        "consumer": grant.consumer_uscc,
        "provider": grant.provider_uscc,
        "resource": grant.resource_code,
        "version": grant.resource_version,
        "grant": grant.grant_no,
        "revision": 1,
        "columns": list(grant.terms.columns),
        "key": key_id,
        "purpose": grant.terms.purpose,
        "case": grant.terms.matter,
    }
    return json.dumps(members, ensure_ascii=False)[1:-1]


def _day(callers: Sequence[_Caller], day: date, past: Past) -> PastSegment:
    """The calls of one day in their order, as one segment that is sealed at its end."""
    random = Random(f"calls {day}")
    begin = datetime.combine(day, time(), SHANGHAI)
    end = min(begin + timedelta(days=1), past.now)
    made = sorted(_calls(random, callers, begin, past), key=lambda call: call[0])
    records = [record for moment, record in made if begin.timestamp() <= moment < end.timestamp()]
    return PastSegment(begin, end, records)


def _calls(random: Random, callers: Sequence[_Caller], begin: datetime, past: Past) -> Iterator[tuple[float, bytes]]:
    busy = _WEEKDAYS[begin.weekday()] if past.calendar.is_workday(begin.date()) else _REST_DAY
    live = [caller for caller in callers if caller.since <= begin and caller.until > begin]
    count = round(CALLS_A_DAY * busy * random.uniform(0.85, 1.15)) if live else 0
    chosen = random.choices(live, weights=[caller.weight for caller in live], k=count) if live else []
    outcomes = random.choices([outcome for outcome, _ in _OUTCOMES], weights=[share for _, share in _OUTCOMES], k=count)
    hours = random.choices(range(24), weights=_HOURS, k=count)
    for caller, outcome, hour in zip(chosen, outcomes, hours, strict=True):
        moment = begin.timestamp() + (hour + random.random()) * 3600
        failed = caller.faulty and random.random() < _FAULTS
        yield moment, _record(random, caller, "upstream_timeout" if failed else outcome, moment)
    for code in random.sample(_STRANGERS, 2):
        moment = begin.timestamp() + random.random() * 86_400
        yield moment, _stranger(random, code, moment)


def _record(random: Random, caller: _Caller, outcome: str, moment: float) -> bytes:
    answered = outcome == ANSWERED
    slow = outcome == "upstream_timeout"
    rows = random.choice((1, 1, 1, 1, 0, 2, 20, 100)) if answered else 0
    duration = 10_000_000 if slow else int(random.lognormvariate(8.6, 0.6)) + 40 * rows
    status = 200 if answered else REFUSALS[outcome].status
    digest, nonce, signature = random.getrandbits(256), random.getrandbits(128), random.getrandbits(256)
    return (
        f'{{"at":{int(moment * 1000)},"us":{duration},"outcome":"{outcome}","status":{status},{caller.about},'
        f'"official":"{caller.official}","parameters":{caller.parameters},"rows":{rows if answered else "null"},'
        f'"bytes":{180 + rows * 260},"digest":"{digest:064x}","source":"{caller.source}","nonce":"{nonce:032x}",'
        f'"signature":"{signature:064x}","policy":1,"repeats":1}}'
    ).encode()


def _stranger(random: Random, code: str, moment: float) -> bytes:
    members = {"at": int(moment * 1000), "us": 0, "outcome": code, "status": REFUSALS[code].status}
    return json.dumps({**members, "repeats": random.randrange(1, 12)}).encode()
