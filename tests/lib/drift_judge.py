# SPDX-License-Identifier: Apache-2.0
"""What one pass must have made of a case of drift.py, judged by the model and not by the program.

Both of before and after are cn=config as {DN: {attribute: values}}; dns is {suffix: DN of the database}.
"""

import re

import drift

OPERATIONAL = ("entryCSN", "modifyTimestamp", "modifiersName", "createTimestamp", "creatorsName", "entryUUID",
               "contextCSN", "hasSubordinates", "structuralObjectClass", "entryDN", "subschemaSubentry")
LISTS = {"olcDbIndex": "index", "olcLimits": "limits", "olcAccess": "access"}


def snapshot(config):
    """cn=config without the attributes that change with every write."""
    return {dn: {name: values for name, values in entry.items() if name not in OPERATIONAL}
            for dn, entry in config.items()}


def bare(value):
    """A value without its {n}."""
    return re.sub(r"^\{\d+\}", "", value)


def assert_untouched(case, before, after, dns, flag):
    """Nothing has changed but what the document manages, and there nothing is lost that was not wrong."""
    databases = {dns[d["suffix"]]: d for d in case.document["databases"]}
    for dn in set(before) | set(after):
        if re.match(r"olcOverlay=(\{\d+\})?syncprov,", dn):
            assert before.get(dn) == after.get(dn) or databases[dn.split(",", 1)[1]].get("syncprov") is not False, dn
            continue
        mine = {"cn=config": ["olcServerID"]}.get(dn, [])
        if dn in databases:
            mine = ["olcSyncrepl", flag] + [n for n, field in LISTS.items()
                                            if databases[dn].get(field, field != "access")]
        old, new = before[dn], after[dn]
        assert {n: v for n, v in old.items() if n not in mine} == {n: v for n, v in new.items() if n not in mine}, dn
        for name in mine:
            if name in LISTS:
                rest, kept = ([bare(value) for value in entry.get(name, [])] for entry in (new, old))
                if name == "olcDbIndex":
                    assert set(kept) <= set(rest), (dn, name)
                else:  # what is new stands in front
                    assert rest[len(rest) - len(kept):] == kept, (dn, name)


def assert_right(case, after, dns, flag, removals_released=False):
    """Each database reads from exactly the declared servers. A value by which it reads from itself, because slapd does
    not recognise the spelling, goes with released removals."""
    for database in case.document["databases"]:
        live, entry = case.live[database["suffix"]], after[dns[database["suffix"]]]
        wanted = {peer["uri"] for peer in case.others()}
        wanted |= {c.words["provider"] for c in live.consumers
                   if c.is_self or c.words["provider"].rsplit(":", 1)[0].endswith(".31")}
        values = [bare(value) for value in entry.get("olcSyncrepl", [])]
        providers = [re.search(r"(?:provider)=\"?([^ \"]*)", value, re.IGNORECASE).group(1) for value in values]
        read = {p.lower().rstrip("/") for p in providers}
        if case.is_joining(database):  # it reads nobody new before it has everything
            if case.is_left_alone(database):
                wanted |= {c.words["provider"] for c in live.consumers}
            assert read <= wanted and len(read) == len(providers), values
        else:
            found = sorted(p.lower().rstrip("/") for p in providers)
            if removals_released and case.uri(drift.SELF) not in found:
                wanted.discard(case.uri(drift.SELF))
            assert found == sorted(wanted), values
        # A password in other letters, or none, would be another one.
        assert all(re.search(r"credentials=\"?secret\b", value, re.IGNORECASE) and "Secret" not in
                   re.sub(r"(?i)credentials=", "", value) for value in values), values
        if "joining" not in case.holds:
            reads = wanted - {case.uri(drift.SELF)}
            assert bool(entry.get(flag)) == (bool(reads) and (bool(case.others()) or live.flag)), "flag"
