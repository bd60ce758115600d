# SPDX-License-Identifier: Apache-2.0
"""Runs the unmodified program under strace, to stop it or to kill it at one of its system calls."""

import contextlib
import os
import re
import signal
import subprocess

from slapd import wait_until

# The files of the state folder are renamed into place; the first one is the intent: the program has read
# and planned then, and nothing is written yet.
RENAMES = "rename,renameat,renameat2"

# Before a command that then cannot watch files; it keeps its process ID, so that signals reach it.
BLIND = ("strace", "-D", "-f", "-o", "/dev/null", "-e", "trace=inotify_init1", "-e", "inject=inotify_init1:error=EMFILE")


def environment():
    """The environment for a program under strace: LeakSanitizer cannot work there."""
    return {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


def run_traced(node, words, output, *options):
    """Runs a command of the node under strace with these options; -9 as status when it was killed."""
    return subprocess.run(["strace", "-f", "-o", output, *options, *node.command(*words)], env=environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)


class Stopped:
    """`apply` of a node, standing still between its reading and its first write.

        with Stopped(node) as stopped:
            node.server.modify(...)          # somebody else is quicker
            done = stopped.go_on()           # the completed process
    """

    def __init__(self, node, *words, calls=RENAMES, when=1):
        self._trace = os.path.join(node.folder, "trace")
        with open(self._trace, "w", encoding="ascii"):
            pass
        command = ["strace", "-f", "-o", self._trace, "-e", f"trace={calls}",
                   "-e", f"inject={calls}:signal=SIGSTOP:when={when}", *node.command("apply", *words)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, env=environment())
        self._pid = None

    def _stopped_pid(self):
        pid = stopped_pid(self._trace)
        if pid:
            return pid
        assert self._process.poll() is None, "it ended before it stopped: " + "".join(self._process.communicate())
        return None

    def __enter__(self):
        self._pid = wait_until(self._stopped_pid, "the program stands still", 60)
        return self

    def go_on(self):
        """Lets it run to its end."""
        os.kill(self._pid, signal.SIGCONT)
        output, errors = self._process.communicate(timeout=120)
        return subprocess.CompletedProcess(self._process.args, self._process.returncode, output, errors)

    def __exit__(self, *_):
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._process.kill()
            self._process.communicate()


def stopped_pid(trace):
    """The process or thread that strace has seen standing still; None when there is none."""
    with open(trace, encoding="utf-8", errors="replace") as file:
        found = re.search(r"^(\d+) .*--- stopped by SIGSTOP ---$", file.read(), re.MULTILINE)
    return int(found.group(1)) if found else None


@contextlib.contextmanager
def inject_into(pid, calls, what, trace=os.devnull):
    """Within it strace does something to a process that runs already: "signal=KILL:when=1"."""
    command = ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={calls}", "-e", f"inject={calls}:{what}",
               "-p", str(pid)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as tracer:
        try:
            wait_traced(pid, tracer.pid)
            yield
        finally:
            tracer.terminate()


def wait_traced(pid, tracer_pid):
    """Waits until the strace has attached to every thread of the process."""
    wait_until(lambda: _is_traced_by(pid, tracer_pid), "strace has attached")


def _is_traced_by(pid, tracer_pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            if not re.search(rf"^TracerPid:\t{tracer_pid}$", file.read(), re.MULTILINE):
                return False
    return True


def only_child(pid):
    """The program that strace runs; None when it is gone."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = file.read().split()
    return int(children[0]) if children else None
