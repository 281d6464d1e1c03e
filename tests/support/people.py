"""People of a running platform as its API sees them: one HTTP client a person, signed in by token."""

import json
from pathlib import Path
from typing import Any

import httpx


class Refused(AssertionError):
    """The API answered with something else than was expected; the message holds the answer."""


class PersonClient:
    """What one person in one post can do over the API."""

    def __init__(self, base_url: str, person: dict[str, Any]):
        self.person = person
        self.http = httpx.Client(
            base_url=f"{base_url}/api/v1",
            headers={"Authorization": f"Bearer {person['token']}", "Accept-Language": "zh-hans"},
            timeout=60,
        )

    @property
    def organisation(self) -> str:
        return self.person["organisation"]

    def get(self, path: str, *, status: int = 200, **query: Any) -> Any:
        return self._answer(self.http.get(path, params=query), status)

    def post(
        self, path: str, body: Any = None, *, status: int | tuple[int, ...] = (200, 201, 202, 204), **query: Any
    ) -> Any:
        return self._answer(self.http.post(path, json=body, params=query), status)

    def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._answer(self.http.patch(path, json=body), status)

    def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._answer(self.http.put(path, json=body), status)

    def _answer(self, response: httpx.Response, status: int | tuple[int, ...]) -> Any:
        expected = (status,) if isinstance(status, int) else status
        if response.status_code not in expected:
            raise Refused(
                f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:2000]}"
            )
        return response.json() if response.content else None


class People:
    """The start people of a platform and those of the demonstration region, where it has one, by login name."""

    def __init__(self, base_url: str, data_dir: Path):
        kept = (data_dir / "people.json", data_dir / "demo" / "people.json")
        rows = [row for file in kept if file.exists() for row in json.loads(file.read_text("utf-8"))]
        self.by_login = {row["login_name"]: row for row in rows}
        self.base_url = base_url
        self._clients: dict[str, PersonClient] = {}

    def __getitem__(self, login: str) -> PersonClient:
        if login not in self._clients:
            self._clients[login] = PersonClient(self.base_url, self.by_login[login])
        return self._clients[login]

    def close(self) -> None:
        for client in self._clients.values():
            client.http.close()
