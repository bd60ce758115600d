# SPDX-License-Identifier: Apache-2.0
"""What the linked policy lets the fence do before slapd starts: look, and have slapd's tools do the rest in slapd's domain."""

import pytest

FENCE, TOOLS = "syncward_fence_t", "slapd_t"
NEEDED = [
    ("syncward_exec_t", "file", {"entrypoint", "execute", "map", "read"}),
    ("syncward_etc_t", "file", {"open", "read"}),  # agent.json
    ("syncward_var_lib_t", "dir", {"search", "add_name", "remove_name", "write"}),
    ("syncward_var_lib_t", "file", {"create", "open", "read", "write", "rename", "unlink"}),
    ("syncward_var_run_t", "file", {"create", "open", "lock", "write"}),
    ("slapd_db_t", "dir", {"search", "read"}), ("slapd_db_t", "file", {"open", "read", "getattr"}),  # slapd.d, data.mdb
    ("slapd_runtime_t", "file", {"open", "read"}), (TOOLS, "file", {"open", "read"}),  # does it run?
    ("slapd_exec_t", "file", {"execute", "read", "open"}), (TOOLS, "process", {"transition", "sigkill"}),
    (TOOLS, "process2", {"nnp_transition"}),
    ("bin_t", "dir", {"search"}), ("systemd_unit_t", "dir", {"search", "read"}), ("systemd_unit_t", "file", {"open", "read"}),
    ("net_conf_t", "file", {"open", "read"}), (FENCE, "capability", {"setuid", "setgid"}), (FENCE, "process", {"fork"}), (FENCE, "fifo_file", {"read", "write"}),
    ("init_t", "process", {"sigchld"}), ("devlog_t", "sock_file", {"write"}), ("syslogd_t", "unix_dgram_socket", {"sendto"}),
]
FORBIDDEN = [
    ("syncward_secret_t", "file", {"open", "read"}), ("shadow_t", "file", {"open", "read"}),
    ("slapd_db_t", "file", {"write", "append", "create", "unlink", "rename"}), ("slapd_db_t", "dir", {"write", "add_name"}),
    (FENCE, "capability", {"dac_override", "dac_read_search", "chown", "fowner", "kill", "sys_admin", "net_admin"}),
    ("bin_t", "file", {"execute_no_trans"}), ("shell_exec_t", "file", {"execute", "execute_no_trans"}),
    ("slapd_exec_t", "file", {"execute_no_trans"}), (TOOLS, "process", {"ptrace", "dyntransition"}),
    ("ldap_port_t", "tcp_socket", {"name_connect", "name_bind"}), ("syncward_etc_t", "file", {"write", "create"}),
]


@pytest.fixture(name="rights", scope="session")
def fixture_rights(policy):
    return policy.rights(FENCE)


@pytest.mark.parametrize("target, tclass, permissions", NEEDED)
def test_what_it_needs_is_allowed(policy, rights, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert permissions - rights.get((target, tclass), set()) == set()


@pytest.mark.parametrize("target, tclass, permissions", FORBIDDEN)
def test_what_it_must_not_do_is_not_allowed(policy, rights, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert permissions & rights.get((target, tclass), set()) == set()


def test_slapds_tools_hear_and_answer_it(policy):
    rights = policy.rights(TOOLS)
    assert {"read", "write"} <= rights[FENCE, "fifo_file"] and "use" in rights[FENCE, "fd"]
    assert {"write", "create", "rename"} <= rights["slapd_db_t", "file"]  # slapd.d


def test_systemd_puts_it_there_because_its_unit_says_so(policy):
    assert list(policy.transitions(FENCE)) == []  # never by itself: the program is the daemon's, too
    assert policy.sources(FENCE, "process", "transition") == {"init_t"}
    assert "init_t" in policy.sources(FENCE, "process2", "nnp_transition")
    assert "setexec" in policy.rights("init_t")["init_t", "process"]
