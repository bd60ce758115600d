# SPDX-License-Identifier: Apache-2.0
"""The module's sources: labels, style, and the names that EL's policy uses instead of Debian's."""

import glob
import os
import re
import shutil

import pytest
from conftest import HERE, SOURCES, compile_module, output

HEADERS = "/usr/share/selinux/devel/include"
PARTS = ("syncward.te", "syncward.if", "syncward.fc")

LABELS = [
    ("/usr/sbin/syncward", "syncward_exec_t"),
    ("/usr/bin/syncward", "syncward_exec_t"),
    ("/etc/syncward", "syncward_etc_t"),
    ("/etc/syncward/peers.json", "syncward_etc_t"),
    ("/etc/syncward/secretsX", "syncward_etc_t"),
    ("/etc/syncward/secrets", "syncward_secret_t"),
    ("/etc/syncward/secrets/replicator", "syncward_secret_t"),
    ("/var/lib/syncward", "syncward_var_lib_t"),
    ("/var/lib/syncward/revision.json", "syncward_var_lib_t"),
    ("/run/syncward", "syncward_var_run_t"),
    ("/run/syncward/status.json", "syncward_var_run_t"),
    ("/var/run/syncward/status.json", "syncward_var_run_t"),
    ("/usr/lib/systemd/system/syncward.service", "syncward_unit_file_t"),
    ("/usr/share/syncward/peers.schema.json", "usr_t"),
    ("/etc/syncwardx", "etc_t"),
    # what of slapd's the module counts on, where EL has it
    ("/etc/openldap/slapd.d/cn=config.ldif", "slapd_db_t"),
    ("/var/lib/ldap/accesslog", "slapd_db_t"),
    ("/var/lib/ldap/accesslog/data.mdb", "slapd_db_t"),
    ("/etc/openldap/certs/ca.pem", "slapd_cert_t"),
    ("/run/ldapi", "slapd_runtime_t"),
    ("/run/openldap/slapd.pid", "slapd_runtime_t"),
]


def label(contexts, path):
    """The type that a file at that path gets."""
    return output("matchpathcon", "-n", "-f", contexts, path).split(":")[2]


@pytest.mark.parametrize("path, type_", LABELS)
def test_files_get_their_label(file_contexts, path, type_):
    assert label(file_contexts, path) == type_


@pytest.mark.parametrize("alias", ["/run /var/run", "/var/run /run"], ids=["el8-el9", "el10"])
@pytest.mark.parametrize("path", ["/run/syncward", "/run/syncward/lock", "/var/run/syncward/lock"])
def test_run_has_its_label_whichever_name_the_policy_gives_it(tmp_path, alias, path):
    contexts = tmp_path / "file_contexts"
    with open(os.path.join(SOURCES, "syncward.fc"), encoding="utf-8") as file:
        contexts.write_text(re.sub(r"gen_context\((\S+),s0\)", r"\1:s0", file.read()))
    (tmp_path / "file_contexts.subs_dist").write_text(alias + "\n")
    assert label(contexts, path) == "syncward_var_run_t"


def test_each_type_of_the_module_labels_something_or_is_the_domain(file_contexts):
    with open(os.path.join(SOURCES, "syncward.te"), encoding="utf-8") as file:
        types = set(re.findall(r"^type (syncward_\w+);", file.read(), re.MULTILINE))
    contexts = file_contexts.read_text()
    assert {name for name in types if f":{name}:" not in contexts} == {"syncward_t", "syncward_fence_t"}


def test_selint_is_silent(tmp_path):
    for part in PARTS:
        shutil.copy(os.path.join(SOURCES, part), tmp_path)
    # S-001, "require block in a te file": names for which no policy has an interface stand in optional
    # blocks of their own. S-010 and the like stay on.
    found = output("selint", "-r", "-F", "-l", "C", "-d", "S-001", f"--context={HEADERS}", tmp_path)
    assert [line for line in found.splitlines() if re.search(r"\([A-Z]-\d+\)", line)] == []


@pytest.mark.parametrize("word", ["permissive", "dontaudit", "capability", "unconfined_domain", "auth_use_nsswitch"])
def test_the_module_never_says(word):
    with open(os.path.join(SOURCES, "syncward.te"), encoding="utf-8") as file:
        rules = re.sub(r"#.*", "", file.read())
    # The fence changes to slapd's user, and nothing else has any power.
    rules = rules.replace("allow syncward_fence_t self:capability { setgid setuid };", "")
    assert word not in rules


def test_each_interface_compiles_in_a_module_that_calls_it(tmp_path):
    with open(os.path.join(SOURCES, "syncward.if"), encoding="utf-8") as file:
        names = re.findall(r"^interface\(`(\w+)'", file.read(), re.MULTILINE)
    arguments = {"syncward_admin": "caller_t, caller_r", "syncward_watch_dirs": "caller_t, caller_etc_t"}
    calls = "".join(f"{name}({arguments.get(name, 'caller_t')})\n" for name in names)
    (tmp_path / "caller.te").write_text(
        "policy_module(caller, 1.0)\ntype caller_t;\ndomain_type(caller_t)\nrole caller_r;\n"
        "type caller_etc_t;\nfiles_config_file(caller_etc_t)\n" + calls)
    folder = tmp_path / "third_party"
    folder.mkdir()
    shutil.copy(os.path.join(SOURCES, "syncward.if"), folder)
    (folder / "syncward.te").touch()
    assert os.path.getsize(compile_module(tmp_path, "caller")) > 0
    assert len(names) >= 3


# --- EL's names ---

def test_what_is_called_without_ifdef_exists_in_els_policy_too():
    with open(os.path.join(HERE, "el-interfaces"), encoding="utf-8") as file:
        known = {line.strip() for line in file if not line.startswith("#")}
    calls = set()
    for part in ("syncward.te", "syncward.if"):
        with open(os.path.join(SOURCES, part), encoding="utf-8") as file:
            text = re.sub(r"#.*", "", file.read())
        guarded = set(re.findall(r"ifdef\(`(\w+)'", text)) | {"init_unit_file", "files_pid_file", "files_pid_filetrans"}
        calls |= set(re.findall(r"^\s*(\w+)\(", text, re.MULTILINE)) - guarded
    assert {name for name in calls if not name.startswith("syncward_")} - known == set()


@pytest.fixture(scope="session")
def interfaces(tmp_path_factory):
    """Debian's interfaces and the module's own as m4 reads them."""
    folder = tmp_path_factory.mktemp("names")
    for part in PARTS:
        shutil.copy(os.path.join(SOURCES, part), folder)
    output("make", "-s", "-C", folder, "-f", "/usr/share/selinux/devel/Makefile", "NAME=default",
           "tmp/all_interfaces.conf")
    return folder / "tmp/all_interfaces.conf"


@pytest.fixture(scope="session", params=["debian", "el8", "el9"])
def compiled(request, interfaces, tmp_path_factory):
    """(policy, the module compiled with that policy's names, in CIL)."""
    folder = tmp_path_factory.mktemp(request.param)
    names = {"debian": ["-D", "init_systemd"], "el8": ["-D", "el8"], "el9": []}[request.param]
    stand_ins = [] if request.param == "debian" else [os.path.join(HERE, "el-names.m4")]
    source = output("m4", "-D", "enable_mcs", "-D", "mls_num_sens=16", "-D", "mls_num_cats=1024", "-D",
                    "mcs_num_cats=1024", *names, "-s", *sorted(glob.glob(HEADERS + "/support/*.spt")),
                    interfaces, *stand_ins, os.path.join(SOURCES, "syncward.te"))
    (folder / "syncward.conf").write_text(source)
    output("checkmodule", "-M", "-m", folder / "syncward.conf", "-o", folder / "syncward.mod")
    output("semodule_package", "-o", folder / "syncward.pp", "-m", folder / "syncward.mod")
    return request.param, output("/usr/libexec/selinux/hll/pp", folder / "syncward.pp")


def says(cil, source, target, tclass, permission):
    """Is there an allow rule of that form?"""
    return any(permission in found.split() for found in re.findall(
        rf"\(allow {source} {target} \({tclass} \(([^)]*)\)\)\)", cil))


def test_no_new_privileges_is_allowed_for_in_each_policy(compiled):
    _, cil = compiled
    assert says(cil, "init_t", "syncward_t", "process2", "nnp_transition")


def test_slapds_runtime_files_have_the_type_of_each_policy(compiled):
    policy, cil = compiled
    name, other = ("slapd_runtime_t", "slapd_var_run_t") if policy == "debian" else (
        "slapd_var_run_t", "slapd_runtime_t")
    assert says(cil, "syncward_t", name, "file", "read")
    assert says(cil, "syncward_t", name, "sock_file", "write")
    assert other not in cil


def test_our_runtime_and_unit_files_are_declared_as_each_policy_wants(compiled):
    policy, cil = compiled
    for attribute, type_ in [("el_pidfile", "syncward_var_run_t"), ("el_unit_file", "syncward_unit_file_t")]:
        declared = re.search(rf"\(typeattributeset {attribute} \({type_} ?\)\)", cil)
        assert bool(declared) == (policy != "debian")


def test_unit_files_are_read_by_the_name_of_each_policy(compiled):
    policy, cil = compiled
    assert says(cil, "syncward_t", "el_unit_file", "file", "read") == (policy != "debian")
    assert ("systemdunit" in cil) == (policy == "debian")


def test_credentials_are_read_by_the_label_of_each_policy(compiled):
    policy, cil = compiled
    for type_ in ("ramfs_t", "tmpfs_t", "var_run_t"):
        assert says(cil, "syncward_t", type_, "file", "read")
    assert says(cil, "syncward_t", "init_var_run_t", "file", "read") == (policy != "debian")
    assert says(cil, "init_t", "syncward_secret_t", "file", "read")


def test_a_slapd_that_runs_unconfined_has_its_boolean_in_each_policy(compiled):
    _, cil = compiled
    conditional = re.findall(r"\(booleanif \(?syncward_unconfined_slapd\)?(.*?)\n\s*\)\n", cil, re.DOTALL)
    assert "(allow syncward_t unconfined_service_t (unix_stream_socket (connectto)))" in cil
    assert "dirsrv_var_run_t" in cil and conditional


def test_watching_is_asked_for_where_the_policy_knows_it(compiled):
    policy, cil = compiled
    for type_ in ("syncward_etc_t", "syncward_secret_t", "slapd_db_t", "var_run_t"):
        assert says(cil, "syncward_t", type_, "dir", "watch") == (policy != "el8")
    assert ("watch" in re.sub(r"files_watch\w+", "", cil)) == (policy != "el8")
