"""The platform's own keys: made at first use, kept one a file, readable by the platform alone.

Names in use: `django` (sessions and signed links), `root-kek` (wraps the keys that seal credentials), `gateway`
(opens client secrets in the gateway plane), `audit` (signs checkpoints), `secrecy` (fingerprints
of what the secrecy gate stopped), `ferry` (signs and opens ferry packages),
`node-release` (signs versions of the node's program). No Django here.
"""

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path

from jutong.config.environment import environment
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class SecretUnusable(JutongError):
    """A secret's file is there, but its content is not a key of the size asked for."""

    message = N_(
        "密钥文件 {path} 内容不是 {size} 字节的十六进制密钥。"
        "请从备份恢复该文件；没有备份时切勿删除，否则已加密的数据无法再打开。"
    )
    kind = ErrorKind.UNAVAILABLE


def secret_bytes(name: str, size: int = 32) -> bytes:
    """The secret of that name; made from the system's randomness when there is none yet.

    Two processes that ask at once for a new one get the same: the file appears complete, or not at all.

    Raises SecretUnusable: the file does not hold `size` bytes in hexadecimal.
    """
    path = _path_of(name)
    try:
        return _read(path, size)
    except FileNotFoundError:
        write_private(path, secrets.token_bytes(size).hex() + "\n", replace=False)
        return _read(path, size)


def write_private(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a file that only its owner may read, complete or not at all, and durable.

    With `replace=False` an existing file wins and stays as it is.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            os.replace(unfinished, path)
        else:
            # link() refuses to overwrite: of two writers the first one's secret stays.
            with contextlib.suppress(FileExistsError):
                os.link(unfinished, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path_of(name: str) -> Path:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"not a secret's name: {name!r}")
    folder = environment().secrets_dir
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{name}.key"


def _read(path: Path, size: int) -> bytes:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != size:
        raise SecretUnusable(path=str(path), size=size)
    return secret
