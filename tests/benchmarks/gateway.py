"""The gateway against nginx `proxy_pass`: CPU per call, both in the same run, before the same source.

`gateway.full_ratio`: every check, durable log before the answer, forwarding. The source answers 940 bytes; 64
connections; every request signed with its own nonce. The log is shipped to PostgreSQL meanwhile, as in real life.
`gateway.masked_ratio` adds columns and masks of two fields in five rows; `gateway.table_us` reads 20 rows of a table.

CPU is that of the process (all its threads), from /proc; wall time is not used, because the load generator shares the
machine.
"""

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psutil

from tests.support import figures
from tests.support.gateway import Key, PlaneDatabase, PlaneProcess, SignedRequest, service_place
from tests.support.servers import free_port, postgres_15

CALLS = 40_000
CONNECTIONS = 64
SECONDS = 6
ROUNDS = 5
ANSWER_BYTES = 940

SCRIPT = """
local requests = {}
local at = 0
function init(args)
    local file = io.open(args[1], "rb")
    local length = file:read("*n")
    while length do
        file:read(1)
        requests[#requests + 1] = file:read(length)
        length = file:read("*n")
    end
    file:close()
end
function request()
    at = at + 1
    if at >= #requests then wrk.thread:stop() end
    return requests[math.min(at, #requests)]
end
"""


def rows_of(size_bytes: int) -> list[dict[str, str]]:
    """Five rows that make an answer of about this size."""
    row = {"gmsfhm": "450102199001010001", "xm": "张三丰", "lxdh": "13812345678", "xzqh": "450100", "bz": ""}
    spare = (size_bytes - len(json.dumps([row] * 5, ensure_ascii=False).encode())) // 5
    return [{**row, "bz": "x" * max(0, spare)}] * 5


class Nginx:
    """A private nginx: a source that answers at once, or a proxy before it."""

    def __init__(self, server: str):
        self.folder = Path(tempfile.mkdtemp(prefix="jt-nginx-", dir="/tmp"))
        self.port = free_port()
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
            {"user root;" if psutil.Process().username() == "root" else ""}
            events {{ worker_connections 1024; }}
            http {{
                access_log off; keepalive_requests 1000000; keepalive_timeout 60s;
                client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder};
                uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
                {server.replace("PORT", str(self.port))}
            }}
        """)

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(self.folder), "-c", "nginx.conf"],
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.5)
        assert self.process.poll() is None, (self.folder / "error.log").read_text()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_seconds(self) -> float:
        return cpu_seconds(psutil.Process(self.process.pid))


def source(body: str) -> Nginx:
    answer = f"default_type application/json; return 200 '{body}';"
    return Nginx(f"server {{ listen 127.0.0.1:PORT; location / {{ {answer} }} }}")


def proxy(to: Nginx) -> Nginx:
    return Nginx(f"""
        upstream source {{ server 127.0.0.1:{to.port}; keepalive 128; keepalive_requests 1000000; }}
        server {{ listen 127.0.0.1:PORT; location / {{
            proxy_pass http://source; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
    """)


def cpu_seconds(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


def signed(folder: Path, key: Key, resource: str, query: str = "", calls: int = CALLS) -> Path:
    """A file of requests, each good for one call."""
    path = folder / "requests"
    with path.open("wb") as file:
        for _ in range(calls):
            data = SignedRequest(key, f"/v1/resources/{resource}", query).to_bytes()
            file.write(b"%d\n%b" % (len(data), data))
    return path


def load(folder: Path, port: int, requests: Path) -> int:
    """Send the requests, each once, for some seconds; how many were answered. Raises when any was refused."""
    script = folder / "signed.lua"
    script.write_text(SCRIPT)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    done = subprocess.run([*command, "--", str(requests)], capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise AssertionError(done.stdout)
    return int(next(line.split()[0] for line in done.stdout.splitlines() if "requests in" in line))


def per_call_us(cpu: psutil.Process | Nginx, folder: Path, port: int, requests: Path) -> float:
    """CPU per call in microseconds."""
    measure = cpu.cpu_seconds if isinstance(cpu, Nginx) else lambda: cpu_seconds(cpu)
    before = measure()
    calls = load(folder, port, requests)
    return (measure() - before) / calls * 1e6


def compare(plane: PlaneProcess, key: Key, resource: str, peer: Nginx, folder: Path) -> tuple[float, float]:
    """CPU per call of the gateway and of nginx in the round of the median ratio; rounds alternate.

    The machine is shared: both are dearer in a busy minute, and only what was measured side by side is compared.
    """
    assert plane.process is not None
    process, rounds = psutil.Process(plane.process.pid), []
    for _ in range(ROUNDS):
        requests = signed(folder, key, resource)
        ours = per_call_us(process, folder, plane.port, requests)
        rounds.append((ours, per_call_us(peer, folder, peer.port, requests)))
    return sorted(rounds, key=lambda pair: pair[1] / pair[0])[len(rounds) // 2]


def main() -> None:
    import django

    django.setup()
    rows = rows_of(ANSWER_BYTES)
    body = json.dumps(rows, ensure_ascii=False)
    columns = [{"item": name, "name": name, "type": "C"} for name in rows[0]]
    folder = Path(tempfile.mkdtemp(prefix="jt-bench-", dir="/tmp"))
    try:
        with postgres_15() as server, source(body) as upstream, proxy(upstream) as peer:
            database = PlaneDatabase(server)
            key = database.add_key()
            place = service_place(upstream.port)
            quota = {"per_second": 1_000_000, "per_day": 100_000_000}
            database.add_grant("C0001", "303001/1", place=place, columns=[], quota=quota)
            database.add_grant(
                "C0001", "303002/1", place=place, columns=columns, masks={"xm": "name", "lxdh": "phone"}, quota=quota
            )
            database.add_grant("C0001", "303003/1", quota=quota)
            with PlaneProcess(database.url, nonces_per_slice=1 << 19) as plane:
                plane.until_known(database)
                full, nginx = compare(plane, key, "303001/1", peer, folder)
                figures.record("gateway.full_ratio", full, "µs CPU", baseline=f"nginx {nginx:.1f}", ratio=nginx / full)
                masked, nginx = compare(plane, key, "303002/1", peer, folder)
                figures.record(
                    "gateway.masked_ratio", masked, "µs CPU", baseline=f"nginx {nginx:.1f}", ratio=nginx / masked
                )
                requests = signed(folder, key, "303003/1", "page_size=20")
                assert plane.process is not None
                table = per_call_us(psutil.Process(plane.process.pid), folder, plane.port, requests)
                figures.record("gateway.table_us", table, "µs CPU of 20 rows")
            database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
