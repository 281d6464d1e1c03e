"""Become another program that dies with its parent: run as a script, standard library only.

`python -I -S launch.py <parent pid> <signal> <uid> <gid> <program> [argument …]`

Between fork and exec the supervisor may run no Python of its own (it has threads), so this small step does what the
kernel must be told from inside the new process: default signal handlers, the identity, and the signal to send when
the parent is gone. Then it is replaced by the program. An identity of -1 stays as it is.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    # A script that was started in the background hands SIGINT down ignored, and exec keeps it so.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    if uid >= 0:
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of identity, which clears it.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent ended before the child had started")
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
