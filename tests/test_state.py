# SPDX-License-Identifier: Apache-2.0
"""The agent's memory between passes and its lock."""

import json
import os
import stat
import subprocess

import pytest
from tools import agent_tool, tool_path

INPUT, BUSY = "error 2 ", "error 5 "
KNOWN = """revision 12 abc
database dc=example,dc=com ldap://old.example.com met 3 met 4
database o="b\\"
unsaved olcDatabase={1}mdb,cn=config olcSyncrepl
unsaved olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config -
hiding dc=example,dc=com 2 a mail
restarted 20261122200000Z
"""


@pytest.fixture
def folder(tmp_path):
    """The state folder's path; it is not there yet."""
    return tmp_path / "state"


def written(folder):
    done = agent_tool("state-write", folder)
    assert done.returncode == 0, done.stdout
    return folder


def read(folder, may_write=1):
    done = agent_tool("state-read", folder, may_write)
    return done.stdout


def test_what_is_written_is_read_again(folder):
    assert read(written(folder)) == KNOWN + 'intent {"steps": []}\n'
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert sorted(path.name for path in folder.iterdir()) == [
        "databases.json", "hiding-peers.json", "intent.json", "restarted.json", "revision.json", "unsaved.json"]


def test_an_intent_that_is_done_is_gone(folder):
    assert agent_tool("state-remove-intent", written(folder)).returncode == 0
    assert agent_tool("state-remove-intent", folder).returncode == 0
    assert read(folder) == KNOWN


def test_no_folder_and_no_file_is_an_empty_memory(folder):
    assert read(folder) == ""
    assert not folder.exists()
    folder.mkdir(mode=0o700)
    assert read(folder) == ""


@pytest.mark.parametrize("name", ["databases", "unsaved", "restarted", "hiding-peers"])
def test_state_of_a_newer_format_is_kept_aside(folder, name):
    path = written(folder) / f"{name}.json"
    newer = json.dumps({**json.loads(path.read_text()), "schema_version": 2})
    for n in (1, 2):
        path.write_text(newer)
        assert f"notice {path} was written by a newer syncward: it is kept as {name}.json.newer-{n} and not used\n" \
            in read(folder)
        assert not path.exists()
        assert (folder / f"{name}.json.newer-{n}").read_text() == newer


def test_a_revision_of_a_newer_format_is_kept_aside_and_counts(folder):
    """An older peers.json must not come back with an older syncward."""
    path = written(folder) / "revision.json"
    newer = json.dumps({"schema_version": 2, "revision": 13, "sha256": "abc", "more": []})
    path.write_text(newer)
    output = read(folder, may_write=0)
    assert f"notice {path} was written by a newer syncward: it is not used\n" in output and "revision 13 abc" in output
    assert path.read_text() == newer
    assert "kept as revision.json.newer-1" in read(folder)
    assert (folder / "revision.json.newer-1").read_text() == newer
    again = read(folder)
    assert "revision 13 abc" in again and "notice" not in again
    path.write_text('{"schema_version": 2, "revisions": [13]}')
    assert "revision" not in read(folder).replace(f"notice {path}", "").replace("revision.json.newer-2", "")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema_version":"1"}', '{"schema_version":0}',
                                  '{"schema_version":1}', '{"schema_version":1,"revision":-1,"sha256":""}',
                                  '{"schema_version":1,"revision":1e3,"sha256":""}'])
def test_damaged_state_is_kept_aside(folder, text):
    path = written(folder) / "revision.json"
    path.write_text(text)
    output = read(folder)
    assert f"notice {path} is damaged: it is kept as revision.json.damaged-1 and not used\n" in output
    assert "revision 12" not in output and "database dc=example" in output
    assert (folder / "revision.json.damaged-1").read_text() == text


def test_a_reader_that_may_not_write_moves_nothing(folder):
    path = written(folder) / "revision.json"
    path.write_text("{")
    assert f"notice {path} is damaged: it is not used\n" in read(folder, 0)
    assert path.read_text() == "{"


def test_a_folder_that_others_may_write_to_is_refused(folder):
    written(folder).chmod(0o777)
    assert read(folder) == (f"{INPUT}{folder}: has mode 0777, wanted 0755 or stricter because only root may change "
                            f"what is in it: leave it so, and name another one, as `install -d -m 0700 {folder}/syncward` "
                            "makes it\n")
    assert agent_tool("state-write", folder).returncode == 1


def test_only_what_is_another_is_written(folder):
    assert agent_tool("state-keep", folder).stdout == "kept\nkept\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        "fence.json", "hiding-peers.json", "last-seen.json", "revision.json"]
    assert "revision 13 abc" in read(folder)


@pytest.mark.parametrize("name, without", [("databases.json", set()), ("last-seen.json", {"last-seen.json", "fence.json"})])
def test_what_cannot_be_written_stays_to_be_written_and_keeps_nothing_else_away(folder, name, without):
    """A database that the fence closed is not called open before what was noted of it is gone."""
    (folder / name).mkdir(parents=True)
    folder.chmod(0o700)
    told = agent_tool("state-keep", folder).stdout.splitlines()
    assert len(told) == 2 and all(line.startswith("not kept: ") and name in line for line in told), told
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        "fence.json", "hiding-peers.json", "last-seen.json", "revision.json"} - without


def test_one_writer_at_a_time(tmp_path):
    run_dir = tmp_path / "run"
    holder = subprocess.Popen([tool_path("agent_tool"), "lock", run_dir, "0"], text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == f"locked {holder.pid}\n"
        assert stat.S_IMODE(run_dir.stat().st_mode) == 0o755
        busy = agent_tool("lock", run_dir, "200").stdout
        assert busy.startswith(f"{BUSY}process {holder.pid} holds {run_dir}/lock")
    finally:
        holder.kill()
        holder.communicate()
    assert agent_tool("lock", run_dir, "0").stdout.startswith("locked ")


def test_a_waiting_writer_gets_the_lock_when_it_is_free(tmp_path):
    command = [tool_path("agent_tool"), "lock", tmp_path, "10000"]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder, \
            subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiter:
        lines = []
        holder.stdout.readline()
        os.set_blocking(waiter.stdout.fileno(), True)
        holder.communicate("")
        lines.append(waiter.stdout.readline())
        waiter.communicate("")
    assert lines == [f"locked {waiter.pid}\n"]
