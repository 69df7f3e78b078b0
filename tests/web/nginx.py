"""Debian's nginx in front of a site. It terminates TLS and removes a path prefix."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import need

PREFIX = "/anime"

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location {path}/ {{
      proxy_pass http://127.0.0.1:{behind}/;
      proxy_set_header Host $http_host;
      proxy_buffering off;
    }}
  }}
}}
"""


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for site.test and its hosts, and its key."""
    paths = folder / "certificate.pem", folder / "key.pem"
    names = "subjectAltName=DNS:site.test,DNS:*.site.test,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=site.test"]
    subprocess.run([*command, "-addext", names, "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


@contextmanager
def nginx(folder: Path, *, port: int, behind: int, prefix: str = "") -> Iterator[None]:
    """Serve a port over TLS, and forward requests to another port without the prefix."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    need(program, "nginx is needed: apt-get install nginx-light")
    certificate(folder)
    settings = folder / "nginx.conf"
    settings.write_text(_CONFIGURATION.format(folder=folder, port=port, behind=behind, path=prefix), encoding="utf-8")
    process = subprocess.Popen([str(program), "-c", settings, "-p", folder, "-e", folder / "error.log"])
    try:
        while not listens(port):
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def listens(port: int) -> bool:
    """Tell whether something accepts connections on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True
