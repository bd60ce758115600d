# SPDX-License-Identifier: Apache-2.0
"""Talking to slapd over ldapi: results, their classes, what is never said, and requests without an answer."""

import errno
import os
import socket
import subprocess
import time
import urllib.parse

import ldap
import pytest
from slapd import Database, syncrepl
from tools import DirectoryTool, tool_path

UNREACHABLE, DENIED, BUSY, CONFLICT, REFUSED, UNSAVED = 3, 4, 5, 6, 7, 8


def code(lines):
    """(class, LDAP result) of an answer; (0, 0) for success."""
    return (0, 0) if lines[-1] == "ok" else tuple(map(int, lines[-1].split()[1:3]))


def test_entries_are_read_and_a_change_is_made(slapd_factory):
    server = slapd_factory()
    database = server.database_dn()
    with DirectoryTool(server.ldapi_uri) as tool:
        lines = tool("read", "cn=config", "sub", "(olcSuffix=*)")
        assert f"dn: {database}" in lines and "olcSuffix: dc=example,dc=org" in lines
        assert tool("replace", database, "olcSizeLimit", "9") == ["ok"]
        assert server.values(database, "olcSizeLimit") == ["9"]
        assert tool("replace", database, "olcSizeLimit") == ["ok"]
        assert server.values(database, "olcSizeLimit") == []
        assert tool("add", database, "olcDbIndex", "entryCSN eq", "entryUUID eq") == ["ok"]
        assert tool("delete", database, "olcDbIndex", "entryCSN eq") == ["ok"]
        assert server.values(database, "olcDbIndex") == ["entryUUID eq"]


def test_results_become_classes_and_the_sentence_says_where_and_why(slapd_factory):
    server = slapd_factory()
    database = server.database_dn()
    with DirectoryTool(server.ldapi_uri) as tool:
        tool("add", database, "olcDbIndex", "entryCSN eq")
        again = tool("add", database, "olcDbIndex", "entryCSN eq")
        assert code(again) == (CONFLICT, 20)
        assert f"modify '{database}' (add olcDbIndex)" in again[-1] and "already exists" in again[-1]
        assert code(tool("delete", database, "olcDbIndex", "uid eq")) == (CONFLICT, 16)
        assert code(tool("replace", "olcDatabase={9}mdb,cn=config", "olcSizeLimit", "9")) == (CONFLICT, 32)
        assert code(tool("replace", database, "olcNothing", "1")) == (REFUSED, 17)
        refused = tool("replace", "cn=config", "olcServerID", "9999")
        assert code(refused) == (REFUSED, 80) and "illegal server ID" in refused[-1]


def test_no_message_holds_a_password(slapd_factory):
    server = slapd_factory()
    database = server.database_dn()
    canary = "Ca nary\\ü"
    with DirectoryTool(server.ldapi_uri) as tool:
        lines = tool("add", database, "olcSyncrepl", f'rid=1 provider=ldap://x nosuchkw=1 credentials="{canary}"')
        assert code(lines) == (REFUSED, 80)
        lines += tool("add", database, "olcSyncrepl", f'rid=1 provider=ldap://x "credentials={canary}')
        lines += tool("add", database, "olcSyncrepl", f'rid=1 provider=ldap://x "oops {canary} {canary}"x"')
        good = syncrepl(1, "ldap://127.0.0.1:1", credentials=canary)
        assert tool("add", database, "olcSyncrepl", good) == ["ok"]
        twice = tool("add", database, "olcSyncrepl", good)
        assert code(twice)[0] in (CONFLICT, REFUSED)
        lines += twice
        output, trace = tool.close()
    assert f"modify '{database}' (add olcSyncrepl)" in trace
    assert "nary" not in "\n".join(lines) + output + trace


def test_the_reason_for_refusing_a_value_is_shown_when_it_cannot_quote_the_password(slapd_factory):
    server = slapd_factory()
    value = syncrepl(1, "ldap://127.0.0.1:1").replace("dc=example,dc=org", "dc=other", 1)
    with DirectoryTool(server.ldapi_uri) as tool:
        lines = tool("add", server.database_dn(), "olcSyncrepl", value)
    assert code(lines) == (REFUSED, 80)
    assert "is not within the database naming context" in lines[-1] or "not shown" not in lines[-1]


def test_an_unanswered_request_stays_open_and_is_not_sent_again(slapd_factory):
    server = slapd_factory()
    database = server.database_dn()
    with DirectoryTool(server.ldapi_uri, timeout_msec=300) as tool:
        assert tool("read", "cn=config", "base", "(objectClass=*)")[-1] == "ok"
        with server.frozen():
            lines = tool("replace", database, "olcSizeLimit", "9")
            assert code(lines) == (UNREACHABLE, ldap.TIMEOUT.errnum)
            assert "stays open" in lines[-1]
            # The next one is not even sent: it waits for the first, in vain.
            waiting = tool("replace", database, "olcSizeLimit", "10")
            assert code(waiting) == (UNREACHABLE, ldap.TIMEOUT.errnum)
        # Thawed, slapd answers the first; only then the next request goes out.
        while code(lines) != (0, 0):
            lines = tool("read", database, "base", "(objectClass=*)")
        assert "olcSizeLimit: 9" in lines
        _, trace = tool.close()
    assert server.config_writes() == 1
    assert trace.count("result 0") == 4  # bind, read, the late modify, read


def test_a_broken_connection_is_not_used_again_unbound(slapd_factory):
    server = slapd_factory()
    with DirectoryTool(server.ldapi_uri) as tool:
        assert tool("read", "cn=config", "base", "(objectClass=*)")[-1] == "ok"
        server.restart()
        lines = [tool("read", "cn=config", "base", "(objectClass=*)") for _ in range(3)]
        assert {code(line)[0] for line in lines} == {UNREACHABLE}


def test_nobody_there_is_told_with_the_url(slapd_factory):
    server = slapd_factory(start=False)
    with DirectoryTool(server.ldapi_uri) as tool:
        output, _ = tool.close()
    assert output.startswith(f"error {UNREACHABLE} {errno.ENOENT} slapd cannot be reached at {server.ldapi_uri}")
    assert "No such file or directory" in output


def test_only_ldapi_is_taken():
    done = subprocess.run([tool_path("directory_tool"), "ldap://127.0.0.1:1", "100"], text=True,
                          capture_output=True, check=False, timeout=60)
    assert done.stdout.startswith("error 1 0 ") and "no ldapi:// URL" in done.stdout


def test_without_rights_the_message_says_what_to_do(slapd_factory):
    server = slapd_factory()
    done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--",
                           tool_path("directory_tool"), server.ldapi_uri, "5000"], text=True,
                          input="read\tcn=config\tsub\t(objectClass=*)\n", capture_output=True, check=False, timeout=60)
    assert done.stdout.startswith(f"error {DENIED} 32 "), done.stdout + done.stderr
    assert "run as root" in done.stdout


def test_limits_in_ldap_conf_do_not_shorten_what_is_read(slapd_factory):
    server = slapd_factory()
    conf = os.path.join(server.directory, "ldap.conf")
    with open(conf, "w", encoding="ascii") as file:
        file.write("SIZELIMIT 1\n")
    done = subprocess.run([tool_path("directory_tool"), server.ldapi_uri, "5000"], text=True,
                          input="read\tcn=config\tsub\t(objectClass=*)\n", capture_output=True, check=False,
                          timeout=60, env={**os.environ, "LDAPCONF": conf})
    assert done.stdout.endswith("ok\n") and done.stdout.count("dn: ") > 3


def test_the_content_of_a_database_is_read_here(slapd_factory):
    server = slapd_factory([Database(overlays=("syncprov",))])
    server.modify("cn=config", [(ldap.MOD_REPLACE, "olcServerID", "1")])
    with DirectoryTool(server.ldapi_uri) as tool:
        assert tool("content", "dc=example,dc=org") == ["state 1 suffix 0 uuid 0 csns 0 ", "ok"]
        server.seed()
        assert tool("content", "dc=example,dc=org") == ["state 1 suffix 1 uuid 1 csns 1 ", "ok"]


def test_nothing_is_sent_when_the_time_is_over(slapd_factory):
    """What was not asked is not known, and no silence of slapd's."""
    server = slapd_factory([Database()], seed=True)
    database = server.database_dn()
    with DirectoryTool(server.ldapi_uri) as tool:
        assert code(tool("read", database, "base", "(objectClass=*)")) == (0, 0)
        tool("budget", "4000")  # enough to read, not to write
        before = server.log_count("SRCH base="), server.config_writes()
        assert code(tool("read", database, "base", "(objectClass=*)")) == (0, 0)
        refused = tool("replace", database, "olcSizeLimit", "9")
        assert code(refused) == (BUSY, 0) and "not asked, because the time of this pass is over" in refused[-1]
        tool("budget", "1")
        assert code(tool("read", database, "base", "(objectClass=*)")) == (BUSY, 0)
        [content, _] = tool("content", "dc=example,dc=org")
        assert content.startswith("state 2 ") and "not asked" in content, content
        assert (server.log_count("SRCH base="), server.config_writes()) == (before[0] + 1, before[1])
        tool("budget", "60000")
        assert tool("replace", database, "olcSizeLimit", "9") == ["ok"]


@pytest.mark.parametrize("text, said", [(b"x", "is no LDAP server"), (b"0\x84\x00\x00\x10\x00\x02\x01\x01", "did not end it")])
def test_an_answer_that_does_not_end_holds_up_nobody(tmp_path, text, said):
    """Behind its first bytes libldap knows no time."""
    path = os.path.join(tmp_path, "ldapi")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        began = time.monotonic()
        with subprocess.Popen([tool_path("directory_tool"), "ldapi://" + urllib.parse.quote(path, safe=""), "500"], text=True,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
            with listener.accept()[0] as connection:
                connection.sendall(text)
                told = "".join(tool.communicate(timeout=60))
        assert said in told and time.monotonic() - began < 20, told
