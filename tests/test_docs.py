# SPDX-License-Identifier: Apache-2.0
"""The program, its --help, the man pages and the JSON Schema say the same."""

import functools
import glob
import json
import os
import re
import subprocess

import pytest
import tools
import yaml

MAN = os.path.join(tools.TOP, "packaging/man")
# Of documents that stand in each other: the schema's name for what the C table of that name reads.
TABLES = {"document_keys": [], "peer_keys": ["peer"], "database_keys": ["database"], "policy_keys": ["policy"],
          "site_keys": ["site"], "syncprov_keys": ["database", "syncprov"], "delta_keys": ["database", "delta"], "source_keys": ["credentials"]}
EVERYWHERE = {"comment"}
# Pages that others ship, which ours refer to.
FOREIGN_PAGES = {"journalctl 1", "ldapmodify 1", "ldapdelete 1", "hostname 1", "systemd 1", "slapd-config 5", "slapd.conf 5",
                 "slapo-ppolicy 5", "slapo-syncprov 5", "systemd.journal-fields 7", "slapadd 8", "slapcat 8", "slapmodify 8", "slapd 8",
                 "slapo-accesslog 5"}


def read(*path):
    """A file of the repository."""
    with open(os.path.join(tools.TOP, *path), encoding="utf-8") as file:
        return file.read()


def page(name):
    """The source of a man page with its escapes resolved."""
    return read("packaging/man", name).replace("\\(dq", '"')


@functools.cache
def output(*words):
    """What the program prints."""
    done = subprocess.run([tools.program_path(), *words], text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def commands():
    """The commands that --help lists."""
    found = re.search(r"\nCommands:\n((?:  \S.*\n)+)", output("--help"))
    return [line.split()[0] for line in found.group(1).splitlines()]


@functools.cache
def help_options(command):
    """(own options, common options) of a command, each {name: metavariable or None}; --name[=TIME]
    takes no further word."""
    parts = re.split(r"\nOptions of all commands:\n", output(command, "--help"))

    def names(text):
        return {name: value for name, value in
                re.findall(r"^  (?:-\w, )?(--[\w-]+)(?:\[=\w+\]| (\S+))?  +\S", text, re.MULTILINE)}
    return names(parts[0]), names(parts[1])


def items(text):
    """[(names on the .It line, the text below it)] of a man page or a part of one."""
    found = []
    for block in re.split(r"^\.It ", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        names = [word for word in head.split() if word not in ("Li", ",", "Fl", "Cm", "Ar", "Pa", "Ev", "Ns", "...")]
        found.append((names, re.split(r"^\.(?:Ss|Sh) ", body, flags=re.MULTILINE)[0]))
    return found


def c_table(name):
    """The keys of a ReaderKey table, from the source."""
    for path in glob.glob(os.path.join(tools.TOP, "common/*/*.c")):
        with open(path, encoding="utf-8") as file:
            found = re.search(rf"ReaderKey {name}\[\] = {{(.*?)^}};", file.read(), re.MULTILINE | re.DOTALL)
        if found:
            return set(re.findall(r'^\t{"([^"]+)"', found.group(1), re.MULTILINE))
    raise AssertionError(f"no table {name}")


def schema():
    """The JSON Schema of peers.json."""
    return json.loads(read("etc/peers.schema.json"))


def schema_object(path):
    """The properties that stand at that path of definitions."""
    if not path:
        return schema()["properties"]
    found = schema()["$defs"][path[0]]
    for name in path[1:]:
        found = found["properties"][name]
    merged = {}
    for option in found.get("oneOf", [found]):
        merged.update(option.get("properties", {}))
    return merged


# Options and commands

def test_the_man_page_has_every_command():
    text = page("syncward.8")
    synopsis = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh", text, re.MULTILINE | re.DOTALL).group(1)
    assert re.findall(r"^\.Cm (\w+)$", synopsis, re.MULTILINE) == commands()
    assert [names[0] for names, _ in items(text) if names[0] in commands()] == commands()


def test_the_man_page_has_every_option_where_it_belongs():
    text = re.search(r"^\.Sh OPTIONS\n(.*?)^\.Sh", page("syncward.8"), re.MULTILINE | re.DOTALL).group(1)
    parts = re.split(r"^Of\n\.Cm (\w+) :$|^Of (all commands);", text, flags=re.MULTILINE)
    told = {part[0] or part[1]: part[2] for part in zip(parts[1::3], parts[2::3], parts[3::3])}
    for command in commands():
        own, common = help_options(command)
        assert common, command
        for expected, where in ((own, told.get(command, "")), (common, told["all commands"])):
            names = {re.sub(r"^-*", "--", name) for heads, _ in items(where) for name in heads
                     if name.startswith("-") and not name.startswith("-T")}
            assert names == set(expected), command


def test_the_synopsis_has_every_option_of_a_command():
    text = page("syncward.8")
    synopsis = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh", text, re.MULTILINE | re.DOTALL).group(1)
    for command in commands():
        line = re.search(rf"^\.Cm {command}\n(.*?)(?=^\.Nm|\Z)", synopsis, re.MULTILINE | re.DOTALL).group(1)
        told = {"-" + name for name in re.findall(r"Fl (-[\w-]+)", line)}
        assert told - {"--output"} == set(help_options(command)[0])


def test_defaults_in_help_are_those_of_the_settings_and_the_man_pages():
    defaults = dict(re.findall(r'\.(\w+) = "([^"]+)"', read("common/desired/settings.c")))
    assert set(defaults) == {"peers_file", "state_dir", "run_dir"}
    text = output("plan", "--help")
    for value in [*(f"({value})" for value in defaults.values()), "(ldapi:///, else"]:
        assert value in text, value
    for value in [*defaults.values(), "ldapi:///"]:
        assert value in page("syncward.8") and value in page("syncward-agent.json.5")


# Exit statuses and guards

def test_the_man_page_has_every_exit_status():
    told = {int(names[0]) for names, _ in items(re.search(
        r"^\.Sh EXIT STATUS\n(.*?)^\.Sh", page("syncward.8"), re.MULTILINE | re.DOTALL).group(1))}
    of_errors = {int(number) for number in re.findall(r"\[ERROR_\w+\] = {(\d+), ", read("common/base/error.c"))}
    of_pool = {int(number) for number in re.findall(r"_Exit\((\d+)\)", read("common/base/pool.c"))}
    in_help = set()
    for command in commands():
        line = re.search(r"\nExit status: (.*)", output(command, "--help"), re.DOTALL).group(1)
        in_help |= {int(number) for number in re.findall(r"(?:^|[ ,;\n])(\d+) ", line)}
    assert of_errors and of_pool and in_help <= told
    assert told == of_errors | of_pool | in_help | {0, 1, 2, 3}


def test_the_man_page_has_every_guard_and_how_it_is_released():
    rules = dict(re.findall(r'\[GUARD_\w+\] = {"([\w-]+)", (\w+), \w+}', read("common/plan/plan.c")))
    told = dict((names[0], body) for names, body in items(re.search(
        r"^\.Sh GUARDS\n(.*?)^\.Sh", page("syncward.8"), re.MULTILINE | re.DOTALL).group(1)))
    assert set(told) == set(rules)
    for code, can_be_released in rules.items():
        assert (f"--release {code} " in told[code]) == (can_be_released == "true"), code
    assert tools.releasable_guards() == [code for code, can_be_released in rules.items() if can_be_released == "true"]


def test_the_man_page_has_every_check_of_the_doctor():
    listed = {check["code"]: check for check in json.loads(output("doctor", "--list", "--output", "json"))["checks"]}
    told = {names[0]: body for names, body in items(re.search(
        r"^\.Sh CHECKS\n(.*?)^\.Sh", page("syncward.8"), re.MULTILINE | re.DOTALL).group(1))}
    assert list(told) == list(listed)
    for code, check in listed.items():
        title = " ".join(told[code].split()).removesuffix(" .El")
        assert title.lower() == check["title"].lower() + ".", code
    assert f"| {len(listed)} checks of " in read("README.md")


def test_the_guide_has_every_guard_and_every_code_of_the_doctor():
    sections = dict(re.findall(r"^\.Ss ([^\n]+)\n(.*?)(?=^\.S[sh] )", page("syncward-operations.7"),
                               re.MULTILINE | re.DOTALL))
    rules = dict(re.findall(r'\[GUARD_\w+\] = {"([\w-]+)", (\w+), \w+}', read("common/plan/plan.c")))
    told = dict((names[0], body) for names, body in items(sections["Held"]))
    assert set(told) == set(rules)
    for code, can_be_released in rules.items():
        assert (f"--release {code}" in told[code]) == (can_be_released == "true"), code
    codes = re.findall(r"^([a-z-]+)$", output("doctor", "--list"), re.MULTILINE)
    assert len(codes) > 30
    assert sorted(name for names, _ in items(sections["Codes of the doctor"]) for name in names) == sorted(codes)


def test_the_map_of_the_code_is_that_of_check_layers():
    shown = subprocess.run([os.path.join(tools.TOP, "tests/check-layers"), "--map-document"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout
    text = re.search(r"<!-- map: .*? -->\n(.*?)<!-- end of map -->", read("CONTRIBUTING.md"), re.DOTALL).group(1)
    assert shown.count("\n| common/") > 10 and text == shown


def test_the_plan_in_the_readme_is_one_that_plan_prints():
    plan = re.sub(r"127\.0\.0\.(\d):PORT", r"ldap\1.example.com", read("tests/cases/bare/plan.txt"))
    plan = plan.replace("dc=org", "dc=com").replace("N entries", "12000 entries")
    shown = "".join(f"    {line}\n" if line else "\n" for line in plan.splitlines())
    assert plan.count("\n") > 10 and shown in read("README.md")


def command_lines():
    """[(file, command, the words behind it)] of all commands that our documents tell people to give."""
    found = []
    for path in ["README.md", "CONTRIBUTING.md", "packaging/systemd/examples/systemd.md", "packaging/ansible/syncward.yml",
                 "packaging/catalog/syncward.catalog"] + [f"packaging/man/{name}" for name in sorted(os.listdir(MAN))]:
        text = re.sub(r"\\e?\n *", " ", read(path))
        start = "^ +" if path.endswith(".md") else r"^(?: +|\.(?:Li|Dl) |new# +)?"
        for command, rest in re.findall(rf"(?:{start}|`|/usr/sbin/)syncward ([a-z]+)\b([^\n`|>&]*)", text, re.MULTILINE):
            found.append((path, command, rest.split()))
    return found


def test_every_command_that_documents_tell_to_give_exists():
    lines = command_lines()
    assert len(lines) > 60
    for path, command, words in lines:
        assert command in commands(), (path, command)
        own, common = help_options(command)
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used <= set(own) | set(common), (path, command, used)


# Keys of the files

@pytest.mark.parametrize("table", TABLES)
def test_parser_and_schema_have_the_same_keys(table):
    assert c_table(table) == set(schema_object(TABLES[table])) - EVERYWHERE


def test_every_key_of_peers_json_is_in_its_man_page():
    text = page("syncward-peers.json.5")
    sections = dict(re.findall(r"^\.Ss ([^\n]+)\n(.*?)(?=^\.S[sh] )", text, re.MULTILINE | re.DOTALL))
    for section, path in (("The document", []), ("A peer", ["peer"]), ("A database", ["database"]),
                          ("The policy", ["policy"]), ("Keywords of syncrepl", ["syncrepl"])):
        told = [name for names, _ in items(sections[section]) for name in names]
        assert len(told) == len(set(told))
        assert set(told) == set(schema_object(path)) - EVERYWHERE, section
    for table in ("syncprov_keys", "source_keys"):
        assert all(re.search(rf'\b{key}\b', text) for key in c_table(table))
    assert "comment" in text


def test_keywords_are_those_of_the_parser():
    rules = set(re.findall(r'^\t\[SYNCREPL_\w+\] = {(?:\.name = )?"([^"]+)"', read("common/syncrepl/syncrepl_keywords.c"),
                           re.MULTILINE))
    assert len(rules) > 40
    assert set(schema_object(["syncrepl"])) - EVERYWHERE == rules - {"rid", "provider"}


def test_ranges_and_defaults_are_those_of_the_schema():
    text = page("syncward-peers.json.5")
    told = {}
    for names, body in items(text):
        for name in names:
            told.setdefault(name, []).append(body)
    checked = 0
    for path in ([], ["peer"], ["database"], ["policy"], ["syncrepl"]):
        for name, rule in schema_object(path).items():
            values = [rule[word] for word in ("minimum", "maximum") if word in rule and rule.get("type") == "integer"]
            values += [rule["default"]] if not isinstance(rule.get("default"), (dict, type(None))) else []
            for value in values:
                # Defaults that only slapd has are slapd.conf(5)'s to tell.
                if path == ["syncrepl"] and name not in ("type", "retry", "timeout", "network-timeout", "bindmethod"):
                    continue
                shown = json.dumps(value).strip('"')
                assert any(re.search(rf"(?<!\w){re.escape(shown)}(?!\w)", body) for body in told[name]), (name, shown)
                checked += 1
    assert checked > 15


def test_every_setting_is_in_its_man_page_with_its_range():
    text = page("syncward-agent.json.5")
    told = {names[0]: body for names, body in items(text)}
    assert set(told) - EVERYWHERE == c_table("settings_keys") | c_table("verify_keys")
    source = read("common/desired/settings.c")
    for name, smallest, largest in re.findall(r'{"(\w+)", read_unsigned,[^}]*?\.min = (\d+),\s*\.max = (\d+)}', source):
        assert f"{smallest} to {largest}" in told[name], name
    for name, value in re.findall(r"\.(\w+)_sec = (\d+),", source):
        assert re.search(rf"default {value}\.", told[name]), name


# The pages themselves

@pytest.mark.parametrize("path", sorted(os.listdir(MAN)))
def test_man_pages_are_clean_mdoc(path):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", os.path.join(MAN, path)], text=True,
                          capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_pages_refer_to_pages_that_there_are():
    referred = set()
    for name in os.listdir(MAN):
        referred |= set(re.findall(r"\.?\bXr (\S+ \d)", page(name)))
    ours = {f"{name[:-2]} {name[-1]}" for name in os.listdir(MAN)}
    assert referred - ours == FOREIGN_PAGES
    assert ours - referred <= {"syncward 8"}


def test_the_playbook_brings_files_that_syncward_believes(tmp_path):
    """As Ansible's copy does it: given to root, then checked, then renamed into place. tests/slapd/test_playbook.py runs it."""
    tasks = yaml.safe_load(read("packaging/ansible/roles/syncward/tasks/main.yml"))
    modules = {word for task in tasks for word in task if "." in word}
    assert len(tasks) > 5 and all(module.startswith("ansible.builtin.") for module in modules)
    copies = {task["ansible.builtin.copy"]["dest"]: task for task in tasks if "ansible.builtin.copy" in task}
    secret, peers = copies["{{ syncward_secret }}"], copies["{{ syncward_peers_path }}"]
    assert secret["no_log"] is True and secret["ansible.builtin.copy"]["mode"] == "0600"
    words = peers["ansible.builtin.copy"]["validate"].replace("{{ syncward_program }}", "syncward").split()
    assert words[0] == "syncward" and words[-1] == "%s"

    folder = tmp_path / "of-a-login"
    folder.mkdir(mode=0o700)
    file = folder / "source"
    file.write_bytes(read("etc/examples/two-nodes.json").encode())
    file.chmod(int(peers["ansible.builtin.copy"]["mode"], 8))
    os.chown(folder, 65534, 65534)
    words.remove("--secrets")  # the example's are not here
    assert "2 peers" in output(*words[1:-1], str(file))


def test_the_example_of_the_man_page_is_valid(tmp_path):
    example = re.search(r"^\.Sh EXAMPLES\n\.Bd[^\n]*\n(.*?)^\.Ed", page("syncward-peers.json.5"),
                        re.MULTILINE | re.DOTALL).group(1)
    path = tmp_path / "peers.json"
    path.write_text(example)
    path.chmod(0o644)
    assert "2 peers, 1 database" in output("validate", str(path))


def test_pages_are_installed(tmp_path):
    build = os.path.dirname(tools.program_path())
    subprocess.run(["make", "-s", "-C", tools.TOP, "install", f"DESTDIR={tmp_path}", f"BUILD={build}", "-o", "all"],
                   check=True, timeout=300, capture_output=True)
    for name in os.listdir(MAN):
        assert (tmp_path / "usr/share/man" / f"man{name[-1]}" / name).exists()


def test_the_manual_names_every_trouble_that_check_judges():
    """What it says of them is held to check by tests/unit/test_status_manual.c."""
    told = page("syncward.8").split(".Sh MONITORING")[1].split(".It UNKNOWN")[0]
    source = read("agent/kept/daemon_conditions.c")
    begins = set(re.findall(r"begins = (?:err->code == 0 \? )?EVENT_(\w+)", source)) - {"HELD", "PAUSED", "KIND_COUNT"}
    assert begins == {name.replace("-", "_").upper() for name in re.findall(r"^\.Pq (\w+-\w+)\b", told, re.MULTILINE)}


def test_every_member_of_the_status_is_in_its_man_page():
    told = {name for names, _ in items(page("syncward-status.5")) for name in names}
    told |= set(re.findall(r"^\.Li (\w+)(?: [.,;])?$", page("syncward-status.5"), re.MULTILINE))
    told |= set(re.findall(r"^\.Pq Li (\w+)(?: [.,;])?$", page("syncward-status.5"), re.MULTILINE))
    written = set(re.findall(r'(?:put_\w+|json_out_\w+)\(&?out, "(\w+)"', read("common/status/status_print.c")))
    written |= {name for row in re.findall(r'\[CONDITION_\w+\] = {(.*)}', read("common/status/status_print.c"))
                for name in re.findall(r'"(\w+)"', row)}
    assert len(written) > 40 and written - {"peer"} <= told, written - told


def test_every_metric_is_in_the_man_page():
    told = {name for names, _ in items(page("syncward-status.5")) for name in names if name.startswith("syncward_")}
    source = "".join(read(f"common/status/status_{name}.c") for name in ("metrics", "rollout", "logs", "compared"))
    written = set(re.findall(r'\b(?:metric_(?:begin|gauge|moment)\(\s*(?:page->)?out|(?:peers|copies)\(&page|number_left\(page),\s*"(\w+)"',
                             source))
    assert len(written) > 20 and told == {"syncward_" + name for name in written}


def test_the_man_page_says_of_each_metric_what_its_help_says():
    source = "".join(read(f"common/status/status_{name}.c") for name in ("metrics", "rollout", "logs", "compared"))
    helps = re.findall(r'\b(?:metric_(?:begin|gauge|moment)\(\s*(?:page->)?out|(?:peers|copies)\(&page|number_left\(page),\s*"(\w+)",'
                       r'(?:\s*"(?:gauge|counter|summary)",)?\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', source)
    told = {name: re.sub(r"^\.\w+ ", "", body, flags=re.MULTILINE).replace("\n", " ")
            for names, body in items(page("syncward-status.5")) for name in names}
    assert len(helps) > 40
    for name, text in helps:
        said = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
        assert said.removesuffix(".") in told[f"syncward_{name}"], name
