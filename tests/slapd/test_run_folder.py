# SPDX-License-Identifier: Apache-2.0
"""The run folder is full when the daemon starts, or becomes full: the old status is not taken for what is."""

import os

import pytest
from daemon import Daemon
from lone import Lone
from slapd import wait_until
from test_disk import mount, mounts  # noqa: F401 pylint: disable=unused-import
from test_guards import in_step


class Full:
    """A run folder on a small disk of its own, filled up in the block."""

    def __init__(self, node):
        os.makedirs(node.run_dir, exist_ok=True)
        mount("-t", "tmpfs", "-o", "size=64k,mode=755", "syncward-test", node.run_dir)
        self._folder = node.run_dir

    def __enter__(self):
        with open(os.path.join(self._folder, f"filler{len(os.listdir(self._folder))}"), "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass

    def __exit__(self, *_):
        for name in os.listdir(self._folder):
            if name.startswith("filler"):
                os.remove(os.path.join(self._folder, name))


def is_about(node, daemon):
    """`check` tells of this daemon, by its process."""
    said = node.run("status")
    return f"process {daemon.pid}," in said.stdout


@pytest.mark.one_release
@pytest.mark.usefixtures("mounts")
def test_an_old_status_is_not_kept_where_there_is_no_room_for_a_new_one(slapd_factory, program):
    node = Lone(slapd_factory, program)
    in_step(node)
    full = Full(node)
    with Daemon(node) as daemon:
        daemon.wait_at_rest()
        assert is_about(node, daemon)
    assert "was stopped" in node.run("check").stdout
    with full:
        # The old one made room for the new one, at the first try.
        with Daemon(node) as daemon:
            wait_until(lambda: is_about(node, daemon), "it reports")
            # Where there is no room at all nothing is said.
            os.remove(os.path.join(node.run_dir, "status.json"))
            with full:
                daemon.reload()
                daemon.wait_for("state-trouble", text="status.json: cannot be written: No space left on device")
                done = node.run("check")
                assert done.returncode == 2 and "it had no room to report" in done.stdout, done.stdout
            wait_until(lambda: daemon.reload() or is_about(node, daemon), "it reports again")
