"""A person with a browser, as a program: ``BROWSER="python person.py %s"`` lets the command line open it.

It signs in at the sandbox as mika, approves (or with ``PERSON=deny`` denies), comes back to the receiver and links the
account. Nothing of the package is used.
"""

import http.cookiejar
import os
import re
import sys
import urllib.request
from html import unescape
from urllib.parse import urlencode, urljoin

FORM = re.compile(r"<form.*?</form>", re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
ACTION = re.compile(r'action="([^"]*)"')
PRESSES = {"approve": ("mika", "Approve", "Link account"), "deny": ("mika", "Deny")}


def visit(url: str, *, does: str = "approve") -> str:
    """Click through to the end; give the text of the last page."""
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), urllib.request.ProxyHandler({})
    )
    place, page = _open(browser, url)
    for label in PRESSES[does]:
        form = next(form for form in FORM.findall(page) if f">{label}<" in form)
        fields = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        if label == "mika":
            fields["user"] = label
        action = ACTION.search(form)
        place, page = _open(browser, urljoin(place, unescape(action[1] if action else "")), urlencode(fields).encode())
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page.partition("<body>")[2])).split())


def _open(browser: urllib.request.OpenerDirector, url: str, data: bytes | None = None) -> tuple[str, str]:
    with browser.open(url, data, timeout=30) as answer:
        return answer.geturl(), answer.read().decode()


if __name__ == "__main__":
    visit(sys.argv[1], does=os.environ.get("PERSON") or "approve")
