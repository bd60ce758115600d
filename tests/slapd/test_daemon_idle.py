# SPDX-License-Identifier: Apache-2.0
"""An idle daemon wakes for nothing but its timer and its watchdog, not even for what it writes itself."""

import json
import os
import re
import subprocess
import time

import pytest
from daemon import Daemon
from lone import Lone
from manager import Manager
from slapd import wait_until
from traced import wait_traced

pytestmark = pytest.mark.quiet
IDLE_SEC = 120 if os.environ.get("SYNCWARD_LONG") else 16
INTERVAL_SEC = 5  # the shortest that agent.json takes
PAUSE_SEC = 14  # ends while it is watched, which the daemon tells, and remembers in a folder that it watches
WATCHDOG_SEC = 3


class Wakes:
    """What strace saw of a loop, from its first wait to its last."""

    def __init__(self, path):
        with open(path, encoding="utf-8", errors="replace") as file:
            text = re.sub(r".*= -1 EINTR.*\n", "", file.read(), count=1)  # strace itself, when it attached
        waits = [match.start() for match in re.finditer(r"epoll_p?wait", text)]
        self.text = text = text[waits[0]:waits[-1]]
        self.returns = [int(n) for n in re.findall(r"epoll_p?wait2?\(.*\) += (-?\d+)", text)]
        expired = re.findall(r"read\((\d+)<anon_inode:\[timerfd\]>, .*\) += 8$", text, re.MULTILINE)
        self.n_expiries = len(expired)
        self.by_timer = {fd: expired.count(fd) for fd in expired}
        self.n_passes = text.count('"STATUS=')
        self.n_fed = text.count('"WATCHDOG=1')


def watch(daemon, manager, trace):
    """Traces the daemon's loop for that time."""
    calls = "trace=/^epoll_p?wait,read,sendmsg"
    with subprocess.Popen(["strace", "-f", "-qq", "-y", "-s", "32", "-o", trace, "-e", calls, "-p", str(daemon.pid)],
                          stdin=subprocess.DEVNULL) as tracer:
        try:
            wait_traced(daemon.pid, tracer.pid)
            time.sleep(IDLE_SEC)  # it is idleness that is measured
            told = len(manager.with_name("STATUS"))
            wait_until(lambda: len(manager.with_name("STATUS")) > told, "the end of one more pass")
        finally:
            tracer.terminate()


@pytest.mark.one_release
def test_an_idle_daemon_wakes_for_its_timer_and_its_watchdog_only(slapd_factory, program):
    node = Lone(slapd_factory, program)
    node.apply_ok()
    manager = Manager(node.folder)
    settings, trace = os.path.join(node.folder, "agent.json"), os.path.join(node.server.directory, "trace")
    with open(settings, "w", encoding="utf-8") as file:
        json.dump({"interval": INTERVAL_SEC, "probe": False}, file)
    env = manager.environment(WATCHDOG_USEC=str(WATCHDOG_SEC * 1000000))
    paused = node.run("pause", "it ends by itself", "--for", f"{PAUSE_SEC}s")
    assert paused.returncode == 0, paused.stderr
    try:
        with Daemon(node, "--agent-config", settings, env=env) as daemon:
            # The second pass sees what changed while the first began to watch.
            wait_until(lambda: len(manager.with_name("STATUS")) >= 3, "two passes")
            assert not daemon.events("resumed")
            watch(daemon, manager, trace)
            assert daemon.events("resumed")
    finally:
        manager.close()
    wakes = Wakes(trace)
    # Both timers may be due at once: such a return tells of two.
    assert min(wakes.returns) >= 1 and sum(wakes.returns) == wakes.n_expiries, wakes.text
    assert wakes.n_passes in wakes.by_timer.values(), wakes.text
    assert len(wakes.by_timer) == 2 and wakes.n_expiries <= wakes.n_fed, wakes.text
    # It is not awake more often than these timers say.
    assert 2 <= wakes.n_passes <= (IDLE_SEC + 2 * INTERVAL_SEC) / INTERVAL_SEC + 1
    assert wakes.n_expiries - wakes.n_passes <= (IDLE_SEC + 2 * INTERVAL_SEC) / (WATCHDOG_SEC / 2)
