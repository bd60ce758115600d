# SPDX-License-Identifier: Apache-2.0
"""Finding the listeners of a running slapd."""

import os

from tools import agent_tool


def test_the_listeners_of_a_running_slapd_are_found(slapd_factory):
    server = slapd_factory()
    pid_file, args_file = (os.path.join(server.directory, name) for name in ("slapd.pid", "slapd.args"))
    expected = "\n".join(server.listeners) + "\n"
    assert agent_tool("listeners", pid_file, "-").stdout == expected
    assert agent_tool("listeners", "-", args_file).stdout == expected
    # A stale pid file names another process, or none.
    with open(pid_file, "w", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    assert agent_tool("listeners", pid_file, args_file).stdout == expected
    assert agent_tool("listeners", pid_file, "-").stdout == ""
    assert agent_tool("listeners", "-", "-").stdout == ""
