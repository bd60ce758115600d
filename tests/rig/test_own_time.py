# SPDX-License-Identifier: Apache-2.0
"""A busy machine lengthens nobody's own time; what a process waits for otherwise does, and what it computes."""

import contextlib
import os
import subprocess
import sys
import time

from own_time import OwnTime

MEASURED_SEC = 1.5


@contextlib.contextmanager
def process(*words, n=1):
    """n processes that run that command, all on one processor; yields the PID of the first."""
    processor = min(os.sched_getaffinity(0))
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(subprocess.Popen(words, preexec_fn=lambda: os.sched_setaffinity(0, {processor})))
                   for _ in range(n)]
        try:
            yield started[0].pid
        finally:
            for one in started:
                one.kill()


def measured(pid):
    """Its own seconds, and those of the clock."""
    began, own = time.monotonic(), OwnTime(pid)
    time.sleep(MEASURED_SEC)
    return own.seconds(), time.monotonic() - began


def test_what_waits_for_a_processor_ages_slowly():
    with process(sys.executable, "-c", "while True: pass", n=6) as pid:
        own, wall = measured(pid)
    assert own < wall / 2, (own, wall)


def test_what_waits_for_anything_else_ages():
    with process("sleep", "60") as pid:
        own, wall = measured(pid)
    assert own > 0.8 * MEASURED_SEC, (own, wall)


def test_what_is_gone_is_measured_on():
    with process("true") as pid:
        time.sleep(0.2)
        own = OwnTime(pid)
    time.sleep(0.2)
    assert own.seconds() > 0
