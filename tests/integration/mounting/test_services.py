"""HTTP JSON services: tried before they are kept, never followed elsewhere, bounded."""

import contextlib
import http.server
import json
import threading

import pytest

from jutong.foundation.outbox import api as outbox
from jutong.foundation.procedures import api as procedures
from jutong.kernel import clock, egress
from jutong.kernel.policy import Post
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue import services as catalogue_services
from jutong.supply.catalogue.values import Content, DataItem
from jutong.supply.exchange.models import Plan
from jutong.supply.mounting import api as mounting
from jutong.supply.mounting.domain import errors
from jutong.supply.mounting.models import Mount
from jutong.supply.mounting.services import mounts
from jutong.supply.mounting.values import MountKind, MountState, ServiceParameter
from tests.support.posts import holder_of
from tests.support.way import AT, completed

ROWS = [{"gmsfhm": "11010519491231002X", "xm": "张三"}]


@pytest.fixture(scope="session")
def service():
    """A department's service on loopback; what it was asked lies in `asked`."""
    asked = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.command, self.path, self.headers["Host"], self.body()))
            path = self.path.partition("?")[0]
            if path == "/people":
                self.say(json.dumps({"code": 0, "data": {"rows": ROWS}}).encode())
            elif path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/people")
                self.end_headers()
            elif path == "/words":
                self.say(b"<html>")
            elif path == "/endless":
                self.say(b"[" + b" " * (9 * 1024 * 1024))
            elif path == "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    except OSError:
                        return
                    threading.Event().wait(0.05)
            else:
                self.send_error(404)

        do_POST = do_GET  # noqa: N815

        def body(self) -> str:
            return self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()

        def say(self, content: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.asked = asked
        yield server
        server.shutdown()


@pytest.fixture
def permitted(department, service):
    mounting.allow_network(
        organisation=department.uscc, cidr="127.0.0.1", port_from=service.server_port, port_to=service.server_port,
        reason="服务", by=department.admin, at=AT,
    )  # fmt: skip


def ask(department, service, path: str, **options):
    options = {"method": "GET", "row_path": "", "values": {}, "timeout_seconds": 5, **options}
    return mounts.try_service(
        organisation=department.uscc,
        url=f"http://127.0.0.1:{service.server_port}",
        path=path,
        by=department.steward,
        **options,
    )


def test_a_service_is_asked_once_with_its_parameters(department, permitted, service):
    fields, rows = ask(department, service, "/people", row_path="data.rows", values={"号": "1 1&x"})

    assert (fields, rows) == (["gmsfhm", "xm"], 1)
    assert service.asked[-1][1] == "/people?%E5%8F%B7=1+1%26x"
    assert service.asked[-1][2] == f"127.0.0.1:{service.server_port}"


def test_a_posted_question_goes_as_json(department, permitted, service):
    ask(department, service, "/people", row_path="data.rows", method="POST", values={"号": "1"})

    assert json.loads(service.asked[-1][3]) == {"号": "1"}


@pytest.mark.parametrize(
    ("path", "options", "error"),
    [
        ("/elsewhere", {}, errors.ServiceStatusWrong),
        ("/nothing", {}, errors.ServiceStatusWrong),
        ("/words", {}, errors.ServiceNotJson),
        ("/people", {"row_path": "data.nowhere"}, errors.RowPathWrong),
        ("/people", {"row_path": "code"}, errors.RowPathWrong),
        ("/endless", {}, errors.ServiceTooLarge),
        ("/slow", {"timeout_seconds": 1}, errors.ServiceTooSlow),
    ],
    ids=["redirect", "status", "no json", "no rows", "number", "endless", "slow"],
)
def test_an_answer_that_is_not_as_described_is_refused(department, permitted, service, path, options, error):
    with pytest.raises(error):
        ask(department, service, path, **options)


def test_a_service_outside_the_list_is_not_called(department, service):
    before = len(service.asked)

    with pytest.raises(egress.AddressSpecial):
        ask(department, service, "/people")

    assert len(service.asked) == before


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1", "http://a@127.0.0.1", "http://127.0.0.1/x?y", "http://127.0.0.1#x", "//127.0.0.1", "file:///x",
     "http://127.0.0.1\\@10.0.0.1", "http://[::1", "gopher://x", "http://127.0.0.1:99999"],
)  # fmt: skip
def test_an_address_in_an_unusual_writing_is_refused(department, url):
    with pytest.raises((errors.UrlMalformed, egress.HostMalformed)):
        mounts.try_service(
            organisation=department.uscc, url=url, path="/", method="GET", row_path="", values={}, timeout_seconds=1,
            by=department.steward,
        )  # fmt: skip


def test_a_mounted_service_keeps_the_judged_address(department, permitted, service):
    items = (DataItem("公民身份号码", "gmsfhm", "C(18)", key=True, nullable=False), DataItem("姓名", "xm", "C(50)"))
    content = completed(Content(title="人员查询", provider_uscc=department.uscc, formats=("json",), items=items))
    code = department.publish(content)

    mounting.mount_service(
        resource_code=code,
        url=f"http://127.0.0.1:{service.server_port}",
        path="/people",
        row_path="data.rows",
        parameters=(ServiceParameter("gmsfhm", "gmsfhm", True),),
        fields={"gmsfhm": "gmsfhm", "xm": "xm"},
        values={"gmsfhm": "11010519491231002X"},
        by=department.steward,
        at=AT,
    )

    mount = mounting.get_mount(code)
    assert mount.kind is MountKind.SERVICE
    assert not mount.gathered
    assert (mount.service.address, mount.service.port) == ("127.0.0.1", service.server_port)
    with pytest.raises(errors.FieldMissing):
        mounting.mount_service(
            resource_code=code, url=f"http://127.0.0.1:{service.server_port}", path="/people", row_path="data.rows",
            fields={"xm": "nowhere"}, values={}, by=department.steward, at=AT,
        )  # fmt: skip


@pytest.mark.source("Guide 6.2.10")
def test_what_leaves_the_catalogue_is_unmounted_by_the_platform_and_planned_no_more(department, permitted, service):
    items = (DataItem("公民身份号码", "gmsfhm", "C(18)", key=True, nullable=False), DataItem("姓名", "xm", "C(50)"))
    code = department.publish(
        completed(Content(title="人员查询", provider_uscc=department.uscc, formats=("json",), items=items))
    )
    mounting.mount_service(
        resource_code=code, url=f"http://127.0.0.1:{service.server_port}", path="/people", row_path="data.rows",
        fields={"gmsfhm": "gmsfhm", "xm": "xm"}, values={}, by=department.steward, at=AT,
    )  # fmt: skip
    outbox.carry(at=AT)
    Plan.objects.create(resource_code=code, provider_uscc=department.uscc, trigger="mount", next_due_at=AT)
    reviewer, now = holder_of(Post.BUREAU_REVIEWER).subject, clock.now()
    made = catalogue_services.ask_withdrawal(code=code, reason="系统停用", by=department.steward, at=now)
    procedures.take_by_platform(made.case_no, "heard", at=now, remark="")
    outbox.carry(at=now)
    while_asked = mounting.mounted_codes().count()

    procedures.act(made.case_no, "take_off", by=reviewer, at=now)
    outbox.carry(at=now)
    outbox.carry(at=now)

    mount = Mount.objects.get(resource_code=code)
    assert while_asked == 1
    assert (mount.state, mount.stop_reason) == (MountState.STOPPED, "数据资源已下线")
    assert catalogue.get_resource(code).mounted_at is None
    assert not Plan.objects.filter(resource_code=code).exists()
