"""`jutong run` with stand-ins for portal, gateway and worker: a program of its own, so that tests can kill it.

`python -m tests.support.run_standins [--fail]`; the environment says where, as for the real one.
"""

import sys
from pathlib import Path

import click

from jutong.config.embedded import EmbeddedServer
from jutong.config.environment import environment
from jutong.config.parts import Part, Step
from jutong.config.supervisor import Supervisor
from jutong.config.words import translate
from jutong.kernel.errors import JutongError

STANDIN = str(Path(__file__).with_name("standin.py"))


def main(arguments: list[str]) -> int:
    env = environment()
    failing = "--fail" in arguments
    parts = [
        Part(
            "portal", "门户", (sys.executable, STANDIN, "serve", str(env.portal_port)),
            ready_url=f"{env.portal_url}/readyz", port=env.portal_port, port_variable="JUTONG_PORTAL_PORT",
        ),
        Part(
            "gateway", "网关", (sys.executable, STANDIN, "fail" if failing else "serve", str(env.gateway_port)),
            ready_url=f"{env.gateway_url}/readyz", port=env.gateway_port, port_variable="JUTONG_GATEWAY_PORT",
        ),
        Part("worker", "作业", (sys.executable, STANDIN, "work")),
    ]  # fmt: skip
    steps = [Step("step", "准备", (sys.executable, "-c", "print('prepared')"))]
    try:
        return Supervisor(env, parts=parts, steps=steps, server=EmbeddedServer(env.postgres_dir)).run()
    except JutongError as error:
        click.echo(error.words(translate), err=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
