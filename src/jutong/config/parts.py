"""The processes of the platform, as data: what `jutong run` starts and what a service manager starts one by one."""

import sys
from dataclasses import dataclass

from jutong.config.environment import Environment
from jutong.config.processes import port_holder
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_


@dataclass(frozen=True, slots=True)
class Part:
    """A process that is kept running."""

    name: str
    title: str
    command: tuple[str, ...]
    ready_url: str = ""
    """Answers 200 once the part can serve; without one, a started part counts as ready."""
    port: int = 0
    port_variable: str = ""
    """The variable that moves the port, named when it is taken."""
    shares_port: bool = False
    """Several processes of this kind listen on one port on purpose."""
    stop_seconds: float = 15


@dataclass(frozen=True, slots=True)
class Step:
    """A process that must end well before the parts start."""

    name: str
    title: str
    command: tuple[str, ...]


class PortTaken(JutongError):
    """Another program listens where one of our parts should."""

    message = N_("端口 {port} 已被占用（{holder}）。请停止占用它的程序，或用环境变量 {variable} 改用其他端口。")
    kind = ErrorKind.CONFLICT


def check_port(listen: str, port: int, variable: str) -> None:
    """Nobody listens here yet.

    Raises PortTaken.
    """
    holder = port_holder(listen, port)
    if holder is not None:
        raise PortTaken(port=port, holder=holder or "pid ?", variable=variable)


def jutong_command(*arguments: str) -> tuple[str, ...]:
    """The command line of this installation's `jutong`, whatever the PATH says."""
    return (sys.executable, "-P", "-m", "jutong.config.command", *arguments)


def steps(env: Environment) -> tuple[Step, ...]:
    migrate = Step("migrate", N_("数据库结构与起始数据"), jutong_command("migrate"))
    if not env.demo:
        return (migrate,)
    return (migrate, Step("demo", N_("演示区域"), jutong_command("demo", "load", "--at-start")))


def parts(env: Environment) -> tuple[Part, ...]:
    return (
        Part(
            "portal",
            N_("门户与接口"),
            jutong_command("portal"),
            ready_url=f"{env.portal_url}/readyz",
            port=env.portal_port,
            port_variable="JUTONG_PORTAL_PORT",
        ),
        *(
            Part(
                "gateway" if number == 0 else f"gateway-{number}",
                N_("网关"),
                jutong_command("gateway", "--worker", str(number)),
                ready_url=f"{env.gateway_url}/readyz" if number == 0 else "",
                port=env.gateway_port,
                port_variable="JUTONG_GATEWAY_PORT",
                shares_port=env.gateway_workers > 1,
            )
            for number in range(env.gateway_workers)
        ),
        Part(
            "worker",
            N_("后台作业"),
            jutong_command("worker"),
            ready_url=f"{env.portal_url}/readyz?probe=worker",
            stop_seconds=25,
        ),
        *((_departments(),) if env.embedded and (env.demo or env.demo_dir.exists()) else ()),
    )


def _departments() -> Part:
    return Part("departments", N_("演示区域的部门业务库"), jutong_command("demo", "departments"))
