"""How much does ``import anilist_oauth``, with every public name, cost beyond ``import aiohttp, attrs, yarl``?"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks.report import plot, verdict

_ROUNDS = 15
_PROGRAM = """
import json, resource, time
def rss():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()
began, memory = time.process_time(), rss()
import aiohttp, attrs, yarl
between, held = time.process_time(), rss()
import anilist_oauth
loaded = [getattr(anilist_oauth, name) for name in anilist_oauth.__all__]
ended = time.process_time()
print(json.dumps([between - began, ended - between, rss() - held]))
"""


def main() -> None:
    """Import in fresh processes, and print medians."""
    with tempfile.TemporaryDirectory() as folder:
        _one(folder)  # compiles everything, as an installation does
        runs = [_one(folder) for _ in range(_ROUNDS)]
    theirs, ours, memory = (statistics.median(figures) for figures in zip(*runs, strict=True))
    share = statistics.median(one[1] / one[0] for one in runs)
    print("\nImporting, CPU of a fresh process")
    print(f"  aiohttp, attrs, yarl               {theirs * 1000:7.1f} ms")
    print(f"  anilist_oauth on top               {ours * 1000:7.1f} ms, {memory / 1e6:.1f} MB")
    verdict("anilist_oauth beyond what it is built on", share * 100, 15, " %")
    verdict("memory", memory / 1e6, 3, " MB")
    plot(
        "imports",
        "Importing, milliseconds of CPU",
        {"aiohttp, attrs, yarl": theirs * 1000, "anilist_oauth on top": ours * 1000},
        " ms",
    )


def _one(folder: str) -> list[float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = folder
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, env=environment)
    figures: list[float] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    main()
