"""A certificate authority of a test, and a certificate of a server on this machine."""

import subprocess
from pathlib import Path

_AUTHORITY = (
    "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority.test -keyout ca.key -out ca.pem "
    "-addext keyUsage=critical,keyCertSign,cRLSign"
)
_REQUEST = "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr"
_SIGN = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt"


def make_certificates(folder: Path) -> None:
    """Write ``ca.pem``, and ``server.crt`` and ``server.key`` of ``localhost`` and ``127.0.0.1``, into a folder."""
    # Python 3.13 checks the identifiers (VERIFY_X509_STRICT).
    extensions = "subjectAltName=DNS:localhost,IP:127.0.0.1\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    (folder / "names").write_text(extensions)
    for command in (_AUTHORITY, _REQUEST, _SIGN):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, stderr=subprocess.DEVNULL)
