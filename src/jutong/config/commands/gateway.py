"""`jutong gateway`: the data plane in its own process, without Django."""

from typing import TYPE_CHECKING

import click

from jutong.config import logs
from jutong.config.environment import Environment, environment
from jutong.config.secrets_store import secret_bytes

if TYPE_CHECKING:
    from jutong.delivery.gateway.plane import PlaneSettings


@click.command()
@click.option("--worker", default=0, show_default=True, help="0 … JUTONG_GATEWAY_WORKERS - 1")
def gateway(worker: int) -> None:
    from jutong.delivery.gateway import plane

    env = environment()
    logs.configure("gateway", form=env.log_format)
    plane.run(settings(env, worker))


def settings(env: Environment, worker: int) -> "PlaneSettings":
    """What the plane is told; it reads no environment itself."""
    from jutong.delivery.gateway.plane import PlaneSettings
    from jutong.kernel.crypto import Secret

    return PlaneSettings(
        database_url=env.gateway_database_url,
        folder=env.data_dir / "gateway",
        sealing_secret=Secret(secret_bytes("gateway")),
        signing_secret=Secret(secret_bytes("gateway-signing")),
        masking_secret=Secret(secret_bytes("gateway-masking")),
        listen=env.listen,
        port=env.gateway_port,
        worker=worker,
        workers=env.gateway_workers,
        forbidden_ports=frozenset({env.portal_port, env.gateway_port}),
    )
