"""What several commands need: Django set up, a database that runs."""

import contextlib
import logging
import os
from collections.abc import Iterator

from jutong.config import logs
from jutong.config.environment import environment
from jutong.config.locks import FolderLock


def set_up_django(process: str, *, quiet: bool = False) -> None:
    """Logging of this process and Django with the platform's settings. Quiet: only what went wrong is logged."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jutong.config.settings")
    logs.configure(process, form=environment().log_format, level=logging.WARNING if quiet else logging.INFO)
    django.setup()


@contextlib.contextmanager
def database_running() -> Iterator[None]:
    """The platform's database for the time of a command.

    An embedded server that `jutong run` keeps is used; otherwise one is started and stopped again.

    Raises what `EmbeddedServer.start` raises.
    """
    env = environment()
    if not env.embedded:
        yield
        return
    env.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FolderLock(env.data_dir, "run.lock")
    if lock.holder() is not None:
        yield
        return
    from jutong.config.embedded import EmbeddedServer

    with lock.take(), EmbeddedServer(env.postgres_dir):
        yield
