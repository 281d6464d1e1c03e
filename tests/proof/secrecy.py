"""The whole corpus against a running platform: what is marked is stopped and nowhere to be found afterwards."""

import time
from pathlib import Path

import httpx
import psycopg

from jutong.config.embedded import EmbeddedServer
from tests.support import figures
from tests.support.people import People
from tests.support.platforms import platform
from tests.support.secrecy import traces
from tests.support.secrecy.corpus import Sample, corpus

# What may be kept and must be found, or the search proves nothing.
CONTROL = "白鹭栖息对照词"


def send(http: httpx.Client, sample: Sample) -> httpx.Response:
    if sample.is_file:
        return http.post("/files/", files={"file": (sample.name, sample.content)})
    return http.post("/catalogue/drafts", json={"title": sample.text, "summary": [{"text": sample.text}]})


def main() -> None:
    samples = corpus()
    with platform() as running:
        temporary = running.data_dir.parent / "tmp"
        temporary.mkdir()
        running.variables["TMPDIR"] = str(temporary)
        running.start().until_ready(180)
        people = People(f"http://127.0.0.1:{running.portal_port}", running.data_dir)
        login = next(name for name, row in people.by_login.items() if row["post"] == "data_steward")
        http = people[login].http

        wrong, took = [], []
        for sample in samples:
            began = time.monotonic()
            answer = send(http, sample)
            took.append(time.monotonic() - began)
            stopped = answer.status_code == 422 and answer.json()["code"] == "secrecy_mark_found"
            if stopped != sample.marked or (sample.is_file and not sample.marked and answer.status_code != 201):
                wrong.append(f"{sample.label}: {answer.status_code} {answer.text[:200]}")
        control = http.post("/files/", files={"file": (f"{CONTROL}.txt", f"{CONTROL}内容".encode())})
        assert control.status_code == 201, control.text
        time.sleep(2)  # followers carry facts and logs turn up

        canaries = [sample.canary for sample in samples if sample.marked]
        folders = [running.data_dir, temporary]
        with psycopg.connect(EmbeddedServer(running.data_dir / "postgres").url(), autocommit=True) as source:
            kept = traces.in_database(canaries, source)
            control_rows = traces.in_database([CONTROL], source)
        people.close()
        # Stopped, so that everything lies on the disk: tables, WAL, logs, the files folder.
        running.stop()
        kept += traces.in_folders(canaries, folders)
        control_files = traces.in_folders([CONTROL], folders)

    assert any("files_file" in line for line in control_rows), control_rows
    assert any(str(Path("files") / "sha256") in line for line in control_files), control_files
    assert any("pg_wal" in line for line in control_files), control_files
    failed = len(wrong) + len(kept)
    figures.record("secrecy.gate", len(samples), "samples", tried=len(samples), failed=failed)
    figures.record("secrecy.gate_p50_ms", sorted(took)[len(took) // 2] * 1000, "ms", tried=len(took), failed=0)
    assert not failed, (wrong, kept[:20])
