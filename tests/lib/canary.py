# SPDX-License-Identifier: Apache-2.0
"""Searches for a password, and for anything derived from it, in what a program emits."""

import base64
import hashlib
import json

# Each has a space, an umlaut, a backslash and a double quote; no word of it occurs anywhere else.
OLD = 'xq7kanarie üzwitscher\\vq9schnabel"wj5gefieder'
NEW = 'zk4finken äpfeljagd\\hq3federvieh"yb8nistkasten'
WORDS = ("xq7kanarie", "zwitscher", "vq9schnabel", "wj5gefieder", "zk4finken", "pfeljagd", "hq3federvieh",
         "yb8nistkasten")


def forms(password):
    """{what it is: bytes to search for}; letter case is ignored by the search."""
    raw = password.encode()
    found = {"raw": raw, "latin-1": password.encode("latin-1"), "in JSON": json.dumps(password).encode()[1:-1],
             "in JSON, UTF-8": json.dumps(password, ensure_ascii=False).encode()[1:-1],
             "in shell or slapd quotes": password.replace("\\", "\\\\").replace('"', '\\"').encode(),
             "hex": raw.hex().encode()}
    for shift in range(3):
        # The first and the last group also depend on what stands around.
        found[f"base64, shifted by {shift}"] = base64.b64encode(b"\0" * shift + raw)[4:-4]
    for name, text in (("", raw), (" with a newline", raw + b"\n")):
        for algorithm in ("sha256", "sha1", "md5"):
            digest = hashlib.new(algorithm, text).digest()
            found[algorithm + name] = digest
            found[algorithm + name + ", hex"] = digest.hex().encode()
            found[algorithm + name + ", base64"] = base64.b64encode(digest)[:20]
    found.update({f"the word {word}": word.encode() for word in WORDS if word in password})
    return found


_FORMS = {f"{name} of {password[:4]}...": form.lower() for password in (OLD, NEW)
          for name, form in forms(password).items()}


def leaks(text):
    """The forms of the two passwords that occur in the text or bytes, by name; [] is good."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    # Folded lines of LDIF are read as what they mean.
    for view in (raw.lower(), raw.replace(b"\n ", b"").lower()):
        found = [name for name, form in _FORMS.items() if form in view]
        if found:
            return found
    return []
