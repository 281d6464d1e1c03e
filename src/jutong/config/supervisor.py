"""`jutong run`: the whole platform under one process that keeps its parts alive and leaves nothing behind.

The order is the order of need: the folder's lock, free ports, the keeper, the database, the steps that must end well,
then the parts all at once. A part that dies is started again after a growing pause, its whole process group first
ended (a server's workers can outlive their killed main process). A killed database server is brought back, and the
parts find it again or are started anew. When the supervisor itself is killed, the kernel tells its children
(`launch.py`) and the keeper ends whatever is left.
"""

import asyncio
import collections
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import IO, TypeVar
from urllib.parse import urlsplit

import psutil
from rich.console import Console
from rich.text import Text

from jutong.config.embedded import VERSION, EmbeddedServer, ServerFailed
from jutong.config.embedded.server import RETRY_SECONDS
from jutong.config.environment import Environment
from jutong.config.locks import FolderLock
from jutong.config.logs import RotatingLog
from jutong.config.parts import Part, PortTaken, Step, check_port
from jutong.config.processes import end_group, kill_group, mortal
from jutong.config.words import say, translate
from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

T = TypeVar("T")

PREVIOUS_RUN_SECONDS = 40.0
READY_SECONDS = 180.0
STEADY_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 15.0
DEATHS_BEFORE_READY = 5
TAIL_LINES = 12
_STEP_SECONDS = 0.1
_WATCH_SECONDS = 0.1


class StepFailed(JutongError):
    """A step before the start did not end well."""

    message = N_("“{title}”未能完成（退出码 {code}）。日志：{log}")
    kind = ErrorKind.UNAVAILABLE


class PartFailed(JutongError):
    """A part died again and again before it was ready for the first time."""

    message = N_("“{title}”启动后多次退出（最后的退出码 {code}）。日志：{log}\n{tail}")
    kind = ErrorKind.UNAVAILABLE


class NotReadyInTime(JutongError):
    """The parts run, but not all of them answered that they can serve."""

    message = N_("等待 {seconds} 秒后仍未就绪：{titles}。请查看日志文件夹 {logs}。")
    kind = ErrorKind.UNAVAILABLE


class Stopped(Exception):
    """The operator asked to stop while the platform was still starting."""


class Screen:
    """Short lines on the terminal, the same with a time in `jutong.log`."""

    def __init__(self, log: RotatingLog, console: Console | None = None):
        self.console = console or Console(highlight=False, soft_wrap=True)
        self._log = log
        self._started = time.monotonic()

    def line(self, text: str, *, mark: str = " ", style: str = "") -> None:
        seconds = time.monotonic() - self._started
        # A closed terminal must not end the platform.
        with contextlib.suppress(OSError, ValueError):
            self.console.print(Text.assemble((f"{seconds:6.1f}s ", "dim"), (f"{mark} ", style), text))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self._log.write(f"{stamp} {mark} {text}\n".encode())

    def done(self, text: str) -> None:
        self.line(text, mark="✓", style="green")

    def begun(self, text: str) -> None:
        self.line(text, mark="…", style="cyan")

    def trouble(self, text: str) -> None:
        self.line(text, mark="!", style="bold yellow")

    def plain(self, lines: Sequence[str]) -> None:
        with contextlib.suppress(OSError, ValueError):
            for text in lines:
                self.console.print(Text(text))


class Output:
    """What one child says: into its rotated file, the last lines kept for the terminal."""

    def __init__(self, path: Path):
        self.path = path
        self._log = RotatingLog(path)
        self._tail: collections.deque[str] = collections.deque(maxlen=TAIL_LINES)
        self._partial = b""
        self.drinking: set[asyncio.Task[None]] = set()

    async def drink(self, stream: asyncio.StreamReader, each: Callable[[str], None] | None = None) -> None:
        """Take the stream to its end."""
        while chunk := await stream.read(65536):
            self._log.write(chunk)
            *lines, self._partial = (self._partial + chunk).split(b"\n")
            # A line without an end is cut, so that no child can fill our memory.
            self._partial = self._partial[-65536:]
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                self._tail.append(text)
                if each is not None and text:
                    each(text)

    def tail(self) -> str:
        return "\n".join("    " + line for line in self._tail)

    def forget(self) -> None:
        self._tail.clear()
        self._partial = b""


class Keeper:
    """Our end of the keeper: tells it which groups live, starts it again when it is killed."""

    def __init__(self, lock: FolderLock, postgres_dir: Path | None, log: Path, environment: dict[str, str]):
        self._lock = lock
        self._arguments = [str(postgres_dir)] if postgres_dir else []
        self._log = log
        self._environment = environment
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", "-m", "jutong.config.keeper", *self._arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment,
                start_new_session=True,
                pass_fds=[self._lock.descriptor],
            )
        for group in self._groups:
            self._tell(f"+{group}\n")

    def see(self) -> bool:
        """Start the keeper again when it is gone; True when it was."""
        if self._process is not None and self._process.poll() is None:
            return False
        self.start()
        return True

    def born(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def ended(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        """Everything is ended: the keeper finds nothing to do and goes."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, words: str) -> None:
        # A keeper that was just killed hears the whole list when it is started again.
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(words.encode())
                self._process.stdin.flush()


class Supervisor:
    """One platform on one data folder, from start to stop."""

    def __init__(
        self,
        env: Environment,
        *,
        parts: Sequence[Part],
        steps: Sequence[Step] = (),
        server: EmbeddedServer | None = None,
        announce: Callable[[float], Sequence[str]] | None = None,
        console: Console | None = None,
    ):
        self.env = env
        self.parts = parts
        self.steps = steps
        self.server = server
        self._announce = announce
        self._console = console
        self._lock = FolderLock(env.data_dir, "run.lock")
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._outputs: dict[str, Output] = {}
        self._deaths: collections.Counter[str] = collections.Counter()
        self._hurry = False

    def run(self) -> int:
        """Start, keep and stop everything; the exit code for the shell."""
        return asyncio.run(self._live())

    # --- Life ----------------------------------------------------------------------------------------------------

    async def _live(self) -> int:
        self._began = time.monotonic()
        self._stop = asyncio.Event()
        self._database_up = asyncio.Event()
        self._all_ready = asyncio.Event()
        self._listen_to_signals()
        self.env.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(Stopped):
            await self._take_lock()
            with self._lock:
                self._check_ports()
                self.screen = Screen(RotatingLog(self.env.logs_dir / "jutong.log"), self._console)
                await self._live_with_lock()
        return 0

    async def _live_with_lock(self) -> None:
        self._keeper = Keeper(
            self._lock,
            self.server.folder if self.server else None,
            self.env.logs_dir / "keeper.log",
            self._child_environment(),
        )
        self._keeper.start()
        keeping: list[asyncio.Task[None]] = [asyncio.create_task(self._keep_keeper())]
        try:
            await self._start_database(keeping)
            for step in self.steps:
                await self._take_step(step)
            keeping += [asyncio.create_task(self._keep(part)) for part in self.parts]
            await self._until_ready(keeping)
            self._all_ready.set()
            self._say_ready()
            await self._until_stopped(keeping)
        finally:
            await self._end_all(keeping)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        # Explicitly, because a script started in the background hands SIGINT down ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})

    def _asked_to_stop(self) -> None:
        self._hurry = self._stop.is_set()
        self._stop.set()

    async def _take_lock(self) -> None:
        """The folder is ours, or an ended run's keeper is just about to leave it, or it is another's."""
        holder = self._lock.holder()
        alive = holder is not None and psutil.pid_exists(holder)
        deadline = time.monotonic() + (0 if alive else PREVIOUS_RUN_SECONDS)
        while True:
            try:
                self._lock.take()
            except JutongError:
                if time.monotonic() >= deadline:
                    raise
                await self._pause(0.1)
            else:
                return

    def _check_ports(self) -> None:
        for port, variable in {(part.port, part.port_variable) for part in self.parts if part.port}:
            check_port(self.env.listen, port, variable)

    # --- Database ------------------------------------------------------------------------------------------------

    async def _start_database(self, keeping: list[asyncio.Task[None]]) -> None:
        if self.server is None:
            self._database_up.set()
            return
        self.screen.begun(say(N_("正在启动内置数据库…")))
        await self._bring_up(self.server)
        version = VERSION
        self.screen.done(say(N_("数据库已启动（PostgreSQL {version}）"), version=version))
        keeping.append(asyncio.create_task(self._keep_database(self.server)))

    async def _bring_up(self, server: EmbeddedServer) -> None:
        """As `EmbeddedServer.start`, without holding up the loop; the fork itself stays in the main thread."""
        output = self._output("postgres")
        await asyncio.to_thread(server.prepare)
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            with await self._mouth(output) as mouth:
                server.spawn(output=mouth)
            try:
                await self._until(asyncio.to_thread(server.wait_until_ready))
            except ServerFailed as error:
                if time.monotonic() > deadline:
                    raise ServerFailed(log=output.tail()) from error
                await self._pause(0.2)
                await asyncio.to_thread(server.end_leftovers)
            else:
                break
        self._database_up.set()

    async def _keep_database(self, server: EmbeddedServer) -> None:
        while True:
            while server.running():
                await asyncio.sleep(_WATCH_SECONDS)
            self._database_up.clear()
            self.screen.trouble(say(N_("数据库进程退出，正在恢复…")))
            began = time.monotonic()
            await self._bring_up(server)
            self.screen.done(say(N_("数据库已恢复（{seconds:.1f} 秒）"), seconds=time.monotonic() - began))

    # --- Steps and parts -----------------------------------------------------------------------------------------

    async def _take_step(self, step: Step) -> None:
        began = time.monotonic()
        title = translate(step.title)
        self.screen.begun(say(N_("正在准备：{title}…"), title=title))
        output = self._output(step.name)
        process = await self._spawn(step.command, output, each=self.screen.line)
        code = await self._until(process.wait())
        self._ended(process.pid)
        if code:
            raise StepFailed(title=title, code=code, log=str(output.path))
        self.screen.done(say(N_("{title}已就绪（{seconds:.1f} 秒）"), title=title, seconds=time.monotonic() - began))

    async def _keep(self, part: Part) -> None:
        """Keep one part running until everything stops."""
        title = translate(part.title)
        output = self._output(part.name)
        pause = FIRST_PAUSE_SECONDS
        while True:
            await self._database_up.wait()
            await self._await_port(part, title)
            began = time.monotonic()
            process = await self._spawn(part.command, output)
            code = await process.wait()
            # What the dead one's children still hold (its port, its jobs) is let go before the next one starts.
            await asyncio.to_thread(kill_group, process.pid)
            self._ended(process.pid)
            await self._last_words(output)
            if time.monotonic() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            self._deaths[part.name] += 1
            if not self._all_ready.is_set() and self._deaths[part.name] >= DEATHS_BEFORE_READY:
                raise PartFailed(title=title, code=code, log=str(output.path), tail=output.tail())
            self.screen.trouble(
                say(N_("{title}退出（{how}），{pause:.1f} 秒后重新启动"), title=title, how=_how(code), pause=pause)
            )
            if code > 0:
                self.screen.plain(output.tail().splitlines())
            output.forget()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _await_port(self, part: Part, title: str) -> None:
        told = False
        while part.port and not part.shares_port:
            try:
                check_port(self.env.listen, part.port, part.port_variable)
            except PortTaken as taken:
                if not told:
                    self.screen.trouble(f"{title}: {taken.words(translate)}")
                told = True
                await asyncio.sleep(0.5)
            else:
                return

    async def _keep_keeper(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self._keeper.see():
                self.screen.trouble(say(N_("守护进程退出，已重新启动")))

    async def _until_ready(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        waiting = {part.name: part for part in self.parts if part.ready_url}
        deadline = time.monotonic() + READY_SECONDS
        while waiting:
            for part in list(waiting.values()):
                if await answers(part.ready_url):
                    del waiting[part.name]
                    self.screen.done(say(N_("{title}已就绪"), title=translate(part.title)))
            if waiting and time.monotonic() > deadline:
                titles = "、".join(translate(part.title) for part in waiting.values())
                raise NotReadyInTime(seconds=int(READY_SECONDS), titles=titles, logs=str(self.env.logs_dir))
            _raise_failures(keeping)
            await self._pause(_STEP_SECONDS)

    def _say_ready(self) -> None:
        seconds = time.monotonic() - self._began
        if self._announce is not None:
            self.screen.plain(self._announce(seconds))
        self.screen.done(say(N_("平台已就绪（{seconds:.1f} 秒）"), seconds=seconds))
        _tell_service_manager("READY=1")

    async def _until_stopped(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopping, *keeping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        _raise_failures(keeping)

    # --- The end -------------------------------------------------------------------------------------------------

    async def _end_all(self, keeping: Sequence[asyncio.Task[None]]) -> None:
        self._stop.set()
        _tell_service_manager("STOPPING=1")
        self.screen.begun(say(N_("正在停止…")))
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        seconds = max((part.stop_seconds for part in self.parts), default=5.0)
        groups = list(self._processes)
        gentle = asyncio.gather(*(asyncio.to_thread(end_group, group, grace_seconds=seconds) for group in groups))
        await self._unless_hurried(gentle, lambda: _kill_all(groups))
        for group in groups:
            await self._processes[group].wait()
            self._ended(group)
        if self.server is not None:
            await asyncio.to_thread(self.server.stop)
        for output in self._outputs.values():
            await self._last_words(output)
        await asyncio.to_thread(self._keeper.dismiss)
        self.screen.done(say(N_("已停止")))

    async def _unless_hurried(self, gentle: "asyncio.Future[list[None]]", hard: Callable[[], object]) -> None:
        """Wait for the gentle end; a second signal asks for the hard one."""
        while not gentle.done():
            await asyncio.wait([gentle], timeout=0.1)
            if self._hurry and not gentle.done():
                await asyncio.to_thread(hard)
                break
        await gentle

    # --- Children ------------------------------------------------------------------------------------------------

    async def _spawn(
        self, command: Sequence[str], output: Output, each: Callable[[str], None] | None = None
    ) -> asyncio.subprocess.Process:
        # A pipe of our own: with asyncio's, the end of a process is told only when everyone who inherited the pipe
        # has closed it, and a dead part's own children are just what we have to end then.
        with await self._mouth(output, each) as mouth:
            process = await asyncio.create_subprocess_exec(
                *mortal(command),
                stdin=subprocess.DEVNULL,
                stdout=mouth,
                stderr=subprocess.STDOUT,
                cwd=self.env.data_dir,
                env=self._child_environment(),
                start_new_session=True,
            )
        self._processes[process.pid] = process
        self._keeper.born(process.pid)
        return process

    def _ended(self, group: int) -> None:
        self._processes.pop(group, None)
        self._keeper.ended(group)

    def _child_environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        if self.server is not None:
            # libpq's variables of the operator's shell are meant for other servers.
            kept = {name: value for name, value in kept.items() if not (name.startswith("PG") and name.isupper())}
        return kept | self.env.variables() | {"PYTHONUNBUFFERED": "1"}

    def _output(self, name: str) -> Output:
        if name not in self._outputs:
            self._outputs[name] = Output(self.env.logs_dir / f"{name}.log")
        return self._outputs[name]

    async def _mouth(self, output: Output, each: Callable[[str], None] | None = None) -> IO[bytes]:
        """A pipe's end for a child to speak into; closed by us as soon as the child has it."""
        read, write = os.pipe()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", buffering=0)
        )
        task = asyncio.create_task(output.drink(reader, each))
        output.drinking.add(task)
        task.add_done_callback(output.drinking.discard)
        return os.fdopen(write, "wb", buffering=0)

    async def _last_words(self, output: Output) -> None:
        """What an ended child said last belongs in its log."""
        if output.drinking:
            await asyncio.wait(output.drinking, timeout=2)

    # --- Waiting -------------------------------------------------------------------------------------------------

    async def _until(self, work: Awaitable[T]) -> T:
        """The result of the work, unless the operator asks to stop before it is there.

        Raises Stopped.
        """
        task = asyncio.ensure_future(work)
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                # Nobody will ask for its outcome any more.
                task.add_done_callback(lambda done: done.cancelled() or done.exception())
                raise Stopped
            return task.result()
        finally:
            stopping.cancel()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless the operator asks to stop.

        Raises Stopped.
        """
        await self._until(asyncio.sleep(seconds))


async def answers(url: str, *, timeout_seconds: float = 3) -> bool:
    """Does this http address answer 200 now?"""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(timeout_seconds):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                target = f"{parts.path}?{parts.query}" if parts.query else parts.path
                writer.write(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]


def _kill_all(groups: Sequence[int]) -> None:
    for group in groups:
        kill_group(group)


def _raise_failures(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


def _how(code: int) -> str:
    """How a process ended: by a signal, or with an exit code."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return say(N_("信号 {name}"), name=signal.Signals(-code).name)
    return say(N_("退出码 {code}"), code=code)


def _tell_service_manager(words: str) -> None:
    """systemd's notification protocol, for units of `Type=notify`; nothing when nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        # A leading @ stands for the abstract namespace's zero byte.
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.send(words.encode())
