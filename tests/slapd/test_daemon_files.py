# SPDX-License-Identifier: Apache-2.0
"""The daemon follows its files however they are written: editors, shells, and folders that others take the place of."""

import contextlib
import json
import os
import shutil
import time

import pytest
from daemon import Daemon
from slapd import wait_until

pytestmark = pytest.mark.one_release


def by_vim(node, text):
    """Moves it away, writes it in two pieces, removes what it moved."""
    os.rename(node.peers_file, node.peers_file + "~")
    with open(os.open(node.peers_file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text[:200])
        file.flush()
        file.write(text[200:])
    os.unlink(node.peers_file + "~")


def by_shell(node, text):
    """: > file; cat > file"""
    with open(node.peers_file, "w", encoding="utf-8"):
        pass
    with open(node.peers_file, "w", encoding="utf-8") as file:
        file.write(text)


def secret_anew(node, _):
    """With a mode that is refused for a moment."""
    os.unlink(node.secret_file)
    with open(os.open(node.secret_file, os.O_CREAT | os.O_WRONLY, 0o644), "w", encoding="utf-8") as file:
        file.write("secret\n")
    os.chmod(node.secret_file, 0o600)


@pytest.mark.parametrize("way", [by_vim, by_shell, secret_anew])
def test_what_is_refused_while_it_is_written_is_not_told(node, way):
    with open(node.peers_file, encoding="utf-8") as file:
        text = file.read()
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        for _ in range(5):
            before = daemon.last_pass()[0]
            way(node, text)
            wait_until(lambda: daemon.last_pass()[0] > before, "it sees that")
        daemon.wait_at_rest()
        assert not daemon.events("desired-refused"), daemon.lines
        assert len(daemon.events("desired-loaded")) == 1, daemon.lines


def test_what_stays_refused_is_told_soon(node):
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()
        with open(node.peers_file, "w", encoding="utf-8") as file:
            file.write("{")
        daemon.wait_for("desired-refused")
        node.write()
        daemon.wait_for("desired-loaded", 2)
        assert len(daemon.events("desired-refused")) == 1


def last_trigger(node):
    """Why the pass was that made the last correction."""
    with open(os.path.join(node.state_dir, "history.jsonl"), encoding="utf-8") as file:
        return [json.loads(line)["trigger"] for line in file][-1].split(",")


@contextlib.contextmanager
def following(node, path):
    """A daemon whose peers.json has that path; yields what waits until it has taken the retry of that many seconds."""
    node.peers_file = path
    with Daemon(node) as daemon:
        daemon.wait_for("desired-loaded")
        daemon.wait_at_rest()

        def taken(retry):
            wait_until(lambda: all(f'retry="{retry} +"' in value for value in node.syncrepl()), f"retry {retry}", 30)
            daemon.wait_at_rest()
        taken.daemon = daemon
        yield taken


def write(node, path, retry):
    node.document["databases"][0]["syncrepl"]["retry"] = f"{retry} +"
    node.peers_file, kept = path, node.peers_file
    node.write()
    node.peers_file = kept


def test_folders_that_others_take_the_place_of_are_followed(node):
    """At once, and not when the timer, or what is ill, makes a pass; that may come first once and again."""
    etc = os.path.join(node.folder, "etc")
    current = os.path.join(etc, "conf", "current")
    for version in ("v1", "v2"):
        os.makedirs(os.path.join(etc, "conf", version))
        write(node, os.path.join(etc, "conf", version, "peers.json"), 60)
    os.symlink("v1", current)

    def turn_link(retry):
        other = "v2" if os.readlink(current) == "v1" else "v1"
        write(node, os.path.join(etc, "conf", other, "peers.json"), retry)
        os.symlink(other, current + ".new")
        os.rename(current + ".new", current)

    def replace_all(retry):
        shutil.copytree(etc, etc + ".new", symlinks=True)
        write(node, os.path.join(etc + ".new", "conf", "current", "peers.json"), retry)
        os.rename(etc, f"{etc}.{retry}")
        os.rename(etc + ".new", etc)

    def is_seen(act, retry):
        act(retry)
        taken(retry)
        return "desired" in last_trigger(node)

    with following(node, os.path.join(current, "peers.json")) as taken:
        for act, retry in ((turn_link, 61), (replace_all, 71)):
            assert any(is_seen(act, retry + n) for n in range(3)), act
            write(node, os.path.join(current, "peers.json"), retry + 4)
            taken(retry + 4)


def test_a_folder_that_comes_back_is_found(node):
    etc = os.path.join(node.folder, "etc")
    os.makedirs(os.path.join(etc, "conf"))
    path = os.path.join(etc, "conf", "peers.json")
    write(node, path, 60)
    with following(node, path) as taken:
        shutil.rmtree(etc)
        time.sleep(0.2)  # it is gone for a while
        os.makedirs(os.path.join(etc, "conf"))
        write(node, path, 65)
        taken(65)


def is_told_of_new_files(daemon, folder):
    """What the kernel says of its watch."""
    return any(int(mask, 16) & 0x100 for mask in daemon.watches(folder))


def test_a_folder_in_which_nothing_is_missing_wakes_nobody(node):
    """In /etc and /var others make files all day."""
    conf = os.path.join(node.folder, "etc", "conf")
    os.makedirs(conf)
    path = os.path.join(conf, "peers.json")
    write(node, path, 60)
    with following(node, path) as taken:
        assert not is_told_of_new_files(taken.daemon, os.path.dirname(conf))
        for retry in (61, 62):
            shutil.rmtree(conf)
            wait_until(lambda: is_told_of_new_files(taken.daemon, os.path.dirname(conf)), "it waits for the folder")
            os.makedirs(conf)
            write(node, path, retry)
            taken(retry)
            assert not is_told_of_new_files(taken.daemon, os.path.dirname(conf))
            assert is_told_of_new_files(taken.daemon, conf)
