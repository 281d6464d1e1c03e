"""The way to a platform without a network: what would be a call becomes a message in a package that people carry.

A `Ferry` stands where a `Link` does, so that the worker reads and sends as ever. A message counts as sent when it lies
safely on the node's own disk; a package is kept until the platform says, in one of its own, that it has taken it in.
"""

import base64
import hashlib
import json
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jutong.kernel.errors import JutongError
from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.nodes.domain import ferry
from jutong.supply.nodes.domain.ferry import Content, FerryWay, Heading, Keys, Message, PackageBad, Ticket
from jutong_node import VERSION
from jutong_node.store import NotEnrolled, Store, write_file

log = logging.getLogger("jutong_node")

STATE: Final = "ferry.json"
_PAUSE_SECONDS: Final = 2.0


def join(store: Store, ticket: Ticket, secret: bytes, outbox: Path) -> None:
    """Keep keys made here, and write the package by which the platform learns their public halves."""
    keys = Keys.of(secret)
    store.enrolled(url="", node_no=ticket.node_no, key=secret)
    store.write(
        STATE,
        {"signing": _text(ticket.signing), "sealing": _text(ticket.sealing), "sent": 0, "taken": 0, "again": 0},
    )
    told = {"code": ticket.code, "public_key": _text(keys.signing.public), "sealing_key": _text(keys.sealing.public)}
    way = Ferry(store, outbox, outbox)
    way.put_out(told={"join": {**told, "version": VERSION}})


class Ferry:
    """The way to one platform by packages: `inbox` holds what was carried here, `outbox` what is to be carried away."""

    def __init__(self, store: Store, inbox: Path, outbox: Path):
        state = store.read(STATE)
        if state is None:
            raise NotEnrolled()
        self._store, self._inbox, self._outbox = store, inbox, outbox
        self._state = state
        self.node_no = store.node()[1]
        self._keys = Keys.of((store.folder / "key").read_bytes())
        self._folder = store.folder / "ferry"
        for name in ("orders", "pending", "sent"):
            (self._folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._next = max((int(path.stem) for path in self._pending()), default=0) + 1
        self._first_poll = True
        # Of two signs of what was sent the later one holds: a kill may have come between them.
        self._state["sent"] = max(state["sent"], *(int(path.stem) for path in self._sent()), 0)
        self.resend(state.get("laid", 0) + 1)

    # --- In place of a link ------------------------------------------------------------------------------------------

    def tell(self, path: str, told: Mapping[str, Any]) -> dict[str, Any]:
        if path == "poll":
            return self._poll(told)
        return self.send(path, json.dumps(told, ensure_ascii=False).encode())

    def send(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Keep a message for the next package; the answer is the one the platform will give."""
        self._keep(Message(path, body))
        _, order_no, _, what, *number = path.split("/")
        if what in ("end", "failure"):
            self._order_file(order_no).unlink(missing_ok=True)
        return {"next": int(number[0]) + 1, "wait": False} if number else {}

    def _poll(self, told: Mapping[str, Any]) -> dict[str, Any]:
        held = set(told["held"])
        if self._first_poll:
            self._begin_anew(held)
            self._first_poll = False
        drop = self._take_in()
        orders = []
        for path in sorted((self._folder / "orders").glob("*.json")):
            order = json.loads(path.read_text())
            if order["order"] not in held and not order.get("begun"):
                write_file(path, json.dumps({**order, "begun": True}).encode())
                orders.append({name: order[name] for name in ("order", "epoch", "method", "arguments")})
        self._pack_up(idle=not held and not orders)
        return {"orders": orders, "drop": sorted(held & drop), "pause_seconds": _PAUSE_SECONDS}

    def _begin_anew(self, held: set[str]) -> None:
        """After a kill: a reading that was broken off is another moment of the source, and says so."""
        for path in (self._folder / "orders").glob("*.json"):
            order = json.loads(path.read_text())
            if order.get("begun") and order["order"] not in held:
                if order["method"] == "stream":
                    self._keep(Message(f"orders/{order['order']}/{order['epoch']}/anew", b"{}"))
                    order["epoch"] += 1
                write_file(path, json.dumps({**order, "begun": False}).encode())

    # --- Packages that came ------------------------------------------------------------------------------------------

    def _take_in(self) -> set[str]:
        """Take in what was carried here, in order; gives the orders that are to be dropped."""
        drop: set[str] = set()
        found = {}
        for path in sorted(self._inbox.glob("*.pkg")):
            try:
                data = path.read_bytes()
                heading = ferry.heading_of(data)
                if (heading.node_no, heading.way) != (self.node_no, FerryWay.DOWN):
                    continue
                ferry.verify(data, base64.b64decode(self._state["signing"]))
                found[heading.number] = (path, ferry.open_content(data, self._keys))
            except PackageBad as fault:
                log.warning("package %s refused: %s", path.name, fault)
                refused = self._inbox / "refused"
                refused.mkdir(exist_ok=True)
                os.replace(path, refused / path.name)
        for number, (path, content) in sorted(found.items()):
            if number == self._state["taken"] + 1:
                drop |= self._apply(content)
                self._change(taken=number, again=0)
                log.info("package %s taken in", path.name)
            elif number > self._state["taken"]:
                log.warning("package %s waits for number %d", path.name, self._state["taken"] + 1)
                self._change(again=self._state["taken"] + 1)
                continue
            path.unlink()
        return drop

    def _apply(self, content: Content) -> set[str]:
        drop: set[str] = set()
        for message in content.messages:
            told = json.loads(message.body)
            if message.path == "order":
                write_file(self._order_file(told["order"]), message.body)
            elif message.path == "drop":
                drop.add(told["order"])
                self._order_file(told["order"]).unlink(missing_ok=True)
        for path in self._sent():
            if int(path.stem) <= content.taken:
                path.unlink()
        if content.again:
            self.resend(content.again)
        return drop

    # --- Packages that go --------------------------------------------------------------------------------------------

    def _pack_up(self, *, idle: bool) -> None:
        """Close packages that are full, and what there is once nothing more comes."""
        sources = self._told_sources() if idle else None
        news = sources is not None and _digest(sources) != self._state.get("sources")
        while self._pending_bytes() >= ferry.MESSAGES_BYTES:
            self.put_out()
        missing = self._state["again"] not in (0, self._state.get("asked"))
        if idle and (self._pending() or news or missing):
            self.put_out(told={"version": VERSION, "sources": sources})

    def put_out(self, told: dict[str, Any] | None = None) -> None:
        """One package of the oldest messages that fit."""
        with self._lock:
            files = self._pending()
        taken: list[tuple[Path, bytes]] = []
        size = 0
        for path in files:
            body = path.read_bytes()
            if taken and size + len(body) > ferry.MESSAGES_BYTES:
                break
            taken.append((path, body))
            size += len(body)
        messages = []
        for _, body in taken:
            name, _, rest = body.partition(b"\n")
            messages.append(Message(name.decode(), rest))
        heading = Heading(self.node_no, FerryWay.UP, self._state["sent"] + 1)
        content = Content(self._state["taken"], tuple(messages), self._state["again"], told or {})
        data = ferry.close(heading, content, self._keys, base64.b64decode(self._state["sealing"]))
        write_file(self._folder / "sent" / f"{heading.number:08d}.pkg", data)
        sources = {"sources": _digest(told["sources"])} if told and "sources" in told else {}
        self._change(sent=heading.number, asked=self._state["again"], **sources)
        for path, _ in taken:
            path.unlink()
        write_file(self._outbox / heading.file_name, data)
        self._change(laid=heading.number)

    def resend(self, first: int) -> None:
        """Lay packages from this number on, which the platform has not confirmed, into the outbox again."""
        for path in self._sent():
            if (number := int(path.stem)) >= first:
                write_file(self._outbox / Heading(self.node_no, FerryWay.UP, number).file_name, path.read_bytes())

    def _told_sources(self) -> dict[str, Any]:
        """What the platform may know of the sources here; one that does not answer is left out until it does."""
        told = {}
        for name, source in self._store.sources().items():
            try:
                told[name] = {**source.told(), "report": adapter_for(source.dial()).test().to_json()}
            except JutongError as fault:
                log.warning("source %s: %s", name, fault.code)
        return told

    # --- Files -------------------------------------------------------------------------------------------------------

    def _keep(self, message: Message) -> None:
        with self._lock:
            path = self._folder / "pending" / f"{self._next:012d}.msg"
            write_file(path, message.path.encode() + b"\n" + message.body)
            self._next += 1

    def _pending(self) -> list[Path]:
        return sorted((self._folder / "pending").glob("*.msg"))

    def _pending_bytes(self) -> int:
        return sum(path.stat().st_size for path in self._pending())

    def _sent(self) -> list[Path]:
        return sorted((self._folder / "sent").glob("*.pkg"))

    def _order_file(self, order_no: str) -> Path:
        return self._folder / "orders" / f"{order_no}.json"

    def _change(self, **values: Any) -> None:
        self._state |= values
        self._store.write(STATE, self._state)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
