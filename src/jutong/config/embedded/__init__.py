"""The embedded PostgreSQL: its programs from a wheel, a private server in the data folder, nothing but a Unix socket.

Core PostgreSQL only, so that any server of version 15 or later can take its place (`DATABASE_URL`).
"""

from jutong.config.embedded.programs import VERSION, ProgramsMissing
from jutong.config.embedded.server import EmbeddedServer, ServerFailed

__all__ = ["VERSION", "EmbeddedServer", "ProgramsMissing", "ServerFailed"]
