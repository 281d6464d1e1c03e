"""`jutong verify-log`: are the gateway's log files as it wrote them?"""

import sys
from pathlib import Path

import click

from jutong.config.environment import environment
from jutong.config.secrets_store import secret_bytes
from jutong.config.words import say
from jutong.kernel.crypto import SigningKey
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


class NoLogFound(JutongError):
    """There is no folder of log files where one was looked for."""

    message = N_("{folder} 中没有网关日志。")
    kind = ErrorKind.MISSING


class PublicKeyMalformed(JutongError):
    """The key given is not an Ed25519 public key in hexadecimal."""

    message = N_("公钥应为 64 位十六进制文本。")


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--public-key", default="", metavar="HEX", help="Ed25519; GET /v1/gateway → public_key")
def verify_log(folder: Path | None, public_key: str) -> None:
    from jutong.delivery.gateway.plane.journal import verify_log as findings_of

    place = folder or environment().data_dir / "gateway" / "log"
    key = _public_key(public_key)
    logs = _folders(place)
    if not logs:
        raise NoLogFound(folder=str(place))
    found = 0
    for log in logs:
        for finding in findings_of(log, key):
            found += 1
            click.echo(f"{log.name}/{finding.segment:08d}: {finding.what}")
    if found:
        click.echo(say(N_("发现 {count} 处异常。"), count=found), err=True)
        sys.exit(1)
    click.echo(say(N_("{count} 个网关的日志完整，封存与签名一致。"), count=len(logs)))


def _public_key(text: str) -> bytes:
    """The key given, or our own gateway's."""
    if not text:
        return SigningKey(secret_bytes("gateway-signing")).public
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise PublicKeyMalformed()
    return key


def _folders(place: Path) -> list[Path]:
    """Folders of segments: the place itself, or one for each worker below it."""
    if not place.is_dir():
        return []
    return sorted({path.parent for path in (*place.glob("*.log"), *place.glob("*/*.log"))})
