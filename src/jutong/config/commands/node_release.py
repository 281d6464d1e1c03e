"""`jutong node-release WHEEL`: offer a version of the node's program to the nodes, signed by the platform's own key."""

import base64
import hashlib
import json
import zipfile
from pathlib import Path

import click

from jutong.config.environment import environment
from jutong.config.secrets_store import secret_bytes
from jutong.config.words import say
from jutong.kernel.crypto import SigningKey
from jutong.kernel.text import N_
from jutong.supply.nodes.domain.releases import SIZE_MAX, Manifest


@click.command(name="node-release")
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def node_release(wheel: Path) -> None:
    """Sign a wheel and lay it down where nodes fetch it."""
    version = version_of(wheel)
    if not version or wheel.stat().st_size > SIZE_MAX:
        raise click.ClickException(say(N_("{path} 不是前置机程序的 wheel 文件。"), path=wheel))
    publish(wheel, version, environment().data_dir / "node-releases", SigningKey(secret_bytes("node-release")))
    click.echo(say(N_("前置机程序 {version} 已签名发布；在前置机上执行 jutong-node update 更新。"), version=version))


def publish(wheel: Path, version: str, folder: Path, key: SigningKey) -> Manifest:
    """The wheel under its digest, then the manifest that names it; the version before stays as a file."""
    data = wheel.read_bytes()
    manifest = Manifest.of({"version": version, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "manifest": manifest.to_json(),
        "signature": base64.b64encode(key.sign(manifest.signed_text())).decode(),
    }
    for name, content in ((f"{manifest.sha256}.whl", data), ("release.json", json.dumps(told).encode())):
        beside = folder / f".{name}.new"
        beside.write_bytes(content)
        beside.replace(folder / name)
    return manifest


def version_of(wheel: Path) -> str:
    """The version a wheel of this distribution has; empty for other files."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            metadata = next((name for name in names if name.endswith(".dist-info/METADATA")), "")
            if not metadata or "jutong_node/command.py" not in names:
                return ""
            lines = archive.read(metadata).decode(errors="replace").splitlines()
    except zipfile.BadZipFile:
        return ""
    return next((line.partition(": ")[2] for line in lines if line.startswith("Version: ")), "")
