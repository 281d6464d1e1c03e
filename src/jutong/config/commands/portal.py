"""`jutong portal`: portal and API, served by granian."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import click

from jutong.config import logs
from jutong.config.environment import environment
from jutong.config.parts import check_port
from jutong.config.processes import die_with_parent

# Pages and answers are small; an upload of a table's file is the largest thing that comes in.
BACKLOG = 1024


@click.command()
def portal() -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    env = environment()
    check_port(env.listen, env.portal_port, "JUTONG_PORTAL_PORT")
    logs.configure("portal", form=env.log_format)
    if env.portal_workers > 1:
        _share_counters(env.data_dir / "metrics")
    server = Server(
        "jutong.config.wsgi:application",
        address=env.listen,
        port=env.portal_port,
        interface=Interfaces.WSGI,
        workers=env.portal_workers,
        blocking_threads=env.portal_threads,
        backlog=BACKLOG,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig={
            "version": 1,
            "disable_existing_loggers": False,
            "loggers": {},
            "handlers": {},
            "formatters": {},
        },
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        process_name=None,
    )
    main_process = os.getpid()

    def load() -> Any:
        # In the worker: granian's workers would outlive a killed main process, and hold the port.
        die_with_parent(main_process, signal.SIGTERM)
        from jutong.config.wsgi import application

        return application

    server.serve(target_loader=load, wrap_loader=False)


def _share_counters(folder: Path) -> None:
    """Have the request counters of several processes added up; they begin anew with each start, as one's own do."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
