# SPDX-License-Identifier: Apache-2.0
"""What the program prints as advice stands in one table, each with the test that did it literally or the reason why
none can; nothing else in the sources tells people what to do; and no advice does harm."""

import ast
import functools
import glob
import os
import re

import pytest
import remedies

TOP = remedies.TOP
KNOWN = os.path.join(TOP, "tests", "remedies-known")
KNOWN_MAX = 0  # only ever becomes less
SLAPD = os.path.join(TOP, "tests", "slapd")
ROWS = remedies.rows()
# What an argument of each name is. An id is one that no peer has (or the node's own), or stands in a line to take out.
ARGUMENTS = {
    "user": "as whom slapd runs", "group": "the group of that", "directory": "a folder of peers.json for a log of slapd",
    "attribute": "the name of an attribute", "dn": "the DN of an entry", "file": "a file that syncward was told to read",
    "folder": "a folder that is syncward's alone", "free-id": "an id that no peer has",
    "restriction": "what closes cn=config", "ids": "ids to vouch for or that stay",
    "ldapi": "the URI of this node's slapd", "lines": "lines of LDIF", "listed-id": "an id to take out",
    "mode": "permissions of a file", "name": "a name that somebody chose", "number": "a number", "numbers": "two numbers",
    "readers": "the DNs that count and one more", "guards": "what a person released, once more",
    "release": "the command that releases a guard",
    "own-id": "the id of this node", "path": "a path that is only shown", "pid": "a process", "suffix": "a suffix",
    "tls": "-ZZ or nothing",
    "uri": "a URI",
}
# What enforce writes: advice that sets it by hand would be undone.
MANAGED = re.compile(r"\b(?:olcSyncrepl|olcServerID|olcMultiProvider|olcMirrorMode|olcSpCheckpoint|olcSpSessionlog)\b")
# Advice that may name it, with the reason.
MAY_NAME_MANAGED = {
    "config-alone": "of cn=config itself, which enforce leaves alone",
    "config-alone-stopped": "of cn=config itself, which enforce leaves alone",
    "config-alone-stopped-flag": "of cn=config itself, which enforce leaves alone",
    "config-alone-2.4": "of cn=config itself, which enforce leaves alone",
    "adopt-one-name": "before adopt, when there is no peers.json yet",
    "adopt-id-shared": "before adopt, when there is no peers.json yet",
    "adopt-no-server-id": "before adopt, when there is no peers.json yet",
    "adopt-server-id": "before adopt, when there is no peers.json yet",
    "links-anew": "before adopt, when there is no peers.json yet",
    "id-at-twin": "its own syncward writes it there",
    "server-id-bare": "\"server_id\": \"auto\" takes every form of the right number",
}

COMMANDS = "adopt|apply|check|compare|doctor|fence|heal|history|init|leave|pause|plan|resume|run|status|topology|validate|verify"
TOOLS = ("chmod|chown|chronyc|cp --|df |hostname -f|install -[dm]|journalctl|ldap(?:add|delete|modify|search|whoami)|mkdir /|mount -o|"
         r"namei|printf |ps -|restorecon|slap(?:add|cat|modify|passwd)|systemctl|touch ")
VERBS = (r"(?:[Rr]emove|[Dd]elete|[Rr]estart|[Ss]tart slapd|[Ss]top slapd|[Ss]et|[Ll]et olcAccess|[Ll]oad|[Mm]ake room|[Rr]enew|"
         r"[Cc]orrect|[Mm]end|[Rr]un as|[Gg]ive) ")
# A command, a line of JSON or of an entry, or an imperative that begins a text or a clause and does not lead to a remedy.
ADVICE = re.compile(rf"\bsyncward (?:{COMMANDS})\b|(?:^|[^\w-])(?:{TOOLS})|\"[a-z_-]+\": [^%,]|\bolc\w+: (?!%|TRUE\))|"
                    rf"(?:^|[;:,.] |\b(?:or|and|then|to) ){VERBS}(?![^;.]*(?:%|with$|like$|example$))")
# What only looks like advice: the document that init prints, fields of our own JSON, facts.
NO_ADVICE = re.compile(r"agent/command/cmd_init\.c: (?:,?(?:\\n)? *[{}\"]|\\n      },)|"
                       r"common/diff/diff_read_only\.c: `syncward leave` closed it|common/plan/render_text\.c: restart of$|"
                       r"common/plan/render_ldif\.c: # made by |common/guard/guard_order\.c: .* leaves that to others|(?:common/guard/guard|agent/fence/fence_(?:run|relay))\.c: .* has no slapmodify|common/plan/render_ldif\.c: # Passwords are masked|"
                       r"common/result/result_rules\.h: syncward, with what|agent/verify/verify_write\.c: (?:test entry of|delete the test)|"
                       r"agent/command/cmd_verify\.c: add an entry here|agent/heal/heal_\w+\.c: touch the suffix entry$|common/diff/diff_server\.c: with \"server_id\": \"list\" slapd")
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|^#include[^\n]*|\s+|.', re.DOTALL | re.MULTILINE)


def c_files():
    return sorted(path for folder in ("common", "agent") for path in glob.glob(os.path.join(TOP, folder, "*", "*.[ch]"))
                  if not re.search(r"/remedies_\w+\.[ch]$", path))


def texts(path):
    """Each string of a C file, adjacent ones joined; a macro between them is a blank."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    text = None
    for token in C_TOKEN.findall(source):
        if token.startswith('"'):
            text = (text or "") + token[1:-1].replace('\\"', '"')
        elif not token.isspace() and not token.startswith(("/*", "//")) and text is not None:
            yield text
            text = None


@functools.lru_cache(maxsize=None)  # when a test asks: whoever only looks which tests there are need not read them all
def marks():
    """(file, test) to the codes that its mark names."""
    found = {}
    for path in sorted(glob.glob(os.path.join(SLAPD, "test_*.py"))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for node in ast.parse(text).body if "mark.remedy" in text else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[os.path.basename(path), node.name] = {
                    argument.value for decorator in node.decorator_list if isinstance(decorator, ast.Call)
                    and ast.unparse(decorator.func) == "pytest.mark.remedy" for argument in decorator.args}
    return found


def test_the_table_is_read_whole():
    with open(os.path.join(TOP, "common/remedies/remedy.h"), encoding="utf-8") as file:
        names = re.findall(r"^\t(REMEDY_\w+),?$", file.read(), re.MULTILINE)
    assert names[-1] == "REMEDY_COUNT" and len(names) > 60
    assert sorted(row.name for row in ROWS.values()) == sorted(names[:-1])


@pytest.mark.parametrize("code", ROWS)
def test_each_row_has_a_test_that_did_it_or_a_reason(code):
    proof = ROWS[code].proof
    if proof.startswith("no test: "):
        assert len(proof) > 20
        return
    path, _, name = proof.partition("::")
    assert code in marks().get((path, name), ()), f"{proof} is no test with @pytest.mark.remedy(\"{code}\")"


def test_each_test_has_a_row():
    wrong = [f"{path}::{name}: {code}" for (path, name), codes in marks().items() for code in codes if code not in ROWS]
    assert wrong == []


def test_each_argument_has_a_meaning():
    assert [(row.code, name) for row in ROWS.values() for name in row.arguments if name not in ARGUMENTS] == []


def test_each_remedy_is_printed_somewhere():
    sources = ""
    for path in c_files():
        with open(path, encoding="utf-8") as file:
            sources += file.read() if not path.endswith("/remedy.h") else ""
    assert [row.name for row in ROWS.values() if not re.search(rf"\b{row.name}\b", sources)] == []


def test_as_many_arguments_are_given_as_the_row_has():
    wrong = []
    for path in c_files():
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for found in re.finditer(r"\bremedy_(fill|text)\((?=[^()]*(?:\([^()]*\)[^()]*)*?(REMEDY_\w+))", source):
            arguments = call_arguments(source, found.end())
            row = next((row for row in ROWS.values() if row.name == found[2]), None)
            given = len(arguments) - 2 if found[1] == "fill" else 0
            if row and arguments[-given - 1 if given else -1] == row.name and given != len(row.arguments):
                wrong.append((os.path.relpath(path, TOP), row.code, given))
    assert wrong == []


def call_arguments(source, at):
    """The arguments of a call whose first one begins there."""
    depth, found = 0, [""]
    for token in C_TOKEN.findall(source[at:at + 2000]):
        if depth == 0 and token == ")":
            return [argument.strip() for argument in found]
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(token, 0)
        if depth == 0 and token == ",":
            found.append("")
        else:
            found[-1] += token
    raise AssertionError(source[at:at + 80])


# None of them does harm

def test_no_remedy_changes_what_is_the_systems():
    """Permissions are changed of files and folders that are syncward's alone; nothing is deleted by path."""
    for row in ROWS.values():
        for command in re.findall(r"\b(?:chmod|chown)\b[^;`|]*", row.text):
            assert re.search(r"\{(?:file|folder)\}$", command.strip()), row
        assert not re.search(r"\brm\b|\brmdir\b|/(?:etc|usr|var|tmp)(?:/(?!log/journal|syncward|lib/syncward)|\s|$)", re.sub(
            r"/(?:etc|usr/sbin|var/lib|run)/syncward|/etc/(?:hosts|resolv\.conf|machine-id)", "", row.text)), row


def test_no_remedy_names_an_id_that_a_peer_has():
    for row in ROWS.values():
        for name in row.arguments:
            assert not name.endswith("id") or name in ("free-id", "own-id", "listed-id", "pid"), row
        if "listed-id" in row.arguments:
            assert row.code == "peer-out"
        assert not re.search(r'"id": (?!\{=)', row.text), row


def test_no_remedy_deletes_one_olcsyncrepl_value():
    """slapd stops another consumer then: the attribute goes as a whole, or peers.json changes."""
    for row in ROWS.values():
        assert "olcSyncrepl value" not in row.text and not re.search(r"olcSyncrepl: ", row.text), row
        if "olcSyncrepl" in row.text:
            assert row.code.startswith("config-alone") or "replace olcSyncrepl as a whole" in row.text, row
    for line in known():
        assert not re.search(r"(?i)\b(?:remove|delete|take)\b[^;.]*\bolcSyncrepl value\b", line), line


def test_no_remedy_is_undone_by_enforce():
    for row in ROWS.values():
        if MANAGED.search(row.text):
            assert row.code in MAY_NAME_MANAGED, row
    assert set(MAY_NAME_MANAGED) <= set(ROWS)


# Nothing else tells people what to do

def known():
    with open(KNOWN, encoding="utf-8") as file:
        return {line for line in file.read().splitlines() if line and not line.startswith("#")}


def test_no_other_text_of_the_sources_gives_advice():
    """A text that does belongs into the table. What is not there yet stands in tests/remedies-known, from which lines
    are only taken (SYNCWARD_GOLDEN=write writes it anew, for a merge of work that did not know the table)."""
    found = {f"{os.path.relpath(path, TOP)}: {text}" for path in c_files() for text in texts(path) if ADVICE.search(text)}
    found = {line for line in found if not NO_ADVICE.match(line)}
    if os.environ.get("SYNCWARD_GOLDEN") == "write":
        with open(KNOWN, "w", encoding="utf-8") as file:
            file.write("# Advice in the sources that does not stand in the table of remedies yet (tests/test_remedies.py). "
                       "Lines may only go.\n" + "".join(line + "\n" for line in sorted(found)))
    assert sorted(found - known()) == [], "advice outside of common/remedies/remedies_*.c"
    assert len(known()) <= KNOWN_MAX, "write it into the table"
    assert sorted(known() - found) == [], "not there any more: take it out of tests/remedies-known"
