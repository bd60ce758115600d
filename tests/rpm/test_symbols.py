# SPDX-License-Identifier: Apache-2.0
"""The program wants nothing of its libraries that EL 8 lacks (OpenLDAP 2.4.46, json-c 0.13.1, systemd 239)."""

import os

import symbols

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("SYNCWARD_PROGRAM", os.path.join(TOP, "build/syncward"))


def test_the_program_wants_nothing_that_el8_lacks():
    wanted = symbols.wanted_by(PROGRAM)
    assert [name for name in wanted if name.startswith("ldap_")], "nm found no function of libldap"
    assert list(symbols.missing_on_el8(wanted)) == []


def test_what_el8_lacks_is_noticed():
    assert list(symbols.missing_on_el8([
        "sd_event_add_time@LIBSYSTEMD_221", "sd_event_add_time_relative@LIBSYSTEMD_247", "sd_notify",
        "json_tokener_parse_ex@JSONC_0.14", "json_tokener_get_parse_end@JSONC_0.14", "json_object_new_uint64",
        "ldap_search_ext@OPENLDAP_2.5", "ldap_parse_whatever@OPENLDAP_2.5", "ber_whatever", "malloc@GLIBC_2.2.5",
    ])) == [
        "sd_event_add_time_relative: libsystemd has it since 247",
        "sd_notify: without a version of libsystemd",
        "json_tokener_get_parse_end: not in json-c-0.13",
        "json_object_new_uint64: not in json-c-0.13",
        "ldap_parse_whatever: not in openldap-2.4",
        "ber_whatever: not in openldap-2.4",
    ]
