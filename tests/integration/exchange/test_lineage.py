"""Where data comes from and goes is shown, told to other tools, and known only to those who may."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from jutong.kernel import clock
from jutong.kernel.crypto import Secret
from jutong.kernel.policy import Post
from jutong.supply.exchange.domain.lineage import NoLineage
from jutong.supply.exchange.models import LineageEvent
from jutong.supply.exchange.services import lineage
from tests.integration.exchange.test_faces import page, someone


class Receiver(HTTPServer):
    """Takes events, with the answers it is told to give."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.taken: list[tuple[str, dict]] = []


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.answers.pop(0) if self.server.answers else 201
        if status < 300:
            self.server.taken.append((self.headers["Authorization"], body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    server = Receiver()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.JUTONG_OPENLINEAGE_URL = f"http://127.0.0.1:{server.server_port}/api/v1/lineage"
    settings.JUTONG_OPENLINEAGE_TOKEN = Secret("a-token")
    settings.JUTONG_BASE_URL = "https://data.example.gov.cn"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_run_is_told_from_its_start_to_its_end_and_again_where_nobody_answered(
    department, shop_code, maria, receiver
):
    run = department.run(shop_code)
    now = clock.now()
    receiver.answers = [503]

    while lineage.send(at=now):
        pass
    assert [body["eventType"] for _, body in receiver.taken] == ["COMPLETE"]
    while lineage.send(at=now.replace(year=now.year + 1)):
        pass

    assert [body["eventType"] for _, body in receiver.taken] == ["COMPLETE", "START"]
    token, done = receiver.taken[0]
    assert token == "Bearer a-token"
    assert done["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == run.inserted == 5
    origins = done["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert {column: origin["inputFields"][0]["field"] for column, origin in origins.items()} == {
        name: name for name in ("id", "mc", "je", "rq", "gxsj")
    }
    assert "127.0.0.1" not in json.dumps(done)
    assert not LineageEvent.objects.filter(sent_at=None).exists()

    maria.sql("ALTER TABLE shop DROP COLUMN je", "dept")
    drifted = department.run(shop_code)
    told = someone(Post.DATA_STEWARD, department.uscc).caller.get(f"/api/v1/exchange/runs/{drifted.run_no}/lineage")
    events = [json.loads(line) for line in told.content.decode().splitlines()]
    assert [each["eventType"] for each in events] == ["START", "FAIL"]
    assert events[1]["run"]["facets"]["errorMessage"]["message"] == "schema_drifted"

    receiver.answers = [400, 400]
    while lineage.send(at=now.replace(year=now.year + 1)):
        pass
    assert LineageEvent.objects.filter(next_try_at__isnull=False).count() == 0
    assert lineage.forget(at=now.replace(year=now.year + 1)) == 4


def test_the_page_leads_from_column_to_item_for_those_who_may_know_the_source(department, shop_code):
    department.run(shop_code)
    steward = someone(Post.DATA_STEWARD, department.uscc)

    shown = page(steward, f"/exchange/lineage/{shop_code}/", 20)
    told = steward.caller.get(f"/api/v1/exchange/lineage/{shop_code}").json()

    assert "dept.shop" in shown
    assert "没有您可以查看的使用部门" in shown
    assert told["relation"].startswith("pool.r_")
    (key,) = [column for column in told["columns"] if column["key"]]
    assert (key["source"], key["column"], key["receivers"]) == ("id", "id", [])
    stranger = someone(Post.DATA_COORDINATOR)
    assert stranger.browser.get(f"/exchange/lineage/{shop_code}/").status_code == 404
    assert stranger.caller.get(f"/api/v1/exchange/lineage/{shop_code}").status_code == 404
    assert NoLineage(resource_code=shop_code).code == "no_lineage"
