"""The server of the demonstration region's departments: a second PostgreSQL in the data folder, on 127.0.0.1.

It stands for the departments' own servers, so it has a port and passwords, and the platform reaches it as it reaches
any source. The port is chosen once, because sources are registered with it.
"""

import zlib
from pathlib import Path

from jutong.config.embedded import EmbeddedServer
from jutong.config.environment import ADMIN_ROLE, Environment
from jutong.config.processes import port_holder
from jutong.config.secrets_store import write_private
from jutong.demo.databases import Server

HOST = "127.0.0.1"
_FIRST_PORT, _PORTS = 21_000, 9_000
_NAME = "0database0"


def departments_server(env: Environment) -> EmbeddedServer:
    """The server, not yet started."""
    return EmbeddedServer(env.demo_dir / "postgres", port=_port(env))


def described(server: EmbeddedServer) -> Server:
    """The server as the region's loader needs it."""
    before, _, after = server.url(_NAME, ADMIN_ROLE).partition(_NAME)
    return Server(HOST, server.port, before, after)


def exists(env: Environment) -> bool:
    """Has the region been loaded into this folder, or begun to be?"""
    return (env.demo_dir / "postgres" / "cluster").exists()


def _port(env: Environment) -> int:
    path: Path = env.demo_dir / "port"
    if not path.exists():
        first = zlib.crc32(str(env.data_dir).encode()) % _PORTS
        candidates = (_FIRST_PORT + (first + step) % _PORTS for step in range(_PORTS))
        free = next(port for port in candidates if port_holder(HOST, port) is None)
        write_private(path, f"{free}\n", replace=False)
    return int(path.read_text())
