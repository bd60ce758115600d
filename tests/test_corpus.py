# SPDX-License-Identifier: Apache-2.0
"""Good and bad peers.json files: the golden message of each bad one, and the JSON Schema beside the program.

tests/corpus/bad/CLASS/NAME.json stands beside NAME.expected, the message behind the file's name. Classes:
lexical is no JSON by our rules, shape is what the schema can tell, meaning is what only the program tells.
"""

import json
import pathlib
import subprocess

import jsonschema
import pytest
import tools

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpus"
GOOD = sorted([*CORPUS.glob("good/*.json"), *(ROOT / "etc" / "examples").glob("*.json")])
BAD = sorted(CORPUS.glob("bad/*/*.json"))
SHAPE = [path for path in BAD if path.parent.name == "shape"]
MEANING = [path for path in BAD if path.parent.name == "meaning"]


def name_of(path):
    """The test's name for a file."""
    return str(path.relative_to(path.parents[1]).with_suffix(""))


def expected_of(path):
    """The golden message, without the file's name."""
    return path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.fixture(name="validate")
def fixture_validate(tmp_path):
    """Runs `syncward validate` on a private copy of the file: some hold a password."""
    def run(path, *options):
        copy = tmp_path / "peers.json"
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o600)
        done = subprocess.run([tools.program_path(), "validate", *options, copy], capture_output=True, text=True,
                              encoding="utf-8", timeout=60, check=False, stdin=subprocess.DEVNULL)
        assert copy.read_bytes() == path.read_bytes()
        return done, f"{copy}:"
    return run


@pytest.fixture(name="schema", scope="session")
def fixture_schema():
    """The shipped schema, itself checked."""
    schema = json.loads((ROOT / "etc" / "peers.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_corpus_has_enough_files_of_every_class():
    """At least 15 good ones and 85 bad ones, each bad one with its golden message."""
    assert len(GOOD) >= 15
    assert len(BAD) >= 85
    assert {path.parent.name for path in BAD} == {"lexical", "shape", "meaning"}
    assert sorted(path.with_suffix(".expected") for path in BAD) == sorted(CORPUS.glob("bad/*/*.expected"))


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_bad_file_is_refused_with_its_golden_message(validate, path):
    """Exit status 78, nothing on standard output, exactly one message."""
    done, name = validate(path)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == f"syncward: {name}{expected_of(path)}"


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_good_file_is_accepted(validate, path):
    """Exit status 0 and no message."""
    done, _ = validate(path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_what_show_prints_is_valid_and_shows_the_same_again(validate, schema, tmp_path, path):
    """Only a masked password does not load: it would be written to slapd."""
    shown = validate(path, "--show")[0].stdout
    again = tmp_path / "again.json"
    again.write_text(shown, encoding="utf-8")
    schema.validate(json.loads(shown))
    done, _ = validate(again, "--show")
    if '"********"' in shown:
        assert done.returncode == 78
        assert "credentials must be a password that is neither empty nor all asterisks" in done.stderr
    else:
        assert (done.returncode, done.stdout) == (0, shown)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_the_schema_accepts_every_good_file(schema, path):
    """An editor must not mark what the program takes."""
    schema.validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SHAPE, ids=name_of)
def test_the_schema_refuses_every_shape_case(schema, path):
    """As the program does."""
    assert not schema.is_valid(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MEANING, ids=name_of)
def test_a_meaning_case_is_the_programs_alone(schema, path):
    """Else it belongs to the class shape."""
    schema.validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_knows_every_keyword_that_the_program_takes(schema, validate):
    """In both directions: the file with every keyword is good, and the schema has no other."""
    keywords = json.loads((CORPUS / "good" / "every-keyword.json").read_text(encoding="utf-8"))
    used = set(keywords["databases"][0]["syncrepl"])
    assert used | {"comment"} == set(schema.schema["$defs"]["syncrepl"]["properties"])
    message = expected_of(CORPUS / "bad" / "shape" / "unknown-keyword-far.json")
    assert used == set(message.partition("it takes ")[2].strip().split(", "))
    assert validate(CORPUS / "good" / "every-keyword.json")[0].returncode == 0
