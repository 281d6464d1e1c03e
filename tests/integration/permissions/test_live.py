"""The same questions put to the running API: what a list shows and what one thing answers, caller by caller."""

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from django.test import Client as Caller

from jutong.kernel import clock
from jutong.kernel.policy import Post, Subject
from jutong.registry.accounts import queries
from jutong.registry.accounts.models import ApiToken, Appointment, Person
from tests.support import figures

from . import oracle
from .campaign import make_rows, who_of
from .kinds import AT, BY, KINDS, World, is_installed

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Face:
    """A kind of thing as the API shows it: its list, and where one of it is found; `{}` stands for its code."""

    room: str
    kind: str
    action: str
    code: str
    path: str
    one: str = ""
    row: str = ""

    def code_of(self, row: Any) -> str:
        return str(getattr(row, self.row or self.code))


FACES = (
    Face("accounts", "client", "accounts.client.view", "client_no", "clients", "clients/{}"),
    Face("accounts", "client", "accounts.client.view", "client_no", "", "clients/{}/keys"),
    Face("accounts", "person", "accounts.person.view", "person_no", "people"),
    Face("accounts", "appointment", "accounts.appointment.view", "appointment_no", "appointments", row="pk"),
    Face("accounts", "token", "accounts.token.view", "token_no", "tokens"),
    Face("accounts", "absence", "accounts.absence.view", "absence_no", "absences", row="pk"),
    Face("accounts", "handover", "accounts.handover.view", "handover_no", "handovers", "handovers/{}"),
    Face("notices", "notice", "notices.notice.read", "id", "", row="pk"),
    Face("notices", "hook", "notices.hook.see", "hook_no", "hooks", "hooks/{}"),
    Face("notices", "hook", "notices.hook.see", "hook_no", "", "hooks/{}/dispatches"),
    Face("catalogue", "draft", "catalogue.draft.view", "draft_no", "drafts", "drafts/{}/gaps"),
    Face("harvest", "feed", "harvest.feed.view", "feed_no", "feeds", "feeds/{}"),
    Face("harvest", "harvest", "harvest.harvest.view", "harvest_no", "harvests", "harvests/{}"),
    Face("nodes", "node", "nodes.node.view", "node_no", "nodes", "nodes/{}"),
    Face("mounting", "source", "mounting.source.view", "source_no", "sources", "sources/{}"),
    Face("mounting", "upload", "mounting.file.view", "file_no", "files"),
    Face("mounting", "mount", "mounting.mount.view", "resource_code", "mounts"),
    Face("exchange", "run", "exchange.run.view", "run_no", "runs", "runs/{}"),
    Face("exchange", "run", "exchange.reject.view", "run_no", "", "runs/{}/rejects"),
    Face("sharing", "request", "sharing.request.view", "request_no", "requests"),
    Face("sharing", "grant", "sharing.grant.view", "grant_no", "grants"),
    Face("procedures", "case", "procedures.case.see", "case_no", "cases"),
    Face("gateway", "call", "gateway.call.view", "call_no", "calls", "calls/{}"),
    Face("quality", "score", "quality.score.see", "resource_code", "scores"),
    Face("organisations", "plan", "organisations.reform.view", "plan_no", "reforms", "reforms/{}"),
    Face("audit", "entry", "audit.entry.read", "object_code", "entries"),
)


def test_the_api_shows_and_answers_as_the_oracle_says():
    world = World.of(5, organisations=3, rows=12)
    rows = make_rows(world)
    asked, disagreements = 0, []

    for subject, caller in callers(world, 14):
        who = who_of(subject)
        for face in (face for face in FACES if is_installed(face.room)):
            kind = KINDS[face.kind]
            expected = {
                face.code_of(row): oracle.may(face.action, who, thing) and kind.shown(thing)
                for row, thing in rows[face.kind]
            }
            for code, ours in ask(caller, face, expected):
                asked += 1
                if ours != expected[code]:
                    disagreements.append(f"{'shows' if ours else 'hides'} {face.room}/{face.path} {code} to {who}")

    figures.record("permissions.live", asked, "answers", tried=asked, failed=len(disagreements))
    assert not disagreements, "\n".join(disagreements[:20])
    assert asked >= 2_000


def callers(world: World, count: int) -> list[tuple[Subject, Caller]]:
    """People in posts of chance, every post at least once where there is room, each with a token."""
    chance = Random(world.chance.random())
    posts = [post for post in Post if post not in {Post.PUBLIC, Post.CONTRACTOR}]
    chosen = (posts * 2)[:count]
    found = []
    for n, post in enumerate(chosen):
        number = f"P7{n:05d}"
        person = Person.objects.create(
            person_no=number, login_name=number.lower(), display_name=number, password="!", created_at=AT
        )
        appointment = Appointment.objects.create(
            person=person,
            post=post.value,
            organisation=chance.choice(world.organisations),
            starts_on=clock.local_day(AT),
            appointed_by=BY,
            appointed_at=AT,
        )
        token = f"jt_live_{n}"
        ApiToken.objects.create(
            token_no=f"T7{n:05d}",
            appointment=appointment,
            name="live",
            digest=queries.token_digest(token),
            issued_at=AT,
            expires_at=clock.now().replace(year=2100),
        )
        found.append((queries.subject_of(appointment), Caller(headers={"Authorization": f"Bearer {token}"})))
    return found


def ask(caller: Caller, face: Face, codes: Any) -> list[tuple[str, bool]]:
    """Which of these things the API lets the caller see, by its list and one by one."""
    answers = []
    root = f"/api/v1/{face.room}/"
    if face.path:
        answer = caller.get(root + face.path, {"limit": 500})
        assert answer.status_code in {200, 403}, (face.path, answer.status_code, answer.content[:300])
        shown = {str(item[face.code]) for item in answer.json()["items"]} if answer.status_code == 200 else set()
        answers += [(code, code in shown) for code in codes]
    if face.one:
        for code in codes:
            answer = caller.get(root + face.one.format(code))
            assert answer.status_code in {200, 403, 404}, (face.one, answer.status_code, answer.content[:300])
            answers.append((code, answer.status_code == 200))
    return answers
