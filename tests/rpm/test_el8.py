# SPDX-License-Identifier: Apache-2.0
"""The sources compile with the headers that EL 8 has, and in the language of its GCC 8, as far as this machine can show."""

import os
import subprocess

import pytest

import build
import symbols

# What the headers here have and those of EL 8 (OpenLDAP 2.4.46, json-c 0.13.1) lack. The first two of OpenLDAP came
# between 2.4.46 and 2.4.57, the others with 2.5.
ABSENT_HEADERS = ["openldap.h"]  # 2.4.48
ABSENT_MACROS = """LDAP_OPT_X_TLS_ECNAME LDAP_OPT_X_TLS_REQUIRE_SAN LDAP_OPT_X_TLS_PEERCERT LDAP_OPT_X_TLS_PEERKEY_HASH
    LDAP_OPT_X_TLS_PROTOCOL_MAX LDAP_OPT_X_TLS_PROTOCOL_TLS1_3 LDAP_OPT_X_TLS_VERSION LDAP_OPT_X_TLS_CIPHER
    LDAP_OPT_X_TLS_CACERT LDAP_OPT_X_TLS_CERT LDAP_OPT_X_TLS_KEY LDAP_OPT_X_SASL_CBINDING LDAP_OPT_KEEPCONN
    LDAP_OPT_SOCKET_BIND_ADDRESSES LDAP_OPT_TCP_USER_TIMEOUT LDAP_CONTROL_AUTHZID_REQUEST LDAP_CONTROL_AUTHZID_RESPONSE
    LDAP_CONTROL_TXN_SPEC LDAP_EXOP_TXN_START LDAP_EXOP_TXN_END LDAP_TXN LDAP_CONTROL_X_ACCOUNT_USABILITY
    LDAP_CONTROL_X_DIRSYNC LDAP_CONTROL_X_LAZY_COMMIT LDAP_CONTROL_X_SHOW_DELETED LDAP_EXOP_VERIFY_CREDENTIALS
    JSON_TOKENER_ALLOW_TRAILING_CHARS JSON_TOKENER_VALIDATE_UTF8 JSON_C_OBJECT_ADD_CONSTANT_KEY""".split()
# What is no macro, and macros that no source asks for: their mere mention is an error. Of systemd 239 the linker's symbols tell (test_symbols.py).
POISONED = ["json_tokener_error_size", "json_tokener_error_memory", "json_tokener_error_parse_utf8_string",
            "json_tokener_get_parse_end", "json_object_new_uint64", "json_object_get_uint64", "json_object_new_null",
            "json_object_new_array_ext", "json_object_array_insert_idx", "SD_EVENT_SIGNAL_PROCMASK",
            "SD_JOURNAL_ALL_NAMESPACES", "SD_JOURNAL_INCLUDE_DEFAULT_NAMESPACE", "sd_journal_open_namespace",
            "SD_ID128_UUID_STRING_MAX", "SD_ID128_ALLF", "sd_id128_string_equal"]
COMPILE = """
mount -t overlay -o "lowerdir=/usr/include,upperdir=$1/upper,workdir=$1/work" overlay /usr/include
cd "$2" && shift 2
"""


def compile_here(folder, sources, *options):
    """Compiles sources with EL 8's headers in the place of this machine's; returns what the compiler said."""
    for name in ("upper", "work"):
        os.makedirs(os.path.join(folder, name))
    hide = "".join(f"rm /usr/include/{name}\n" for name in ABSENT_HEADERS)
    undefine = "".join(f"#undef {name}\n" for name in ABSENT_MACROS + POISONED) + f"#pragma GCC poison {' '.join(POISONED)}\n"
    prefix = os.path.join(folder, "el8.h")
    with open(prefix, "w", encoding="ascii") as file:
        file.write("#include <ldap.h>\n#include <json-c/json.h>\n#include <systemd/sd-event.h>\n#include <systemd/sd-id128.h>\n"
                   "#include <systemd/sd-journal.h>\n" + undefine)
    compiler = f"gcc -std=gnu17 -D_GNU_SOURCE -DSYNCWARD_VERSION='\"0\"' -I. -Wall -Werror {' '.join(options)}"
    precompile = f"{compiler} -x c-header {prefix} -o {prefix}.gch\n" if len(sources) > 9 else ""  # half of what each takes
    command = precompile + f"printf '%s\\n' \"$@\" | xargs -P 2 -n 24 {compiler} -include {prefix} -fsyntax-only"
    done = subprocess.run(["unshare", "--mount", "sh", "-euc", COMPILE + hide + command, "sh", folder, build.TOP, *sources],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
    return done.returncode, done.stdout


def all_sources():
    """Those of the program."""
    return sorted(os.path.relpath(os.path.join(place, name), build.TOP) for part in ("common", "agent")
                  for place, _, names in os.walk(os.path.join(build.TOP, part)) for name in names if name.endswith(".c"))


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_the_sources_compile_as_on_el8(tmp_path):
    """Also: nothing of C23, of which GCC 8 knows little (labels before a declaration, attributes, ...)."""
    sources = all_sources()
    assert len(sources) > 300
    status, said = compile_here(str(tmp_path), sources, "-Wc11-c2x-compat")
    assert status == 0, said[-4000:]


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("line, reason", [
    ("#include <openldap.h>\nint unused;", "No such file"),
    ("int f(void) { return LDAP_OPT_X_TLS_PEERCERT; }", "undeclared"),
    ("int f(void) { return json_tokener_get_parse_end != 0; }", "poisoned"),
    ("int f(void) { goto out;\nout:\n}", "label at end"),
    ("[[deprecated]] int f(void);", "attributes"),
])
def test_what_el8_lacks_is_noticed_by_its_headers(tmp_path, line, reason):
    source = tmp_path / "newer.c"
    source.write_text(line + "\n")
    status, said = compile_here(str(tmp_path), [str(source)], "-Wc11-c2x-compat")
    assert status != 0 and reason in said


def test_the_kept_list_of_functions_has_what_the_header_of_2_4_48_made_public():
    """ldap_init_fd() is a function of 2.4.46 as well, which no header of it declares (ITS#8671)."""
    assert "ldap_init_fd" in symbols.kept("openldap-2.4")
