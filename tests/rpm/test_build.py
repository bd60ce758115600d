# SPDX-License-Identifier: Apache-2.0
"""rpmbuild on Debian with the stand-in macros: what is in the packages, and that it comes out alike."""

import hashlib
import os
import re
import subprocess

import pytest

import build
import symbols

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")


def digest(path):
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def of_the_tree(path):
    """The SHA-256 of a file of the tree."""
    return digest(os.path.join(build.TOP, path))


def list_files(packages, package):
    """A package's files, one a line; names made of the build id stand as BUILD-ID."""
    lines = set()
    for path, file in packages.files(package).items():
        path = re.sub(r"\.build-id/[0-9a-f]{2}(/[0-9a-f]+)?", lambda m: ".build-id/BUILD-ID" + "/..." * bool(m[1]), path)
        lines.add(f"{file['mode']} {file['owner']} {file['flags'] or '-'} {path}")
    return sorted(lines, key=lambda line: line.split()[-1])


def list_relations(packages, package, option):
    """Requires or provides; of libraries only the name, as their versions are this machine's."""
    lines = set()
    for line in packages.query(package, option):
        line = re.sub(r"^(lib[\w.+-]+\.so[.\d]*)\(.*", r"\1", line)
        lines.add(re.sub(r"build-id\) = [0-9a-f]+", "build-id) = BUILD-ID", line))
    return sorted(lines)


def describe(packages, package):
    """All that rpm says of a package and that should change only when somebody means it."""
    sections = {
        "files": list_files(packages, package),
        "requires": list_relations(packages, package, "--requires"),
        "recommends": list_relations(packages, package, "--recommends"),
        "provides": list_relations(packages, package, "--provides"),
        "scripts": packages.query(package, "--scripts"),
        "triggers": packages.query(package, "--triggers") + packages.query(package, "--filetriggers"),
    }
    return "".join(f"[{name}]\n" + "".join(line + "\n" for line in lines) for name, lines in sections.items() if lines)


@pytest.mark.parametrize("package", ["syncward", "syncward-selinux", "syncward-debuginfo", "src"])
def test_lists_are_as_kept(built, package):
    path = os.path.join(GOLDEN, package + ".txt")
    text = describe(built.first, package)
    if os.environ.get("SYNCWARD_GOLDEN") == "write":
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(path, encoding="utf-8") as file:
        assert text == file.read()


def test_there_are_no_other_packages(built):
    assert sorted(built.first.paths) == ["src", "syncward", "syncward-debuginfo", "syncward-debugsource",
                                         "syncward-selinux"]


@pytest.mark.turns(2)
def test_the_same_sources_give_the_same_bytes(built, again):
    """The second build came from the unpacked archive: no git, other times, umask, time zone and home."""
    assert sorted(built.first.paths) == sorted(again.paths)
    for package, path in built.first.paths.items():
        assert digest(path) == digest(again.paths[package]), package


def test_the_unit_is_the_one_for_the_release(built):
    place = "/usr/lib/systemd/system/syncward.service"
    assert built.first.files("syncward")[place]["digest"] == of_the_tree("packaging/systemd/syncward.service")
    assert built.el8.files("syncward")[place]["digest"] == of_the_tree("packaging/systemd/syncward-el8.service")


def test_nothing_but_the_unit_differs_for_el8(built):
    """Requirements, scripts and files of the package for EL 8 are those of the one for EL 9."""
    for package in ("syncward", "syncward-selinux"):
        assert describe(built.el8, package).replace(".el8", ".el9") == describe(built.first, package)


def test_nothing_enables_the_service(built):
    for package in built.first.paths:
        for path in built.first.files(package):
            assert "preset" not in path and ".wants/" not in path
        assert "systemctl enable" not in "\n".join(built.first.query(package, "--scripts"))


@pytest.mark.long
def test_units_ran_in_check(built):
    assert built.log.count("[  PASSED  ]") == len([name for name in os.listdir(os.path.join(build.TOP, "tests/unit"))
                                                   if name.startswith("test_")])


def test_nothing_is_compiled_twice(built):
    """%install and %check compiled nothing of the program anew."""
    compiled = re.findall(r"-c -o (build/(?:common|agent)/\S+)", built.log)
    assert compiled and sorted(compiled) == sorted(set(compiled))


def test_flags_of_the_distribution_come_last(built):
    """A packager's flag wins over ours: it stands behind it, and _FORTIFY_SOURCE is the packager's alone."""
    line = re.search(r"^.*-c -o build/agent/command/main\.o.*$", built.log, re.MULTILINE).group(0)
    assert line.index("-fstack-clash-protection") < line.index("-O2 ")
    assert re.findall(r"_FORTIFY_SOURCE=?\d?", line) == ["_FORTIFY_SOURCE=2"]
    assert "-ftrivial-auto-var-init=zero" in line


def test_the_program_is_hardened(built, tmp_path):
    folder = str(tmp_path / "unpacked")
    built.first.unpack("syncward", folder)
    program = os.path.join(folder, "usr/sbin/syncward")
    headers = build.run(["readelf", "-hldW", program])
    assert re.search(r"Type:\s+DYN .*Position-Independent Executable", headers)
    assert "GNU_RELRO" in headers and "BIND_NOW" in headers
    assert re.search(r"GNU_STACK .* RW ", headers)
    assert "RUNPATH" not in headers and "RPATH" not in headers
    wanted = symbols.wanted_by(program)
    assert any(name.startswith("__stack_chk_fail") for name in wanted)
    assert any(re.match(r"__\w+_chk@", name) and "stack" not in name for name in wanted), "not fortified"
    assert list(symbols.missing_on_el8(wanted)) == []
    assert build.run([program, "--version"]).split()[-1] == open(os.path.join(build.TOP, "VERSION")).read().strip()


def test_debuginfo_names_the_sources(built, tmp_path):
    """The stripped program and the debuginfo belong together, and the latter finds the sources."""
    folder = str(tmp_path / "unpacked")
    built.first.unpack("syncward-debuginfo", folder)
    symbols_file, = [path for path in built.first.files("syncward-debuginfo") if path.endswith(".x86_64.debug")]
    lines = build.run(["readelf", "--debug-dump=info", "--dwarf-depth=1", folder + symbols_file])
    sources = set(re.findall(r"DW_AT_comp_dir.*: (\S+)$", lines, re.MULTILINE))
    assert sources == {"/usr/src/debug/syncward-" + built.first.query(
        "syncward", "--queryformat", "%{VERSION}-%{RELEASE}.%{ARCH}")[0]}
    assert sources.pop() + "/agent/command/main.c" in built.first.files("syncward-debugsource")


def test_the_archive_has_every_tracked_file_and_nothing_built(built):
    archive, = os.listdir(os.path.join(built.topdir, "SOURCES"))
    listed = build.run(["tar", "-tzvf", os.path.join(built.topdir, "SOURCES", archive)], env=dict(os.environ, TZ="UTC"))
    names = [line.split()[-1].partition("/")[2] for line in listed.splitlines()]
    assert "Makefile" in names and "tests/unit/test_json_document.c" in names
    assert not [name for name in names if name.startswith("build") or name.endswith((".o", ".pyc"))]
    assert {line.split()[1] for line in listed.splitlines()} == {"0/0"}
    assert len({line.split()[3] for line in listed.splitlines()}) == 1, "more than one time"
    if os.path.exists(os.path.join(build.TOP, ".git")):
        tracked = subprocess.run(["git", "ls-files"], cwd=build.TOP, text=True, capture_output=True, check=True).stdout
        assert set(tracked.split("\n")) - {""} <= set(names) | {
            name for name in tracked.split("\n") if not os.path.lexists(os.path.join(build.TOP, name))}


@pytest.mark.parametrize("release", ["8", "9", "10"])
def test_the_spec_is_read_for_each_release(release):
    lines = build.run(["rpmspec", "--load", "packaging/macros.el-standin", "-D", f"_standin_rhel {release}", "-P",
                       "packaging/syncward.spec"], cwd=build.TOP)
    assert ("EL8=yes" in lines) == (release == "8")
    assert re.search(rf"^Release: +1\.el{release}$", lines, re.MULTILINE)
    # The group: a scriptlet where rpm does not make it from sysusers.d, never both.
    assert ("/usr/lib/sysusers.d/syncward.conf\n" in lines) == (release == "10")
    assert ("groupadd" in lines) == (bool(re.search("^%pre$", lines, re.MULTILINE))) == (release != "10")


def test_the_spec_is_an_el_spec():
    """Nothing of Debian, no stand-in and no fallback for a missing macro but the policy's name."""
    with open(os.path.join(build.TOP, "packaging/syncward.spec"), encoding="utf-8") as file:
        body = "".join(line for line in file if not line.startswith("#"))
    assert not re.search(r"debian|dpkg|apt-get|standin", body, re.IGNORECASE)
    assert re.findall(r"%\{!\?(\w+)", body) == ["selinuxtype"]


NEWER_THAN_RPM_4_14 = ("%[", "%elif", "%dnl", "%bcond ", "%conf\n", "%generate_buildrequires", "%{expr:", "%sourcelist",
                       "%patchlist", "%autorelease", "%autochangelog", "%add_sysuser", "%{quote:", "%{span:", "<=>")
RPMLIB_OF_4_14 = {"CompressedFileNames", "FileDigests", "PayloadFilesHavePrefix", "RichDependencies"}


def test_the_spec_says_nothing_newer_than_rpm_4_14():
    with open(os.path.join(build.TOP, "packaging/syncward.spec"), encoding="utf-8") as file:
        spec = file.read()
    assert [word for word in NEWER_THAN_RPM_4_14 if word in spec] == []


def test_the_packages_want_no_newer_rpm(built):
    for package in built.first.paths:
        wanted = {match.group(1) for line in built.first.query(package, "--requires")
                  if (match := re.match(r"rpmlib\((\w+)\)", line))}
        assert wanted <= RPMLIB_OF_4_14, package


def test_a_reviewers_rules():
    """One way of %doc, a source that can be fetched, each section's macros with their conditions."""
    with open(os.path.join(build.TOP, "packaging/syncward.spec"), encoding="utf-8") as file:
        spec = file.read()
    assert re.findall(r"^%doc .*|.*_docdir.*", spec, re.MULTILINE) == ["%doc %{_pkgdocdir}"]
    source, = re.findall(r"^Source0: +(\S+)$", spec, re.MULTILINE)
    assert source.startswith("%{url}/") and source.endswith("/%{name}-%{version}.tar.gz")
    assert spec.count("\n%if") == spec.count("\n%endif")
    # The rpm of EL 8 and 9 gives a %ghost file the mode that stands here (--setperms); that of 4.18 leaves it alone.
    assert re.findall(r"^%ghost %attr\((\d+),root,root\).*json$", spec, re.MULTILINE) == ["0600", "0600"]


def test_the_unit_waits_for_every_slapd_that_el_may_have():
    """Each unit that has to do with slapd names the same ones."""
    folder = os.path.join(build.TOP, "packaging/systemd")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".service"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            for slapd in ("slapd.service", "slapd-ltb.service", "symas-openldap-servers.service"):
                assert re.search(rf"^(After|Before)=(.* )?{re.escape(slapd)}( |$)", text, re.MULTILINE), (name, slapd)


def test_rpmlint_has_nothing_to_say(built):
    done = subprocess.run(["rpmlint", "--strict", "-c", os.path.join(HERE, "rpmlint.toml"),
                           *sorted(built.first.paths.values()), os.path.join(build.TOP, "packaging/syncward.spec")],
                          text=True, capture_output=True, check=False)
    findings = [line for line in done.stdout.splitlines() if re.search(r": [EW]: ", line)]
    assert findings == [] and done.returncode == 0, done.stdout + done.stderr


def test_each_filter_of_rpmlint_has_its_reason_and_its_use(built, tmp_path):
    with open(os.path.join(HERE, "rpmlint.toml"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    filters = [line for line in lines if line.strip().startswith('"')]
    assert filters and all(re.search(r'",  # \w.{10,}$', line) for line in filters)
    unfiltered = tmp_path / "rpmlint.toml"
    unfiltered.write_text("\n".join(line for line in lines if line not in filters))
    done = subprocess.run(["rpmlint", "-c", str(unfiltered), *sorted(built.first.paths.values()),
                           os.path.join(build.TOP, "packaging/syncward.spec")],
                          text=True, capture_output=True, check=False)
    for line in filters:
        pattern = re.match(r'\s*"(.*)",  #', line).group(1).replace("\\\\", "\\")
        assert re.search(pattern, done.stdout, re.MULTILINE), f"no finding needs the filter {pattern}"
