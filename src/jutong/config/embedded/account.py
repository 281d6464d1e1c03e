"""The account the server runs under: our own, or a system user of its own when we are root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jutong.config.locks import FolderLock
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

SYSTEM_USER = "jutong-pg"
_LOCKS = Path("/run")
_WAIT_SECONDS = 30


class AccountMissing(JutongError):
    """PostgreSQL refuses to run as root, and no account for it could be made."""

    message = N_(
        "无法创建运行数据库的系统用户 {name}：{reason}。请执行 useradd --system {name} 后重试，或设置 DATABASE_URL。"
    )
    kind = ErrorKind.UNAVAILABLE


class NamelessAccount(JutongError):
    """The user id we run under has no name, and peer authentication compares names."""

    message = N_("当前用户编号 {uid} 没有对应的用户名，内置数据库无法启动。请以有名称的用户运行，或设置 DATABASE_URL。")
    kind = ErrorKind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server. `changed` says that it is not ourselves."""

    name: str
    uid: int
    gid: int
    changed: bool


def own_name() -> str:
    """The name of the account we run under.

    Raises NamelessAccount.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise NamelessAccount(uid=os.geteuid()) from None


def server_account() -> Account:
    """The server's account; as root a system user without home, shell or password, made when it is missing.

    Raises AccountMissing, NamelessAccount.
    """
    if os.geteuid() != 0:
        return Account(own_name(), os.geteuid(), os.getegid(), changed=False)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        # Two calls of useradd at once both say they made the user, and one of them has told a number that is gone.
        with FolderLock(_LOCKS, f"{SYSTEM_USER}.lock").take(wait_seconds=_WAIT_SECONDS):
            _create()
        entry = pwd.getpwnam(SYSTEM_USER)
    return Account(SYSTEM_USER, entry.pw_uid, entry.pw_gid, changed=True)


def _create() -> None:
    command = [
        "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
        "--shell", "/usr/sbin/nologin", "--comment", "Jutong embedded PostgreSQL", SYSTEM_USER,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise AccountMissing(name=SYSTEM_USER, reason=str(error)) from error
    # 9: another start made it while we waited for the lock.
    if done.returncode not in {0, 9}:
        raise AccountMissing(name=SYSTEM_USER, reason=done.stderr.strip() or f"useradd: {done.returncode}")
