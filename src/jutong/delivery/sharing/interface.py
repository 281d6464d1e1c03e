"""How a grant's interface is called (接口说明): address, parameters, answer, and examples that work as they are. Pure.

The scheme is the gateway's `JUTONG1`; a test signs with these examples and checks the result by the gateway's rules.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jutong.kernel.text import N_

RESOURCE_PREFIX = "/v1/resources/"

SAMPLES: Mapping[str, str] = {
    "C": "示例",
    "M": "示例",
    "N": "100.00",
    "Y": "100.00",
    "B": "1.5",
    "F": "1.5",
    "I": "1",
    "D": "2026-01-01",
    "T": "2026-01-01T00:00:00",
    "L": "true",
}


@dataclass(frozen=True, slots=True)
class ParameterDescription:
    """A parameter as callers write it: name, operators beside equality, whether it must be given."""

    name: str
    title: str
    type: str
    ops: tuple[str, ...]
    required: bool
    max_length: int


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """A column of the answer, with the mask it bears."""

    name: str
    title: str
    type: str
    mask: str


@dataclass(frozen=True, slots=True)
class Interface:
    """The interface of one grant."""

    grant_no: str
    method: str
    url: str
    sensitive: bool
    parameters: tuple[ParameterDescription, ...]
    columns: tuple[ColumnDescription, ...]
    page_rows_max: int
    per_second: int
    per_day: int
    answer: Mapping[str, Any]
    shell: str
    python: str


def describe(policy: Mapping[str, Any], titles: Mapping[str, str], gateway_url: str) -> Interface:
    """The interface that a live policy opens. `titles` names the resource's columns."""
    place = policy["place"]
    method = place.get("method", "GET") if place["kind"] == "service" else "GET"
    parameters = tuple(
        ParameterDescription(
            name=parameter["name"],
            title=titles.get(parameter["column"], parameter["name"]),
            type=parameter["type"],
            ops=tuple(parameter["ops"]),
            required=parameter["required"],
            max_length=parameter["max_length"],
        )
        for parameter in policy["parameters"]
    )
    columns = tuple(
        ColumnDescription(column["name"], column["item"], column["type"], policy["masks"].get(column["name"], ""))
        for column in policy["columns"]
    )
    path = RESOURCE_PREFIX + policy["resource"]
    asked = [(parameter.name, SAMPLES[parameter.type]) for parameter in parameters if parameter.required]
    paged = method == "GET" and place["kind"] == "table"
    said = {"official": "经办人", "purpose": policy["purpose"], "case": policy["case"] or "办件编号"}
    told = said if policy["sensitive"] else {}
    return Interface(
        grant_no=policy["grant"],
        method=method,
        url=gateway_url + path,
        sensitive=policy["sensitive"],
        parameters=parameters,
        columns=columns,
        page_rows_max=policy["page_rows_max"],
        per_second=policy["quota"]["per_second"],
        per_day=policy["quota"]["per_day"],
        answer=_sample_answer(policy, paged),
        shell=_shell(gateway_url, path, method, asked, paged, told),
        python=_python(gateway_url, policy["resource"], method, asked, paged, told),
    )


def _sample_answer(policy: Mapping[str, Any], paged: bool) -> dict[str, Any]:
    row = {
        column["name"]: "***" if column["name"] in policy["masks"] else _value(column["type"])
        for column in policy["columns"]
    }
    answer: dict[str, Any] = {"resource": policy["resource"], "version": policy["resource_version"]}
    if paged:
        answer |= {"page": 1, "page_size": 100}
    answer["rows"] = [row]
    if paged:
        answer["more"] = False
    return answer | {"call": "…"}


def _value(kind: str) -> Any:
    text = SAMPLES.get(kind, "")
    return {"I": 1, "L": True}.get(kind, text)


SHELL_HEAD = N_("# 应用密钥编号和密钥在“应用与密钥”中签发；密钥只在签发时显示一次。")
PYTHON_HEAD = N_("# jutong_client 为单个文件，随平台提供，只用标准库，可直接复制到业务系统中使用。")


def _shell(
    gateway_url: str,
    path: str,
    method: str,
    asked: Sequence[tuple[str, str]],
    paged: bool,
    told: Mapping[str, str],
) -> str:
    query = "" if method == "POST" else _query(asked, paged)
    body = _json_text(dict(asked)) if method == "POST" else ""
    lines = [
        "#!/bin/bash",
        SHELL_HEAD,
        'KEY_ID="${KEY_ID:?}"',
        'SECRET="${SECRET:?}"',
        f"GATEWAY={shlex.quote(gateway_url)}",
        f"METHOD={method}",
        f"TARGET={shlex.quote(path)}",
        f"QUERY={shlex.quote(query)}",
        f"BODY={shlex.quote(body)}",
        f"OFFICIAL={shlex.quote(quote(told.get('official', ''), safe=''))}",
        f"PURPOSE={shlex.quote(quote(told.get('purpose', ''), safe=''))}",
        f"CASE={shlex.quote(quote(told.get('case', ''), safe=''))}",
        "TIMESTAMP=$(date +%s%3N)",
        "NONCE=$(openssl rand -hex 16)",
        "DIGEST=$(printf '%s' \"$BODY\" | openssl dgst -sm3 -r | cut -d' ' -f1)",
        'HEXKEY=$(printf \'%s\' "$SECRET" | base64 -d | od -An -v -tx1 | tr -d " \\n")',
        "SIGNATURE=$(printf '%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s' JUTONG1 \\",
        '  "$METHOD" "$TARGET" "$QUERY" "$DIGEST" "$TIMESTAMP" "$NONCE" "$KEY_ID" "$OFFICIAL" "$PURPOSE" "$CASE" \\',
        '  | openssl dgst -sm3 -mac HMAC -macopt "hexkey:$HEXKEY" -binary | base64 | tr -d "\\n")',
        'curl --silent --show-error --request "$METHOD" \\',
        '  --header "X-Jutong-Key: $KEY_ID" \\',
        '  --header "X-Jutong-Algorithm: HMAC-SM3" \\',
        '  --header "X-Jutong-Timestamp: $TIMESTAMP" \\',
        '  --header "X-Jutong-Nonce: $NONCE" \\',
        '  --header "X-Jutong-Signature: $SIGNATURE" \\',
    ]
    if told:
        lines += [
            '  --header "X-Jutong-Official: $OFFICIAL" \\',
            '  --header "X-Jutong-Purpose: $PURPOSE" \\',
            '  --header "X-Jutong-Case: $CASE" \\',
        ]
    if method == "POST":
        lines += ['  --header "Content-Type: application/json" --data-binary "$BODY" \\']
    return "\n".join([*lines, '  "$GATEWAY$TARGET${QUERY:+?$QUERY}"']) + "\n"


def _python(
    gateway_url: str,
    resource: str,
    method: str,
    asked: Sequence[tuple[str, str]],
    paged: bool,
    told: Mapping[str, str],
) -> str:
    members = "".join(f"    {name}={value!r},\n" for name, value in told.items())
    arguments = f"{resource!r}, {dict(asked)!r}"
    if paged:
        use = f"for row in client.rows({arguments}):\n    print(row)\n"
    else:
        use = f"print(client.{method.lower()}({arguments}))\n"
    return (
        f"{PYTHON_HEAD}\n"
        "import os\n\n"
        "from jutong_client import Client\n\n"
        "client = Client(\n"
        f"    {gateway_url!r},\n"
        '    key_id=os.environ["KEY_ID"],\n'
        '    secret=os.environ["SECRET"],\n'
        f"{members}"
        ")\n"
        f"{use}"
    )


def _query(asked: Sequence[tuple[str, str]], paged: bool) -> str:
    pairs = [*asked, ("page", "1"), ("page_size", "100")] if paged else asked
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _json_text(members: Mapping[str, str]) -> str:
    return json.dumps(members, ensure_ascii=False)
