# SPDX-License-Identifier: Apache-2.0
"""The events: the header, the catalog, the man page and the code say the same."""

import glob
import os
import re
import subprocess

import tools

PRIORITIES = {"CRIT": "critical", "ERR": "error", "WARNING": "warning", "NOTICE": "notice"}


def read(*path):
    """A file of the repository."""
    with open(os.path.join(tools.TOP, *path), encoding="utf-8") as file:
        return file.read()


def events():
    """[(name in C, name, priority, id, meaning)] of the header."""
    header = read("common/tell/event_ids.h")
    found = re.findall(r'EVENT_ROW\((\w+), "([a-z-]+)", ([A-Z]+), "([0-9a-f]{32})", \\\n\s+"([^"]+)"\)', header)
    assert len(found) == header.count("\tEVENT_ROW(") > 25
    return found


def catalog():
    """{id: (header fields, text)} of the catalog."""
    entries = {}
    for block in re.split(r"^-- ", read("packaging/catalog/syncward.catalog"), flags=re.MULTILINE)[1:]:
        head, _, text = block.partition("\n\n")
        message_id, *fields = head.splitlines()
        assert message_id not in entries, f"{message_id} twice"
        entries[message_id] = dict(field.split(": ", 1) for field in fields), text.strip()
    return entries


def fields_of_code():
    """The names of the fields that the program sends."""
    return set(re.findall(r'"([A-Z][A-Z_]+)"', re.sub(r"/\*.*?\*/", "", read("agent/tell/journal.c"), flags=re.DOTALL)))


def test_no_id_and_no_name_is_used_twice():
    for column in (0, 1, 3):
        found = [event[column] for event in events()]
        assert len(set(found)) == len(found)


def test_the_catalog_has_every_event_and_no_other():
    entries = catalog()
    assert set(entries) == {event[3] for event in events()}
    for fields, text in entries.values():
        assert fields["Defined-By"] == "syncward" and fields["Documentation"] == "man:syncward-journal(7)"
        assert 10 < len(fields["Subject"]) <= 72 and text.startswith("@MESSAGE@")
        assert max(map(len, text.splitlines())) <= 79


def test_what_needs_a_person_has_a_remedy():
    entries = catalog()
    for _, name, priority, message_id, _ in events():
        if priority != "NOTICE":
            assert len(entries[message_id][1]) > 150, f"{name}: say what it means and what to do"


def test_the_catalog_names_only_fields_that_are_sent():
    for fields, text in catalog().values():
        named = set(re.findall(r"\bSYNCWARD_[A-Z_0-9]+", text + fields["Subject"])) | set(re.findall(r"@(\w+)@", text))
        assert named <= fields_of_code() | {"SYNCWARD_DESIRED_SHA256"}


def test_systemd_takes_the_catalog(tmp_path):
    folder = tmp_path / "usr/lib/systemd/catalog"
    folder.mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    (folder / "syncward.catalog").write_text(read("packaging/catalog/syncward.catalog"))
    done = subprocess.run(["journalctl", f"--root={tmp_path}", "--update-catalog"], text=True, capture_output=True,
                          check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    shown = subprocess.run(["journalctl", f"--root={tmp_path}", "--dump-catalog"], text=True, capture_output=True,
                           check=True, timeout=60).stdout
    for _, _, _, message_id, _ in events():
        assert f"-- {message_id}\n" in shown


def test_the_man_page_has_every_event_with_its_id_priority_and_meaning():
    page = read("packaging/man/syncward-journal.7")
    told = re.findall(r"^\.It Li ([a-z-]+)\n\.Li ([0-9a-f]{32}) ,\n(\w+):\n(.*)\.$", page, re.MULTILINE)
    assert told == [(name, message_id, PRIORITIES[priority], meaning) for _, name, priority, message_id, meaning in events()]


def test_the_man_page_has_every_field():
    page = read("packaging/man/syncward-journal.7")
    assert set(re.findall(r"\bSYNCWARD_[A-Z_0-9]+", page)) == {
        name for name in re.findall(r'"(SYNCWARD_[A-Z_0-9]+)"', read("agent/tell/journal.c"))}
    assert fields_of_code() - {"O"} >= {"MESSAGE", "MESSAGE_ID", "PRIORITY", "DOCUMENTATION"}


def test_every_event_is_told_somewhere():
    code = "".join(read(path) for path in glob.glob(os.path.join(tools.TOP, "[ac]*/*/*.c")))
    assert [event[0] for event in events() if not re.search(rf"\bEVENT_{event[0]}\b", code)] == []
