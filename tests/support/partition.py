"""A department behind a node, steered from outside: `python -m tests.support.partition` beside a running platform.

Reads one order a line, `{"do": name, ...}`, and answers each with a line of JSON. It does what people do at the
portal; runs are carried out by the platform's own worker.
"""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, Self


class Department:
    """What the people of a department do and see, in the process of `Steering`."""

    def __init__(self) -> None:
        from django.db import transaction

        from jutong.kernel.policy import Post
        from tests.support import way
        from tests.support.posts import holder_of

        with transaction.atomic():
            self.way = way.lay_down()
            self.steward = holder_of(Post.DATA_STEWARD, self.way.uscc)
        self.steward.browser.defaults["SERVER_NAME"] = "127.0.0.1"

    def create_node(self) -> dict[str, str]:
        from jutong.supply.nodes.services import keeping

        made = keeping.create_node(
            organisation=self.way.uscc, name="机房一", zone="业务专网", rank=1, by=self.way.steward, at=_now()
        )
        return {"node_no": made.node_no, "code": made.code}

    def mount(self, node_no: str, local_name: str, database: str, table: str) -> str:
        """The table as a mounted resource; its first run begins by itself."""
        from jutong.supply.mounting.values import TableRef
        from jutong.supply.nodes.services import keeping

        source_no = keeping.register_source(
            node_no=node_no, local_name=local_name, name=local_name, by=self.way.steward, at=_now()
        )
        ref = TableRef(database, table)
        code = self.way.publish_table(source_no, ref)
        self.way.mount(code, source_no, ref)
        return code

    def asked(self) -> int:
        from jutong.supply.nodes.models import Release

        return Release.objects.filter(state="asked").count()

    def approve(self, node_no: str) -> None:
        from jutong.supply.nodes.models import Release
        from jutong.supply.nodes.services import keeping

        for row in Release.objects.filter(state="asked"):
            keeping.decide_release(node_no=node_no, release_id=row.pk, approved=True, by=self.way.steward, at=_now())

    def standing(self, node_no: str, code: str) -> dict[str, Any]:
        """How the pages say that node and run stand, and the run's own record."""
        from jutong.supply.exchange.models import Run

        row = Run.objects.filter(resource_code=code).order_by("-pk").first()
        if row is None:
            return {"node": self._state(f"/nodes/{node_no}/"), "run": "", "run_no": "", "error": "", "runs": 0}
        return {
            "node": self._state(f"/nodes/{node_no}/"),
            "run": self._state(f"/exchange/runs/{row.run_no}/"),
            "run_no": row.run_no,
            "state": row.state,
            "error": row.error_code,
            "read": row.rows_read,
            "runs": Run.objects.filter(resource_code=code).count(),
        }

    def relation(self, code: str) -> str:
        from jutong.supply.exchange.models import PoolTable

        return PoolTable.objects.get(resource_code=code).relation

    def pool_digest(self, relation: str) -> list[str]:
        """Rows and digest of the pool's table, by PostgreSQL."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*)::text, coalesce(md5(string_agg(md5(id::text || mc), '' ORDER BY id)), '')"
                f" FROM {relation}"
            )
            return list(cursor.fetchone())

    def leftovers(self) -> int:
        from jutong.supply.nodes.models import Order, SentChunk

        return Order.objects.count() + SentChunk.objects.count()

    def _state(self, path: str) -> str:
        answer = self.steward.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        heading = answer.content.decode().partition("<h1>")[2].partition("</header>")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", heading[:2000]).split())


class Steering:
    """The other end: the department of a platform with these variables, as a process of its own."""

    def __init__(self, variables: dict[str, str]):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.partition"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def __call__(self, name: str, **told: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": name, **told}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the department's process ended"
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer["answer"]


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "jutong.config.settings"
    import django

    django.setup()
    department = Department()
    for line in sys.stdin:
        told = json.loads(line)
        try:
            answer = {"answer": getattr(department, told.pop("do"))(**told)}
        except Exception as fault:
            answer = {"error": repr(fault)}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
