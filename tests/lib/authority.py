# SPDX-License-Identifier: Apache-2.0
"""A throw-away certificate authority, made with openssl(1)."""

import dataclasses
import os
import subprocess


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Paths of a certificate and its key; dn as slapd writes the subject."""

    path: str
    key: str
    dn: str


class Authority:
    """Signs certificates that are good for a day, in a folder that exists."""

    def __init__(self, folder, name="syncward test"):
        self.folder = folder
        self.path = os.path.join(folder, "ca.pem")
        self._key = os.path.join(folder, "ca.key")
        self._openssl("req", "-x509", *self._new_key(self._key), "-out", self.path, "-days", "1",
                      "-subj", f"/O={name}/CN=authority")

    @staticmethod
    def _new_key(path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")

    def issue(self, name, alternative="IP:127.0.0.1", days=1):
        """A certificate for cn=NAME with that subjectAltName; with negative days it is over already."""
        found = Certificate(*(os.path.join(self.folder, f"{name}.{end}") for end in ("pem", "key")),
                            f"cn={name},o=syncward test")
        request, extensions = (os.path.join(self.folder, f"{name}.{end}") for end in ("csr", "ext"))
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"subjectAltName={alternative}\nbasicConstraints=CA:FALSE\n")
        self._openssl("req", *self._new_key(found.key), "-out", request, "-subj", f"/O=syncward test/CN={name}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.path, "-CAkey", self._key, "-CAcreateserial",
                      "-days", str(days), "-extfile", extensions, "-out", found.path)
        return found
