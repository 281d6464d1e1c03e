"""`jutong-node`: enrol, keep sources, change the key, run."""

import argparse
import base64
import logging
import secrets
import signal
import sys
from pathlib import Path
from typing import TextIO

from jutong.kernel.crypto import SigningKey
from jutong.supply.mounting.values import SourceKind, Tls
from jutong.supply.nodes.domain.ferry import Ticket
from jutong_node import VERSION
from jutong_node.ferry import Ferry, join
from jutong_node.link import Cut, Link, Refused
from jutong_node.store import LocalSource, NotEnrolled, Store
from jutong_node.update import UpdateRefused, hand_over, prove, update
from jutong_node.work import QUEUE_BYTES_MAX, Worker

_KEY_BYTES = 32


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    store = Store(options.folder)
    try:
        code: int = options.does(store, options)
        return code
    except Refused as fault:
        _say(f"平台拒绝：{fault}", sys.stderr)
    except Cut as fault:
        _say(f"无法连接平台：{fault}", sys.stderr)
    except NotEnrolled:
        _say("尚未接入平台，请先执行 jutong-node enrol。", sys.stderr)
    return 1


def enrol(store: Store, options: argparse.Namespace) -> int:
    """Make a key pair here and have the platform keep its public half."""
    secret = _new_secret()
    public = base64.b64encode(SigningKey(secret).public).decode()
    told = {"code": options.code, "public_key": public, "version": VERSION}
    answer = Link(options.url).tell("enrol", told)
    node_no = answer["node_no"]
    store.enrolled(url=options.url, node_no=node_no, key=secret, release_key=str(answer.get("release_key", "")))
    _say(f"已接入，编号 {node_no}。")
    return 0


def source(store: Store, options: argparse.Namespace) -> int:
    """Keep a source; its password is read from a file or from standard input, never from the command line."""
    password = (options.password_file.read_text() if options.password_file else sys.stdin.readline()).rstrip("\r\n")
    port = options.port or SourceKind(options.kind).default_port
    kept = LocalSource(options.kind, options.host, port, options.database, options.account, password, options.tls)
    store.keep_source(options.name, kept)
    _say(f"数据源“{options.name}”已登记。")
    return 0


def change_key(store: Store, options: argparse.Namespace) -> int:
    """A new key pair; the old one is void when the platform has answered."""
    link = _link(store)
    secret = _new_secret()
    store.keep_key("key.next", secret)
    link.tell("key", {"public_key": base64.b64encode(SigningKey(secret).public).decode()})
    store.settle_key()
    _say("密钥已更换。")
    return 0


def run(store: Store, options: argparse.Namespace) -> int:
    """Work until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    hand_over(store, sys.argv[1:])
    worker = Worker(store, _link(store), queue_bytes_max=options.queue_megabytes * 1024 * 1024)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.leaving.set())
    worker.run(answered=lambda: prove(store))
    return 0


def take_update(store: Store, options: argparse.Namespace) -> int:
    """Fetch the version the platform offers; it runs from the next start on."""
    try:
        version = update(store, _link(store))
    except UpdateRefused as fault:
        _say(str(fault), sys.stderr)
        return 1
    _say(f"已取得版本 {version}，重新启动 jutong-node run 后使用；不能工作时自动退回原版本。")
    return 0


def ferry_join(store: Store, options: argparse.Namespace) -> int:
    """Join a platform that no network reaches: the first package tells it our keys."""
    try:
        ticket = Ticket.parse(options.ticket)
    except ValueError:
        _say("接入凭证不完整，请从平台页面重新复制。", sys.stderr)
        return 1
    join(store, ticket, _new_secret(), options.outbox)
    _say(f"编号 {ticket.node_no}。请把 {options.outbox} 中的摆渡包送到平台。")
    return 0


def ferry(store: Store, options: argparse.Namespace) -> int:
    """Take in what was carried here, read, and lay down what is to be carried away."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    way = Ferry(store, options.inbox, options.outbox)
    if options.resend:
        way.resend(1)
    worker = Worker(store, way)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.leaving.set())
    if options.once:
        worker.run_once()
    else:
        worker.run()
    return 0


def _say(words: str, where: TextIO | None = None) -> None:
    (where or sys.stdout).write(words + "\n")


def _link(store: Store) -> Link:
    url, node_no = store.node()
    return Link(url, node_no, store.keys()[0])


def _new_secret() -> bytes:

    return secrets.token_bytes(_KEY_BYTES)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("jutong-node", description="聚通前置机")
    parser.add_argument("--folder", type=Path, default=Path("/var/lib/jutong-node"), help="前置机的数据目录")
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True)
    joining = commands.add_parser("enrol", help="用一次性接入码接入平台")
    joining.add_argument("--url", required=True, help="平台地址，例如 https://data.example.gov.cn")
    joining.add_argument("--code", required=True, help="平台页面上显示的接入码")
    joining.set_defaults(does=enrol)
    keeping = commands.add_parser("source", help="登记数据源，口令从文件或标准输入读取，只保存在本机")
    keeping.add_argument("name")
    keeping.add_argument("--kind", required=True, choices=[kind.value for kind in SourceKind])
    keeping.add_argument("--host", required=True)
    keeping.add_argument("--port", type=int)
    keeping.add_argument("--database", required=True)
    keeping.add_argument("--account", required=True)
    keeping.add_argument("--tls", default=Tls.OFF.value, choices=[tls.value for tls in Tls])
    keeping.add_argument("--password-file", type=Path)
    keeping.set_defaults(does=source)
    changing = commands.add_parser("key", help="更换密钥")
    changing.set_defaults(does=change_key)
    updating = commands.add_parser("update", help="取得平台发布的新版本程序，核对签名后下次启动使用")
    updating.set_defaults(does=take_update)
    ferry_joining = commands.add_parser("ferry-join", help="不联网接入：生成密钥和第一个摆渡包")
    ferry_joining.add_argument("ticket", help="平台页面上显示的接入凭证")
    ferry_joining.add_argument("--out", dest="outbox", type=Path, required=True, help="待送出摆渡包的目录")
    ferry_joining.set_defaults(does=ferry_join)
    ferrying = commands.add_parser("ferry", help="不联网工作：收取送来的摆渡包，读取后生成待送出的摆渡包")
    ferrying.add_argument("--in", dest="inbox", type=Path, required=True, help="送来的摆渡包所在目录")
    ferrying.add_argument("--out", dest="outbox", type=Path, required=True, help="待送出摆渡包的目录")
    ferrying.add_argument("--once", action="store_true", help="做完现有的任务就退出")
    ferrying.add_argument("--resend", action="store_true", help="重新生成平台尚未确认收到的摆渡包")
    ferrying.set_defaults(does=ferry)
    running = commands.add_parser("run", help="开始工作")
    running.add_argument("--queue-megabytes", type=int, default=QUEUE_BYTES_MAX // 1024**2, help="本机待传数据上限")
    running.set_defaults(does=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
