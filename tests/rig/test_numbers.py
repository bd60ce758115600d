# SPDX-License-Identifier: Apache-2.0
"""tests/check-numbers counts what it says, holds the numbers, and never passes for having looked at nothing."""

import os
import subprocess

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECK = os.path.join(TESTS, "check-numbers")
TABLE = "".join(f"{name} | 1 | common | why\n" for name in
                ("suffix-comparisons", "plan-loops", "self-comparisons", "uuid-comparisons", "keyword-cases", "sleeps",
                 "monotonic-clocks", "probe-targets", "wake-times", "lasting-structs", "changed-structs"))
# Sixteen members: a function's arguments and what stands in another struct or in comments are none.
MEMBERS = "int a, b; /* c; d; */ void (*e)(int f, int g); struct Inner {int h, i;} j;" + "".join(
    f" int m{i};" for i in range(12))
# What is there once of each, beside what only looks like it.
SOURCE = """
/* strcmp(one->suffix, suffix) */
bool same(const char *one, const char *suffix);
int find(const Plan *plan, const char *suffix)
{
	puts("strcmp(suffix, suffix)");
	if (strcmp(database_dn(one),
		   change->suffix) == 0 || strcmp(one, other) == 0 || strcmp(name, SUFFIX) == 0)
		return 1;
	for (size_t i = 0; i < n_databases && i < plan->n_changes; i++)
		n_changes += 1;
	for (size_t i = 0; i < database->n_items; i++)
		(void)change_next(plan, database, KINDS, &at);
	if (url_equal(id.url, self->uri) || strncasecmp(self->uri, "ldaps:", 6) == 0)
		return 2;
	if (memcmp(one->uuid, other->uuid, ENTRY_UUID_SIZE) == 0 || strlen(uuid) == 36)
		return keyword == SYNCREPL_RID || keyword == SYNCREPL_KEYWORD_COUNT;
	nanosleep(&piece, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now) + clock_gettime(CLOCK_REALTIME, &day) + timerfd_create(CLOCK_MONOTONIC, 0);
	wake->next_usec = next_usec;
	next_usec = wake->next_usec;
	return (ProbeTarget){.suffix = suffix};
}
""" + f"""
typedef struct Large {{ {MEMBERS} }} Large;
void large_free(Large *large);
typedef struct Options {{ {MEMBERS} }} Options;
void options_read(Options *ret);
typedef struct Seen {{ {MEMBERS} }} Seen;
void seen_show(int n, const Seen *seen);
typedef struct Small {{ {MEMBERS.replace(" int m0;", "")} }} Small;
void small_change(Small *small, int n);
"""


class House:
    """A tree with a table of numbers and C files of its own."""

    def __init__(self, top):
        self.top = top
        self.write("tests/numbers", TABLE)
        self.write("common/base/one.c", SOURCE)

    def write(self, path, text):
        """Puts a file there."""
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text)

    def check(self, *options):
        """(exit status, output) of check-numbers."""
        done = subprocess.run([CHECK, "--top", self.top, *options], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


@pytest.fixture
def house(tmp_path):
    """A small house, with as much as its table lets be there."""
    return House(tmp_path)


def test_what_is_counted_is_there_once(house):
    assert house.check() == (0, "")
    assert house.check("--list", "suffix-comparisons")[1] == "common/base/one.c:7: if (strcmp(database_dn(one),\n"


@pytest.mark.parametrize("name, line", [
    ("suffix-comparisons", "dn_equal(live->filled[i], suffix);"),
    ("plan-loops", "for (size_t i = 0; i < left->n_changes; i++);"),
    ("plan-loops", "change_next_free(plan, NULL, KINDS, &at);"),
    ("self-comparisons", "strcmp(provider, matching->own_provider);"),
    ("uuid-comparisons", "strcasecmp(found, entry_uuid);"),
    ("keyword-cases", "return keyword != SYNCREPL_INTERVAL;"),
    ("sleeps", "sigtimedwait(signals, NULL, &piece);"),
    ("monotonic-clocks", "clock_gettime(CLOCK_BOOTTIME, &now);"),
    ("probe-targets", "POOL_PUSH(pool, round->targets, round->n_targets, {.peer_id = 1});"),
    ("wake-times", "daemon->wake.next_usec = 0;"),
    ("changed-structs", "void seen_take(int n, Seen *seen);"),
    ("changed-structs", "typedef struct Other { " + MEMBERS + " } Other; int other_read(Other *ret, Error *err);"),
])
def test_one_more_is_refused(house, name, line):
    house.write("common/live/two.h", f"{line}\n")
    status, output = house.check()
    assert status == 1 and f"check-numbers: {name} in common: 2, more than 1" in output
    assert output.count("\n") == 1


def test_one_more_that_lasts_is_refused(house):
    house.write("common/live/two.h", "void seen_end(Seen *seen);\n")
    assert "check-numbers: lasting-structs in common: 2, more than 1" in house.check()[1]


def test_one_less_is_told_and_is_no_failure(house):
    house.write("tests/numbers", TABLE.replace("plan-loops | 1", "plan-loops | 2"))
    assert house.check() == (0, "check-numbers: tests/numbers: plan-loops in common: 1 by now, write that in place of 2\n")


@pytest.mark.parametrize("table", ["", TABLE.replace("plan-loops | 1 | common | why\n", ""),
                                   TABLE.replace("| 1 |", "| few |"), TABLE.replace("| common |", "| |"),
                                   TABLE.replace("plan-loops", "plan-lops"), TABLE.replace("common", "commons")])
def test_what_looks_at_nothing_does_not_pass(house, table):
    house.write("tests/numbers", table)
    assert house.check()[0] == 1


def test_the_numbers_of_this_tree_are_as_low_as_they_can_be():
    done = subprocess.run([CHECK], text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout) == (0, "")
