# SPDX-License-Identifier: Apache-2.0
"""A file of slapd.d that somebody else than slapd wrote is told, once; what slapd writes never is."""

import contextlib
import os
import shutil
import time

import ldap
import pytest
from daemon import Daemon, is_in_pass
from played import Played
from slapd import wait_until
from test_guards import load_anew


def without_probes(node):
    """An agent.json without them: their end is a reason for a pass of its own."""
    settings = os.path.join(node.folder, "agent.json")
    with open(os.open(settings, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write('{"probe": false}')
    return settings


def following(node):
    return Daemon(node, "--agent-config", without_probes(node))


def path(node):
    """The file of the database."""
    return os.path.join(node.server.config_dir, "cn=config", node.dn().split(",", maxsplit=1)[0] + ".ldif")


def append(node):
    """As an editor that writes in place; slapd takes comments, and complains about the checksum only."""
    with open(path(node), "a", encoding="ascii") as file:
        file.write("# by hand\n")


def replace(node):
    """As sed -i and most editors do."""
    shutil.copy(path(node), path(node) + ".new")
    os.rename(path(node) + ".new", path(node))


def watching(daemon, node):
    wait_until(lambda: daemon.sees(os.path.join(node.server.config_dir, "cn=config")), "it watches slapd.d")


def look_again(node, daemon, act=None):
    """Does that (or asks for a pass); returns when the daemon has looked at least once more and told what it found."""
    searches = node.server.log_count('SRCH base="cn=config"')
    (act or daemon.reload)()
    wait_until(lambda: node.server.log_count('SRCH base="cn=config"') > searches, "it looked again")
    wait_until(lambda: not daemon.is_in_pass(), "and told what it found")


@pytest.mark.parametrize("edit", [append, replace])
def test_an_edit_by_hand_is_told_once_with_its_file(node, edit):
    with following(node) as daemon:
        watching(daemon, node)
        edit(node)
        told = daemon.wait_for("hand-edit")
        assert told.startswith(path(node) + " was written by hand"), told
        for act in (lambda: edit(node), None, lambda: edit(node)):  # also behind a look that finds none
            look_again(node, daemon, act)
    assert len(daemon.events("hand-edit")) == 1
    with following(node) as daemon:  # the difference lasts, and was told
        watching(daemon, node)
    assert not daemon.events("hand-edit")


def test_a_change_over_ldap_ends_it(node):
    with following(node) as daemon:
        watching(daemon, node)
        append(node)
        daemon.wait_for("hand-edit")
        node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        daemon.wait_for("correction-applied")
        # Between the daemon's own write and its look nobody could tell.
        wait_until(lambda: node.plan().returncode == 0, "in step")
        look_again(node, daemon)
        replace(node)
        daemon.wait_for("hand-edit", n=2)


def test_what_slapd_loaded_at_its_start_is_no_edit(node):
    """slapd.d was made anew with slapcat and slapadd, as for another release: each entryCSN is as it was."""
    with following(node) as daemon:
        watching(daemon, node)
        daemon.wait_at_rest()
        node.server.stop()
        daemon.wait_for("slapd-lost")
        time.sleep(1.1)  # a start is known to the second
        load_anew(node, lambda dump: dump)
        node.server.start()
        daemon.wait_for("slapd-back")
        watching(daemon, node)
        look_again(node, daemon)
        assert not daemon.events("hand-edit"), daemon.events("hand-edit")
        append(node)
        daemon.wait_for("hand-edit")


def test_what_slapd_writes_is_never_taken_for_an_edit(node):
    """Changes one after another, by others and by the daemon's own repairs, a restart."""
    with following(node) as daemon:
        watching(daemon, node)
        for n in range(60):
            node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
            node.server.modify("cn=config", [(ldap.MOD_REPLACE, "olcIdleTimeout", str(n))])
            if n % 10 == 0:
                with contextlib.suppress(ldap.NO_SUCH_ATTRIBUTE):
                    node.edit([(ldap.MOD_DELETE, "olcLimits", None)])
        node.server.restart()
        node.edit([(ldap.MOD_REPLACE, "olcReadOnly", "FALSE")])
        look_again(node, daemon)
    assert not daemon.events("hand-edit"), daemon.events("hand-edit")


def test_files_that_are_no_entries_are_nobody_s_business(node):
    folder = os.path.join(node.server.config_dir, "cn=config")
    with following(node) as daemon:
        watching(daemon, node)
        for name in ("notes.txt", "backup.ldif", ".hidden.ldif"):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write("x\n")
        look_again(node, daemon)
    assert not daemon.events("hand-edit")
    for name in ("notes.txt", "backup.ldif", ".hidden.ldif"):
        os.unlink(os.path.join(folder, name))


def is_waiting(node, pid):
    """In a pass, and waiting for slapd's answer."""
    has_lock = is_in_pass(node, pid)
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return has_lock and file.read().rpartition(")")[2].split()[0] == "S"


def test_what_changes_during_a_look_is_looked_at_again_at_once(node):
    """That look may not have seen it, and the next one would be seconds away, or a minute."""
    with Played(node, without_probes(node)) as played:
        played.rest()
        file = path(node)
        with node.server.frozen():
            played.begin("trigger 1")
            wait_until(lambda: is_waiting(node, played.pid), "it waits for slapd")
            with open(file, "a", encoding="ascii") as edited:
                edited.write("# by hand\n")
        played.answer()
        assert played.next() == 0
        assert "hand-edit: " + file in played.end()
