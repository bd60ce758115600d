# SPDX-License-Identifier: Apache-2.0
"""What the linked policy lets syncward_t do and what not, with and without its boolean."""

import os

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "syncward_t"
BOOLEAN = "syncward_connect_any_port"
SLAPD_BOOLEAN = "syncward_unconfined_slapd"
MONITORS = ("nrpe_t", "zabbix_agent_t", "collectd_t")


def cases(name):
    """The lines of a list as parameters: type, class, permissions."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            words = line.partition("#")[0].split()
            if words:
                target = DOMAIN if words[0] == "self" else words[0]
                yield pytest.param(target, words[1], set(words[2:]), id="-".join(words[:3]))


@pytest.fixture(scope="session", params=[(), (BOOLEAN,), (SLAPD_BOOLEAN,)], ids=["default", "any-port", "slapd"])
def rights(request, policy):
    """All that the domain may do, with the booleans off and on."""
    return policy.rights(DOMAIN, on=request.param)


@pytest.fixture(scope="session")
def default_rights(policy):
    """All that the domain may do as shipped."""
    return policy.rights(DOMAIN)


@pytest.mark.parametrize("target, tclass, permissions", cases("allowed"))
def test_what_the_daemon_needs_is_allowed(policy, rights, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert permissions - rights.get((target, tclass), set()) == set()


@pytest.mark.parametrize("target, tclass, permissions", cases("forbidden"))
def test_what_the_daemon_must_not_do_is_not_allowed(policy, rights, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert permissions & rights.get((target, tclass), set()) == set()


def targets(rights, tclass, permission):
    """The types to which the rights give that permission."""
    return {target for (target, name), permissions in rights.items() if name == tclass and permission in permissions}


def test_it_connects_to_ldap_and_dns_only(default_rights):
    assert targets(default_rights, "tcp_socket", "name_connect") == {"ldap_port_t", "dns_port_t"}


def test_the_boolean_is_off_and_opens_every_port_when_on(policy):
    assert policy.boolean(BOOLEAN) is False
    connects = targets(policy.rights(DOMAIN, on=[BOOLEAN]), "tcp_socket", "name_connect")
    assert {"ssh_port_t", "http_port_t", "unreserved_port_t", "port_t", "ldap_port_t"} <= connects


def test_the_boolean_changes_nothing_but_connecting(policy, default_rights):
    on = policy.rights(DOMAIN, on=[BOOLEAN])
    more = {(tclass, permission) for (target, tclass), permissions in on.items()
            for permission in permissions - default_rights.get((target, tclass), set())}
    assert more == {("tcp_socket", "name_connect")}


# What a slapd without a domain needs of the boolean: target, class, permissions.
UNCONFINED = [("unconfined_service_t", "unix_stream_socket", {"connectto"}), ("unconfined_service_t", "dir", {"search"}),
              ("unconfined_service_t", "file", {"open", "read"}), ("var_run_t", "sock_file", {"write"}),
              ("var_t", "sock_file", {"write"}), ("usr_t", "dir", {"open", "read", "search", "watch"}),
              ("usr_t", "file", {"open", "read"})]


@pytest.mark.parametrize("target, tclass, permissions", UNCONFINED)
def test_a_slapd_without_a_domain_needs_the_boolean(policy, default_rights, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert policy.boolean(SLAPD_BOOLEAN) is False
    assert permissions <= policy.rights(DOMAIN, on=[SLAPD_BOOLEAN])[target, tclass]
    if tclass not in ("dir", "file") or target == "unconfined_service_t":
        assert permissions & default_rights.get((target, tclass), set()) == set()


def test_the_boolean_for_slapd_opens_nothing_else(policy, default_rights):
    on = policy.rights(DOMAIN, on=[SLAPD_BOOLEAN])
    more = {(target, tclass) for (target, tclass), permissions in on.items()
            if permissions - default_rights.get((target, tclass), set())}
    assert more <= {(target, tclass) for target, tclass, _ in UNCONFINED} | {("var_t", "dir"), ("var_run_t", "dir")}
    assert not any(permissions & {"append", "create", "unlink", "execute", "ptrace", "signal"} for key, permissions in
                   on.items() if key[0] == "unconfined_service_t" or key == ("usr_t", "file"))


# --- monitoring agents ---

@pytest.mark.parametrize("monitor", MONITORS)
@pytest.mark.parametrize("target, tclass, permissions", [
    ("syncward_exec_t", "file", {"execute", "execute_no_trans", "map", "open", "read"}),
    ("syncward_var_run_t", "dir", {"search"}), ("syncward_var_run_t", "file", {"open", "read"}),
    (DOMAIN, "dir", {"search"}), (DOMAIN, "file", {"open", "read"}), (DOMAIN, "process", {"signull"})])
def test_a_monitoring_agent_may_check(policy, monitor, target, tclass, permissions):
    policy.require(target, tclass, permissions)
    assert permissions - policy.rights(monitor).get((target, tclass), set()) == set()


@pytest.mark.parametrize("monitor", MONITORS)
def test_a_monitoring_agent_may_do_nothing_else(policy, monitor):
    rights = policy.rights(monitor)
    for target, tclass, permissions in [
            ("syncward_etc_t", "file", {"open", "read"}), ("syncward_secret_t", "file", {"open", "read"}),
            ("syncward_var_lib_t", "file", {"open", "read"}), ("syncward_var_run_t", "file", {"append", "write"}),
            ("syncward_var_run_t", "dir", {"add_name", "write"}),
            (DOMAIN, "process", {"ptrace", "signal", "sigkill", "transition"})]:
        policy.require(target, tclass, permissions)
        assert permissions & rights.get((target, tclass), set()) == set(), target


# --- credentials, in a policy as EL's ---

def test_systemd_reads_a_password_to_hand_it_over_and_does_no_more(policy):
    """Red without the module's rule: make-store takes from Debian's systemd what EL's has not."""
    rights = policy.rights("init_t")
    assert {"getattr", "open", "read"} <= rights["syncward_secret_t", "file"]
    assert {"search"} <= rights["syncward_secret_t", "dir"]
    assert rights["syncward_secret_t", "file"] & {"append", "create", "rename", "setattr", "unlink", "write"} == set()


def test_it_has_no_capability(rights):
    assert [key for key in rights if "cap" in key[1]] == []


def test_it_binds_no_port(rights):
    assert [key for key, permissions in rights.items() if permissions & {"name_bind", "node_bind"}] == []


def test_it_runs_nothing_but_itself_and_libraries(rights):
    assert targets(rights, "file", "execute_no_trans") == set()
    assert targets(rights, "process", "transition") == set()
    assert targets(rights, "file", "entrypoint") == {"syncward_exec_t"}
    assert targets(rights, "file", "execute") == {"syncward_exec_t", "ld_so_t", "lib_t", "textrel_shlib_t"}


@pytest.mark.parametrize("tclass, permission, own", [
    # init_tmpfs_t: descriptors that systemd hands over, never opened. syncward_t: its own /proc.
    ("file", "write", {"init_tmpfs_t", "syncward_t"}), ("file", "create", set()), ("file", "unlink", set()),
    ("file", "rename", set()), ("dir", "add_name", set()), ("dir", "remove_name", set()),
    ("dir", "create", set())])
def test_it_writes_in_its_own_folders_only(rights, tclass, permission, own):
    assert targets(rights, tclass, permission) == {"syncward_var_lib_t", "syncward_var_run_t"} | own


def test_it_reads_no_other_file_than_these(policy, rights):
    own = {"syncward_t", "syncward_exec_t", "syncward_etc_t", "syncward_secret_t", "syncward_var_lib_t",
           "syncward_var_run_t"}
    slapd = {"slapd_t", "slapd_runtime_t", "slapd_cert_t"}
    if ("unconfined_service_t", "unix_stream_socket") in rights:  # the boolean is on
        slapd |= {"unconfined_service_t", "usr_t"}
    system = {"etc_t", "locale_t", "cert_t", "net_conf_t", "sysctl_crypto_t", "ramfs_t", "tmpfs_t", "var_run_t", "lib_t",
              "ld_so_t", "ld_so_cache_t", "textrel_shlib_t", "cpu_online_t", "init_tmpfs_t"}
    # sysnet_dns_name_resolve: /etc/resolv.conf may be a link to one of these.
    names = {"NetworkManager_runtime_t", "systemd_resolved_runtime_t", "systemd_machined_runtime_t"}
    units = {str(name) for name in policy.setools.lookup_typeattr("systemdunit").expand()} | {"init_runtime_t"}
    assert targets(rights, "file", "read") - own - slapd - system - names - units == set()


def test_systemd_starts_it_in_its_domain_and_nobody_else_does(policy):
    assert sorted(policy.transitions(DOMAIN)) == [("init_t", "syncward_exec_t", "process", ""),
                                                  ("initrc_t", "syncward_exec_t", "process", "")]
    assert policy.sources(DOMAIN, "process", "transition") == {"init_t", "initrc_t"}


def test_no_new_privileges_does_not_keep_it_out_of_its_domain(policy):
    assert "init_t" in policy.sources(DOMAIN, "process2", "nnp_transition")


@pytest.mark.parametrize("admin", ["unconfined_t", "sysadm_t"])
@pytest.mark.parametrize("type_, folder, name", [
    ("syncward_etc_t", "etc_t", "syncward"), ("syncward_secret_t", "syncward_etc_t", "secrets"),
    ("syncward_var_lib_t", "var_lib_t", "syncward"), ("syncward_var_run_t", "var_run_t", "syncward")])
def test_folders_that_an_administrator_makes_have_their_type(policy, admin, type_, folder, name):
    assert (admin, folder, "dir", name) in policy.transitions(type_)


@pytest.mark.parametrize("domain", [
    "user_t", "staff_t", "httpd_t", "sshd_t", "slapd_t", "named_t", "postfix_master_t", "crond_t", "syslogd_t",
    "system_mail_t", "systemd_tmpfiles_t", "NetworkManager_t", "chronyd_t", "cupsd_t", "mysqld_t",
    "postgresql_t", "nscd_t", "sssd_t", "dovecot_t", "smbd_t", "snmpd_t", "zabbix_agent_t", "logrotate_t",
    "user_dbusd_t", "staff_dbusd_t"])
def test_other_domains_do_not_read_the_passwords(policy, secret_readers, domain):
    policy.setools.lookup_type_or_attr(domain)
    assert domain not in secret_readers


@pytest.fixture(scope="session")
def secret_readers(policy):
    """The domains that may read the passwords."""
    return policy.sources("syncward_secret_t", "file", "read")
