# SPDX-License-Identifier: Apache-2.0
"""tests/check-layers holds the sources to the table of rooms, and never passes for having looked at nothing."""

import os
import shutil
import subprocess

import pytest
import tools

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECK = os.path.join(TESTS, "check-layers")

ROOMS = """
common/base | - | the ground
common/json | base | text
agent/system | ; base | files
agent/command | * | main
"""
LIBRARIES = """
<sys/socket* in common | -
<ldap.h> in common | common/json/json.c
libraries ldap_* | ldap_str2dn
effects | open printf
"""
# A small house: main.c may use everything, json.c the ground, file.c opens files.
SOURCES = {
    "common/base/buf.h": "int buf_size(void);\n",
    "common/base/buf.c": '#include "common/base/buf.h"\nint buf_size(void)\n{\n\treturn 1;\n}\n',
    "common/json/json.c": '#include <ldap.h>\n#include "common/base/buf.h"\nint json_size(void);\n'
                          "int json_size(void)\n{\n\treturn buf_size();\n}\n",
    "agent/system/file.c": '#include <fcntl.h>\n#include "common/base/buf.h"\nint file_open(void);\n'
                           'int file_open(void)\n{\n\treturn open("/", 0) + buf_size();\n}\n',
    "agent/command/main.c": "int json_size(void);\nint main(void)\n{\n\treturn json_size();\n}\n",
}


def calls(name, callee):
    """A C file whose one function calls another."""
    return f"int {name}(void);\nint {callee}(void);\nint {name}(void)\n{{\n\treturn {callee}();\n}}\n"


class House:
    """A tree with a table, sources and objects of its own."""

    def __init__(self, top):
        self.top = top
        self.write("tests/layers", ROOMS + LIBRARIES)
        for path, text in SOURCES.items():
            self.write(path, text)

    def write(self, path, text):
        """Puts a file there."""
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text)

    def build(self):
        """Compiles what is there."""
        for path in self.top.glob("*/*/*.c"):
            target = self.top / "build" / path.relative_to(self.top).with_suffix(".o")
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-I", self.top, "-c", "-o", target, path], check=True)

    def check(self):
        """(exit status, output) of check-layers, without a build."""
        done = subprocess.run([CHECK, "--top", self.top], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def refuses(self, *parts):
        """True when the tree, built, is refused with one message that has all of these parts."""
        self.build()
        status, output = self.check()
        messages = output.split("check-layers: ")
        return status == 1 and any(all(part in message for part in parts) for message in messages)


@pytest.fixture
def house(tmp_path):
    """The small house, which is in order."""
    return House(tmp_path)


def test_a_house_in_order_passes_and_says_nothing(house):
    house.build()
    assert house.check() == (0, "")


def test_the_sources_of_this_tree_are_in_order():
    done = subprocess.run([CHECK, "--build", os.path.dirname(tools.program_path())], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_known_to_break_the_table():
    """It was much once; nobody adds a line again."""
    with open(os.path.join(TESTS, "layers-known"), encoding="utf-8") as file:
        assert not [line for line in file if not line.startswith("#")]


def test_a_long_file_is_refused_and_a_known_one_must_stay_long(house):
    path = "common/base/long.c"
    house.write(path, "\n" * 401)
    assert house.refuses(f"long {path}: 401 lines, more than 400")
    house.write("tests/layers-known", f"long {path}\n")
    house.build()
    assert house.check() == (0, "")
    house.write(path, "\n" * 400)
    assert house.refuses(f"remove this line, it is mended: long {path}")


@pytest.mark.parametrize("source", ["common/base/up.c", "common/base/up.h"])
def test_an_include_upwards_is_refused(house, source):
    house.write("common/json/json.h", "")
    house.write(source, '#include "common/json/json.h"\n')
    assert house.refuses(f"include {source} -> common/json/json.h", "common/base may not use common/json")


def test_a_call_upwards_is_refused_without_an_include(house):
    house.write("common/base/up.c", calls("up", "json_size"))
    assert house.refuses("call common/base/up.c -> common/json/json.c json_size")


def test_the_core_calls_nothing_of_the_shell(house):
    house.write("common/json/out.c", calls("out", "file_open"))
    assert house.refuses("call common/json/out.c -> agent/system/file.c file_open")


def test_nobody_uses_the_commands(house):
    house.write("agent/command/options.h", "")
    house.write("agent/system/say.c", '#include "agent/command/options.h"\n')
    assert house.refuses("include agent/system/say.c -> agent/command/options.h")


def test_a_row_may_name_one_file_of_a_room(house):
    house.write("tests/layers", ROOMS.replace("agent/system | ; base", "agent/system | ; base/bu*") + LIBRARIES)
    house.build()
    assert house.check() == (0, "")
    house.write("common/base/pool.h", "")
    house.write("agent/system/say.c", '#include "common/base/pool.h"\n')
    assert house.refuses("include agent/system/say.c -> common/base/pool.h")


def test_files_in_a_circle_are_refused_also_inside_a_room(house):
    house.write("common/base/one.c", calls("one", "three"))
    house.write("common/base/two.h", '#include "common/base/one.h"\n')
    house.write("common/base/one.h", "")
    house.write("common/base/three.c", '#include "common/base/two.h"\n' + calls("three", "buf_size"))
    assert house.refuses("circle common/base/one:", "common/base/one.c -> common/base/three.c three",
                         "common/base/three.c -> common/base/two.h", "common/base/two.h -> common/base/one.h")


def test_what_is_known_is_let_pass_until_it_is_mended(house):
    house.write("common/base/up.c", calls("up", "json_size"))
    house.write("tests/layers-known", "# why\ncall common/base/up.c -> common/json/json.c json_size\n")
    house.build()
    assert house.check() == (0, "")
    house.write("common/base/up.c", calls("up", "buf_size"))
    assert house.refuses("remove this line, it is mended: call common/base/up.c -> common/json/json.c json_size")


@pytest.mark.parametrize("include, message", [
    ("<sys/socket.h>", "common/base/net.c: includes <sys/socket*"),
    ("<ldap.h>", "common/base/net.c: includes <ldap.h>, which only common/json/json.c may"),
    ('"buf.h"', "common/base/net.c: includes buf.h, which is no file of a room"),
])
def test_an_include_from_outside_is_refused(house, include, message):
    house.write("common/base/net.c", f"#  include {include}\n")
    house.write("buf.h", "")
    assert house.refuses(message)


def test_a_file_that_a_library_is_kept_for_uses_it(house):
    house.write("common/json/json.c", SOURCES["common/json/json.c"].replace("#include <ldap.h>\n", ""))
    assert house.refuses("common/json/json.c does not include <ldap.h>: take it out of that row")


def test_the_core_calls_nothing_with_an_effect(house):
    house.write("common/base/out.c", calls("out", "open64"))
    assert house.refuses("common/base/out.c: calls open64, which has an effect")
    house.write("common/base/out.c", calls("out", "__printf_chk"))
    assert house.refuses("common/base/out.c: calls __printf_chk, which has an effect")


def test_the_core_calls_only_the_pure_parts_of_a_library(house):
    house.write("common/base/out.c", calls("out", "ldap_str2dn"))
    house.build()
    assert house.check() == (0, "")
    house.write("common/base/out.c", calls("out", "ldap_bind"))
    assert house.refuses("common/base/out.c: calls ldap_bind of a library")


def test_a_name_is_there_once(house):
    house.write("agent/system/buf.h", "")
    assert house.refuses("the name buf.h is there twice: agent/system/buf.h common/base/buf.h")


def test_a_function_of_sixty_lines_is_the_longest(house):
    house.write("common/base/long.c", "void f(void);\nvoid f(void)\n{\n" + "\t;\n" * 58 + "}\n")
    house.build()
    assert house.check() == (0, "")
    house.write("common/base/long.c", "void f(void);\nvoid f(void)\n{\n" + "\t;\n" * 59 + "}\n")
    assert house.refuses("common/base/long.c: a function of 61 lines, more than 60: void f(void)")


def test_a_room_of_thirty_files_is_the_largest(house):
    for i in range(30 - 2):
        house.write(f"common/base/part{i}.h", "")
    house.build()
    assert house.check() == (0, "")
    house.write("common/base/more.h", "")
    assert house.refuses("common/base: 31 files, more than 30")


def test_a_tree_without_files_is_refused(house):
    house.build()
    for folder in ("common", "agent"):
        shutil.rmtree(house.top / folder)
    assert house.refuses("nothing was looked at")


def test_a_tree_that_is_not_built_is_refused(house):
    status, output = house.check()
    assert status == 1 and "4 of 4 objects are not built" in output


def test_one_object_less_than_there_are_sources_is_refused(house):
    house.build()
    house.write("common/base/new.c", "")
    status, output = house.check()
    assert status == 1 and "1 of 5 objects are not built" in output


def test_a_room_without_a_row_is_refused(house):
    house.write("common/new/new.c", calls("new", "buf_size"))
    assert house.refuses("common/new: no row of tests/layers")


@pytest.mark.parametrize("path", ["common/new.h", "common/base/deep/new.h"])
def test_a_file_outside_of_the_rooms_is_refused(house, path):
    house.write(path, "")
    assert house.refuses(os.path.dirname(path) + ": no row of tests/layers")


def test_a_row_without_files_is_refused(house):
    house.write("tests/layers", ROOMS + "common/gone | base | nothing\n" + LIBRARIES)
    assert house.refuses("common/gone: stands in tests/layers, but has no file")


def test_a_table_without_its_rules_is_refused(house):
    house.write("tests/layers", ROOMS)
    assert house.refuses("the rules about libraries and effects are not there")
    house.write("tests/layers", LIBRARIES)
    assert house.refuses("nothing was looked at")
    house.write("tests/layers", ROOMS + LIBRARIES + "common/base\n")
    assert house.refuses("no row of the table: common/base")


def test_a_table_with_a_circle_of_rooms_is_refused(house):
    house.write("tests/layers", ROOMS.replace("common/base | -", "common/base | json") + LIBRARIES)
    assert house.refuses("common/base uses common/json, which does not stand above it")


def test_the_map_shows_each_room_with_its_size(house):
    shown = subprocess.run([CHECK, "--top", house.top, "--map"], text=True, check=True, stdout=subprocess.PIPE).stdout
    assert "common/base       2 files     6 lines  the ground\n" in shown
    assert shown.count(" lines") == 4
