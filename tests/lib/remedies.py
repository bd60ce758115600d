# SPDX-License-Identifier: Apache-2.0
"""The table of everything that the program prints as advice (common/remedies/remedies_*.c), and doing it literally.

A test that makes a situation hands what is printed to run() or line(), and bears @pytest.mark.remedy(CODE, ...):
tests/slapd/conftest.py sees that it did each, tests/test_remedies.py that each row has such a test.
"""

import dataclasses
import functools
import glob
import json
import os
import pty
import re
import select
import shlex
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROW = re.compile(r"\[(REMEDY_(?!COUNT)\w+)\]\s*=\s*\{(.*?)\},\s*(?=\[REMEDY_|\};)", re.DOTALL)
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(,)')
PLACEHOLDER = re.compile(r"\{=?([a-z][a-z-]*)\}")
BOUND = "(?:=[0-9a-f]{6})?"  # the token of what is held, behind the guard's name in what is printed
# What an argument may look like, by its name in the table; test_remedies.py knows what each may be.
ARGUMENTS = {"lines": r"(?: '[^']*')*", "ids": r"\d+(?:, ?\d+)*", "numbers": r"\d+ \d+", "uri": r"[^\s'\"`;,]+",
             "tls": r"(?: -ZZ)?", "restriction": "olc(?:ReadOnly|Restrict)",
             "release": "syncward apply --release [A-Za-z0-9-]+" + BOUND,
             "readers": r'"[^]]*"', "guards": "[A-Za-z0-9-]+(?:,[A-Za-z0-9-]+)*",
             **dict.fromkeys(("free-id", "listed-id", "number", "own-id", "pid"), r"\d+")}
WORD = r"(?:[^\s'\"`;\\]|'[^']*'|\\')+"  # of a shell, quoted or not
done = set()  # the codes that the running test has done, or that are not printed on its release


@dataclasses.dataclass(frozen=True)
class Row:
    """One remedy as the table has it."""

    name: str
    code: str
    form: str  # "SHELL", "PEERS", "AGENT", "LDIF" or "WORDS"
    text: str
    proof: str
    path: str

    @property
    def arguments(self):
        """The names of its arguments, in their order."""
        return PLACEHOLDER.findall(self.text)

    @property
    def pattern(self):
        """A regular expression for what is printed."""
        parts = PLACEHOLDER.split(self.text)
        other = WORD if self.form == "SHELL" else r"[^\s'\"`;]+"
        pattern = "".join(re.escape(part) if i % 2 == 0 else ARGUMENTS.get(part, other) for i, part in enumerate(parts))
        return pattern + BOUND if self.text.startswith("syncward apply --release ") and len(parts) == 1 else pattern



def _c_text(source):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), source)


def _macros(source):
    return {name: "".join(_c_text(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', value))
            for name, value in re.findall(r"^#define (\w+)[ \t]+((?:[^\n\\]|\\.|\\\n)*)$", source, re.MULTILINE)}


def _row(name, body, macros, path):
    fields = [[]]
    for text, word, comma in TOKEN.findall(body):
        if comma:
            fields.append([])
        elif word:
            fields[-1].append(macros.get(word, word))
        else:
            fields[-1].append(_c_text(text))
    code, form, text, proof = ("".join(field) for field in fields if field)
    return Row(name, code, form.removeprefix("REMEDY_"), text, proof, path)


@functools.cache
def rows():
    """Every row of the table, by its code."""
    found = {}
    for path in sorted(glob.glob(os.path.join(TOP, "common/remedies/remedies_*.c"))):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for name, body in ROW.findall(source):
            row = _row(name, body, _macros(source), path)
            assert row.code not in found, f"two remedies are called {row.code}"
            found[row.code] = row
    return found


def code_of(text):
    """The code of a command or line that stands alone; of two it is the one that has these very words."""
    found = [row.code for row in rows().values() if row.form != "WORDS" and re.fullmatch(row.pattern, text)]
    found = [code for code in found if not rows()[code].arguments] or found
    assert len(found) == 1, f"{text!r} is {found}"
    return found[0]


def unbound(text):
    """The text with its releases as a person may type them: without the tokens of what was held."""
    return re.sub(r"(syncward apply --release [A-Za-z0-9-]+)=[0-9a-f]{6}\b", r"\1", text)


def printed(text, code):
    """The remedy as it stands in the text."""
    found = re.search(rows()[code].pattern, text)
    assert found, f"nothing of {code} ({rows()[code].text!r}) is in: {text}"
    return found[0]


def did(code):
    """For words, which a test does by itself."""
    assert code in rows(), code
    done.add(code)


def is_not_printed(text, code):
    """For a release on which there is no such situation."""
    assert not re.search(rows()[code].pattern, text), text
    done.add(code)


def line(text, code=None):
    """The keys and values of the line of a file that the text wants; without a code the text is that line."""
    code = code or code_of(text)
    assert rows()[code].form in ("PEERS", "AGENT"), code
    found = printed(text, code)
    did(code)
    return json.loads(found if found.startswith("{") else "{" + found + "}")


def attribute(text, code):
    """The attribute and value that the text wants in an entry."""
    assert rows()[code].form == "LDIF", code
    found = printed(text, code)
    did(code)
    name, _, value = found.partition(": ")
    return name, value


def _tool(folder, name, words, environment=None):
    path = os.path.join(folder, name)
    exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in (environment or {}).items())
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o755), "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{exports}exec {words}\n")


def path_of(node):
    """A PATH on which syncward has the options of this node, and slapd's tools are those of its server."""
    folder = os.path.join(node.folder, "bin")
    os.makedirs(folder, exist_ok=True)
    words = [shlex.quote(word) for word in node.command("COMMAND")]
    _tool(folder, "syncward", " ".join(words).replace("COMMAND", '"$@"', 1))
    server = node.server
    for name in ("modify", "cat", "add") if server else ():
        _tool(folder, "slap" + name, shlex.join([*server.release.command, "-T" + name, "-F", server.config_dir]) + ' "$@"',
              {key: value for key, value in server.release.environment.items() if os.environ.get(key) != value})
    return folder + ":" + os.environ["PATH"]


def _run_on_terminal(command, environment, answer):
    """For a command that asks for a password where a person sits."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve("/bin/sh", ["sh", "-c", command], environment)
    output = b""
    asked = 0
    while select.select([terminal], [], [], 60)[0]:
        try:
            got = os.read(terminal, 4096)
        except OSError:  # nobody has the other end any more
            break
        output += got
        if output.count(b"Password:") > asked:
            asked += 1
            os.write(terminal, answer.encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(status), output.decode(), "")


def run(node, text, code=None, password="secret", statuses=(0,)):
    """Runs the command of that code in the text, as it stands there; without a code the text is that command.

    Returns the completed process.
    """
    code = code or code_of(text)
    row = rows()[code]
    command = printed(text, code)
    assert row.form == "SHELL", code
    finished = execute(node, command, password, statuses)
    did(code)
    return finished


def assert_guards_saw(text):
    """What only the last look at the result holds, a guard should have held: that is a fault, whatever else is right."""
    assert "report it as a fault of" not in text, text


def execute(node, command, password="secret", statuses=(0,)):
    """Runs a command line as it stands, in a shell, at a terminal where it asks for a password."""
    environment = {**os.environ, "PATH": path_of(node)}
    if " -W " in command:
        finished = _run_on_terminal(command, environment, password)
    else:
        finished = subprocess.run(["sh", "-c", command], env=environment, stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, timeout=120, check=False)
    assert statuses is None or finished.returncode in statuses, f"{command}\n{finished.stdout}{finished.stderr}"
    assert_guards_saw(f"{finished.stdout}{finished.stderr}")
    return finished
