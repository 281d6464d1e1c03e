"""Loading the region: what comes after what, and how far it is."""

import json
import multiprocessing
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import connection, transaction

from jutong.demo import (
    answers,
    calls,
    catalogue,
    databases,
    links,
    lists,
    people,
    readers,
    reform,
    region,
    rounds,
    sharing,
)
from jutong.demo.databases import DepartmentDatabase, Server
from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.foundation.notices import api as notices
from jutong.foundation.outbox import api as outbox
from jutong.foundation.rulebook import api as rulebook
from jutong.kernel.clock import SHANGHAI
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post
from jutong.kernel.text import N_
from jutong.oversight.quality import api as quality
from jutong.registry.accounts import api as accounts
from jutong.registry.accounts.values import StartPerson
from jutong.registry.organisations import api as organisations
from jutong.supply.exchange import api as exchange
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.values import SourceKind, TablePlace, TableRef

Told = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the loader is handed: its folder, the departments' server, the call log, the moment, the platform beside."""

    folder: Path
    server: Server
    log: calls.Log
    now: datetime
    set_up: Callable[[], None]
    """Makes a new process one of the platform's."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load has brought."""

    departments: int
    people: int
    resources: int
    rows: int
    requests: int
    calls: int


def load(around: Surroundings, told: Told) -> Summary:
    """Load the whole region into a platform that holds nothing but its start data.

    Not one transaction, because runs of the exchange are seen by other connections: whoever calls notes the beginning
    and the end, and takes what is between for nothing.
    """
    # Left by a load whose database is gone.
    people_file(around.folder).unlink(missing_ok=True)
    shutil.rmtree(around.log.folder / calls.GATEWAY, ignore_errors=True)
    past = Past(around.now, rulebook.calendar())
    plan = [DepartmentDatabase(slug, secrets.token_urlsafe(24)) for slug in databases.departments()]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as beside:
        filling = beside.submit(databases.fill, around.server, plan, past.today)
        beside.submit(around.set_up)
        usccs = _organisations(past)
        told(N_("单位登记：{count} 个"), count=len(usccs))
        staff = Staff(usccs, datetime.combine(past.beginning + timedelta(days=1), time(), SHANGHAI), past.now)
        with transaction.atomic():
            taken = catalogue.take_over(staff, past)
        told(N_("目录移交：{count} 条"), count=len(taken))
        filled = _people(around.folder, usccs, past)
        told(N_("人员任职：{count} 人"), count=len(filled))
        with transaction.atomic():
            compiled = catalogue.compile_recent(staff, past)
        told(N_("目录编制办件：已发布 {count} 条"), count=len(taken) + len(compiled))
        rows = filling.result()
        told(N_("部门业务库：{count} 行"), count=rows)
        _mount(staff, past, taken, plan, around.server)
        gathering = beside.submit(gather, staff, past, taken)
        # The exchange hears of the mounts now; at the start it would gather all of them a second time.
        outbox.carry(at=past.now)
        # Lists, rounds and readers need the catalogue alone, so they are made while the other process gathers.
        with transaction.atomic():
            lists.compile_lists(staff, past, taken | compiled)
            rounds.compile_in_rounds(staff, past, taken)
            readers.read(staff, past, taken)
        gathered = gathering.result()
    told(N_("数据归集：{count} 行"), count=gathered)
    answers.upgrade_a_system(staff, past, taken, around.server)
    with transaction.atomic():
        clients = sharing.register_clients(staff, past)
        asked = sharing.ask(staff, past, taken, clients)
    told(N_("数据申请：{count} 件"), count=asked)
    logged = calls.keep(past, {client.number: client.key_id for client in clients.values()}, around.log)
    told(N_("调用记录：{count} 条"), count=logged)
    with transaction.atomic():
        sharing.revoke_some(staff, past)
        _measure(staff, taken, past)
        links.report(staff, past)
        reform.rename(staff, past)
        moved = reform.merge(staff, past)
        reform.prepare_another(staff, past)
        write_people(around.folder, reform.moved_people(filled, moved, staff, past))
        notices.mark_older_read(before=past.at(4, 9))
    _analyse()
    return Summary(len(usccs), len(filled), len(taken) + len(compiled), rows, asked, logged)


# --- Departments and people ------------------------------------------------------------------------------------------


@transaction.atomic
def _organisations(past: Past) -> dict[str, str]:
    """Register what the start data do not hold; credit codes by slug."""
    there = {organisation.slug: organisation.uscc for organisation in organisations.departments()}
    bureau = organisations.bureau()
    admin = accounts.people_in(post=Post.SYSTEM_ADMIN, organisation=bureau, at=past.now)[0]
    by = accounts.subject_for(person_no=admin.person_no, post=Post.SYSTEM_ADMIN, organisation=bureau, at=past.now)
    at = datetime.combine(past.beginning, time(9), SHANGHAI)
    for department in region.departments():
        if department.slug not in there:
            there[department.slug] = organisations.create_department(
                uscc=department.uscc,
                name=department.name,
                short_name=department.short_name,
                slug=department.slug,
                kind=department.kind,
                region_code=department.region_code,
                by=by,
                at=at,
            ).uscc
    return {department.slug: there[department.slug] for department in region.departments()}


def _people(folder: Path, usccs: Mapping[str, str], past: Past) -> list[StartPerson]:
    postings = people.without(
        people.postings(usccs, since=past.beginning, today=past.today),
        {person.login_name for person in accounts.start_people()},
    )
    credentials = accounts.new_credentials(len(postings))
    with transaction.atomic():
        filled = accounts.fill_posts(postings, credentials=credentials, name_of_tokens="demo", at=past.now)
        write_people(folder, filled)
    return filled


def people_file(folder: Path) -> Path:
    """Where passwords and tokens of the region's people are kept (0600)."""
    return folder / "people.json"


def write_people(folder: Path, made: Iterable[StartPerson]) -> None:
    """Keep the way in of the region's people: readable by its owner alone, complete or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = people_file(folder)
    unfinished = path.with_suffix(".unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump([asdict(person) for person in made], stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def read_people(folder: Path) -> list[StartPerson]:
    """The region's people; empty when there are none."""
    try:
        rows = json.loads(people_file(folder).read_text("utf-8"))
    except FileNotFoundError:
        return []
    return [StartPerson(**{**row, "post": Post(row["post"])}) for row in rows]


# --- Databases, mounts, runs -----------------------------------------------------------------------------------------


def _mount(staff: Staff, past: Past, codes: dict[str, str], plan: list[DepartmentDatabase], server: Server) -> None:
    """Register each department's database and mount its resources, as its steward would."""
    mounted = {title for title, _ in databases.MOUNTED}
    for database in plan:
        steward = staff.subject(Post.DATA_STEWARD, database.department)
        mounting.allow_network(
            organisation=staff.usccs[database.department],
            cidr=f"{server.host}/32",
            port_from=server.port,
            port_to=server.port,
            reason="演示区域的部门业务库，仅此地址和端口。",
            by=staff.system_admin,
            at=past.at(69, 10, 0),
        )
        source_no = mounting.register_source(
            organisation=staff.usccs[database.department],
            name="业务库",
            kind=SourceKind.POSTGRESQL,
            host=server.host,
            port=server.port,
            database=database.name,
            account=database.account,
            password=Secret(database.password.encode()),
            by=steward,
            at=past.at(68, 10, 40),
        )
        for entry in region.entries():
            if entry.department == database.department and entry.content.title in mounted:
                table = TableRef(databases.SCHEMA, databases.table_name(entry.content.title))
                mounting.mount_table(
                    resource_code=codes[entry.content.title],
                    place=TablePlace(source_no, table),
                    by=steward,
                    at=past.at(67, 15, 10),
                )


def gather(staff: Staff, past: Past, codes: dict[str, str]) -> int:
    """Gather what is mounted by real runs; how many rows lie in the pool then. Done in a process beside."""
    engineer = staff.subject(Post.CENTRE_ENGINEER, "xxzx")
    for title, _ in databases.MOUNTED:
        exchange.carry_out(exchange.start_run(resource_code=codes[title], by=engineer, at=past.now))
    return sum(exchange.get_pool_table(codes[title]).rows for title, _ in databases.MOUNTED)


def _measure(staff: Staff, codes: dict[str, str], past: Past) -> None:
    engineer = staff.subject(Post.CENTRE_ENGINEER, "xxzx")
    for title, _ in databases.MOUNTED:
        quality.measure_now(resource_code=codes[title], by=engineer, at=past.now)


def _analyse() -> None:
    """Let the planner know the platform's tables; those of the pool were analysed by their runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DO $$ DECLARE name text; BEGIN
                FOR name IN
                    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user
                LOOP
                    EXECUTE format('ANALYZE %I', name);
                END LOOP;
            END $$
            """
        )
