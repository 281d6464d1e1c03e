"""The way of one datum, over the documented API: from a department's MariaDB table to a signed call.

    python examples/one_datum.py --people ~/.local/share/jutong/people.json \
        --mariadb 127.0.0.1:3306 --database hr --account reader --password …

A stranger's script: it uses nothing of Jutong but its addresses and `jutong_client`. Each step says what it did.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import jutong_client

WAIT_SECONDS = 60
COLUMNS = ["gmsfhm", "xm", "jfzt"]


class Person:
    """Somebody in a post, acting with an API token."""

    def __init__(self, portal: str, row: dict[str, Any]):
        self.organisation = row["organisation"]
        headers = {"Authorization": f"Bearer {row['token']}"}
        self.options = {"base_url": f"{portal}/api/v1", "headers": headers, "timeout": 60}

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        with httpx.Client(**self.options) as http:
            answer = http.request(method, path, json=body, params=query)
        if answer.is_error:
            problem = answer.json()
            raise SystemExit(f"{method} {path}: {problem['message']} ({answer.status_code} {problem['code']})")
        return answer.json() if answer.content else None


@dataclass
class Way:
    """Who takes part, and where the table lies."""

    portal: str
    gateway: str
    people: dict[str, dict[str, Any]]
    provider: str
    consumer: str
    host: str
    port: int
    database: str
    account: str
    password: str
    table: str

    def __post_init__(self) -> None:
        self.admin = self.person("system.admin")
        self.reviewer = self.person("reviewer")
        self.steward = self.person(f"steward.{self.provider}")
        self.asking = self.person(f"steward.{self.consumer}")
        self.developer = self.person(f"developer.{self.consumer}")

    def person(self, login: str) -> Person:
        return Person(self.portal, self.people[login])

    # --- Supply: the department's table becomes a published resource with data in the pool ---------------------------

    def connect(self) -> str:
        """The administrator permits the address, the steward registers the database; it is tested on the way."""
        self.admin("POST", "/mounting/networks", {
            "organisation": self.steward.organisation, "cidr": self.host,
            "port_from": self.port, "port_to": self.port, "reason": "本部门业务库",
        })  # fmt: skip
        source = self.steward("POST", "/mounting/sources", {
            "organisation": self.steward.organisation, "name": "参保登记业务库", "kind": "mysql", "host": self.host,
            "port": self.port, "database": self.database, "account": self.account, "password": self.password,
        })  # fmt: skip
        return source["source_no"]

    def draft(self, source_no: str) -> str:
        """Scan the database; the table's comments, types, keys and samples become a draft."""
        self.steward("POST", f"/mounting/sources/{source_no}/scans")
        wait(
            lambda: (self.steward("GET", f"/mounting/sources/{source_no}/scan") or {}).get("state") == "done",
            "the scan",
        )
        table = {"schema_name": self.database, "table": self.table}
        return self.steward("POST", f"/mounting/sources/{source_no}/drafts", table)["draft_no"]

    def publish(self, draft_no: str) -> str:
        """Say what no table says, submit, have the bureau review and publish; the code is issued on the way."""
        draft = self.steward("GET", f"/catalogue/drafts/{draft_no}")
        key = next(item["column_name"] for item in draft["content"]["items"] if item["key"])
        content = draft["content"] | {
            "summary": "参保人员的公民身份号码、姓名、险种与缴费状态。",
            "sharing_type": 2,
            "use_purposes": ["data_check", "collaboration"],
            "sharing_condition": "用于办理本部门法定职责所需的参保核验",
            "sharing_scope": "自治区各部门",
            "legal_bases": [{"kind": "law", "title": "中华人民共和国社会保险法", "article": "第八十一条"}],
            "update_cycle": 2,
            "controlled_parameters": [{"column": key, "required": True}],
        }
        self.steward("PUT", f"/catalogue/drafts/{draft_no}", {"content": content, "edition": draft["edition"]})
        self.steward("POST", f"/catalogue/drafts/{draft_no}/submission", {})
        self.reviewer("POST", f"/catalogue/drafts/{draft_no}/decision", {"decision": "approve", "remark": "符合要求"})
        return self.reviewer("POST", f"/catalogue/drafts/{draft_no}/publication", {})["code"]

    def gather(self, code: str, source_no: str) -> dict[str, Any]:
        """Mount the table; the first run gathers it into the pool by the catalogue's contract."""
        self.steward("POST", f"/mounting/mounts/{code}/table", {
            "source_no": source_no, "schema_name": self.database, "table": self.table,
        })  # fmt: skip
        ended = wait(lambda: self.ended_run(code), "the run")
        if ended["state"] != "succeeded":
            raise SystemExit(f"the run ended as {ended['state']}: {ended['error_code']} {ended['error_details']}")
        return ended

    def ended_run(self, code: str) -> dict[str, Any] | None:
        runs = self.steward("GET", "/exchange/runs", resource=code)["items"]
        return next((run for run in runs if run["finished_at"]), None)

    # --- Delivery: another department asks, is granted, and calls ----------------------------------------------------

    def register_client(self, name: str = "社会救助审核系统") -> tuple[str, dict[str, Any]]:
        """The consumer's developer registers the calling system and gets a key; its secret is shown this once."""
        client = self.developer("POST", "/accounts/clients", {"name": name})
        return client["client_no"], self.developer("POST", f"/accounts/clients/{client['client_no']}/keys", {})

    def ask(self, code: str, client_no: str, columns: list[str]) -> str:
        """The consumer's steward asks; bureau, provider and bureau answer (2 + 5 + 2 working days at most)."""
        request_no = self.asking("POST", "/sharing/requests", {
            "resource": code, "client_no": client_no, "columns": columns,
            "purpose_kind": "data_check", "purpose": "核验社会救助申请人的参保情况",
            "legal_basis": "《社会救助暂行办法》第五十八条", "matter": "最低生活保障审核确认",
        })["request_no"]  # fmt: skip
        self.reviewer("POST", f"/sharing/requests/{request_no}/review", {"decision": "forward", "remark": "材料齐全"})
        self.steward("POST", f"/sharing/requests/{request_no}/answer", {"decision": "agree", "columns": columns})
        return self.reviewer("POST", f"/sharing/requests/{request_no}/push", {})["grant_no"]

    def call(self, code: str, key: dict[str, Any], **parameters: str) -> dict[str, Any]:
        """A signed call. Personal data: who acts, for what, in which case is part of what is signed."""
        with jutong_client.Client(
            self.gateway, key_id=key["key_id"], secret=key["secret"], algorithm=key["algorithm"],
            official="救助审核员-017", purpose="社会救助资格核验", case="DB-2026-000123",
        ) as client:  # fmt: skip
            return client.get(code, parameters)


def wait(question: Any, what: str) -> Any:
    """The first true answer, asked for again and again."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {WAIT_SECONDS} s in vain for {what}")
        time.sleep(0.2)
    return answer


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=Path, required=True, help="the people file of the data folder")
    parser.add_argument("--portal", default="http://127.0.0.1:8000")
    parser.add_argument("--gateway", default="http://127.0.0.1:8100")
    parser.add_argument("--mariadb", default="127.0.0.1:3306", help="address:port of the department's database")
    parser.add_argument("--database", default="hr")
    parser.add_argument("--table", default="insured_person")
    parser.add_argument("--account", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--number", default="450000197901209705", help="citizen number to ask the gateway for")
    parser.add_argument("--provider", default="rst", help="short name of the department that has the table")
    parser.add_argument("--consumer", default="mzt", help="short name of the department that needs the data")
    return parser.parse_args()


def main() -> None:
    given = options()
    host, _, port = given.mariadb.partition(":")
    people = {row["login_name"]: row for row in json.loads(given.people.read_text("utf-8"))}
    way = Way(
        given.portal, given.gateway, people, given.provider, given.consumer,
        host, int(port), given.database, given.account, given.password, given.table,
    )  # fmt: skip
    source_no = way.connect()
    print(f"1–2  database registered as {source_no}")
    draft_no = way.draft(source_no)
    print(f"3    draft {draft_no} from the table's comments, types, keys and samples")
    code = way.publish(draft_no)
    print(f"4–5  published as {code}")
    run = way.gather(code, source_no)
    print(f"6    run {run['run_no']} gathered {run['inserted']} rows")
    client_no, key = way.register_client()
    print(f"7    client {client_no} has key {key['key_id']}")
    grant_no = way.ask(code, client_no, COLUMNS)
    print(f"8    grant {grant_no} for {', '.join(COLUMNS)}")
    answer = way.call(code, key, gmsfhm=given.number)
    print(f"9    answer {answer['call']}: {answer['rows']}")
    score = wait(lambda: way.steward("GET", "/quality/score", resource=code)["score"], "the score")
    print(f"10   quality {score['total']} of 100, {score['stars']} stars")


if __name__ == "__main__":
    main()
