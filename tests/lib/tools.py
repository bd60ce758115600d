# SPDX-License-Identifier: Apache-2.0
"""Running the small C programs of tests/lib (`make tools`)."""

import os
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def releasable_guards():
    """The codes that --release takes, as it says itself to who names another one."""
    done = subprocess.run([program_path(), "apply", "--release", "nobody"], text=True, capture_output=True, check=False, timeout=60)
    return done.stderr.strip().rpartition("these can: ")[2].split(", ")


def program_path():
    """The program under test."""
    return os.path.abspath(os.environ.get("SYNCWARD_PROGRAM", os.path.join(TOP, "build", "syncward")))


def tool_path(name):
    """The tool beside the program under test."""
    path = os.path.join(os.path.dirname(program_path()), "tools", name)
    if not os.path.exists(path):
        pytest.exit(f"{path} does not exist: run make tools first", returncode=2)
    return path


def agent_tool(*arguments, **options):
    """Runs agent_tool to its end; returns the completed process."""
    return subprocess.run([tool_path("agent_tool"), *map(str, arguments)], text=True, capture_output=True,
                          timeout=60, check=False, stdin=subprocess.DEVNULL, **options)


class DirectoryTool:
    """A directory_tool at work: one command a call, answered by its lines of output."""

    def __init__(self, uri, timeout_msec=5000, config_dir=None, *, has_trace=True):
        command = [tool_path("directory_tool"), uri, str(timeout_msec)] + ([config_dir] if config_dir else [])
        # A trace that nobody reads stops the tool once its pipe is full.
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE if has_trace else subprocess.DEVNULL)

    def __call__(self, *fields):
        """Sends one command; returns its output lines, the last being "ok" or "error CLASS CODE TEXT"."""
        self.process.stdin.write("\t".join(fields) + "\n")
        self.process.stdin.flush()
        lines = []
        while not lines or not (lines[-1] == "ok" or lines[-1].startswith("error ")):
            line = self.process.stdout.readline()
            if not line:
                break
            lines.append(line.rstrip("\n"))
        return lines

    def close(self):
        """Ends it and returns (the rest of its output, the trace)."""
        output, trace = self.process.communicate(timeout=60)
        assert self.process.returncode in (0, 1), trace
        return output, trace

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.close()
