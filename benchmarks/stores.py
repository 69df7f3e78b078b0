"""How much does a login cost with each store, compared with the package of November 2026 and the bare driver?

``begin`` and ``finish``, without AniList. The contenders are processes that work in turns.
The older package is read from git (commit b75da84), or from the folder that ``--before`` names.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.report import verdict
from tests.services import postgresql_server, redis_server

BEFORE = "b75da84"
HERE = Path(__file__).parents[1]
BOUNDS = {"postgresql": 0.5, "sqlite": 0.6, "redis": 0.7}


class Contender:
    """A process that logs users in."""

    def __init__(self, how: str, url: str, package: Path) -> None:
        paths = (package, HERE / "benchmarks") if how == "before" else (package,)
        program = (
            [str(HERE / "benchmarks" / "stores_worker.py")] if how == "before" else ["-m", "benchmarks.stores_worker"]
        )
        self._process = subprocess.Popen(
            [sys.executable, *program, how, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE if how != "before" else package,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        )
        assert self._read() == "ready"

    def turn(self, logins: int) -> float:
        """Return the microseconds of CPU per login."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{logins}\n")
        self._process.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main() -> None:
    """Run all stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--logins", type=int, default=150)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--only", choices=BOUNDS)
    options = parser.parse_args()
    with ExitStack() as stack:
        before = options.before or stack.enter_context(_older_package())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        own, other = stack.enter_context(postgresql_server()), stack.enter_context(postgresql_server())
        cache, second = stack.enter_context(redis_server()), stack.enter_context(redis_server())
        urls = {
            "sqlite": (f"sqlite:///{folder}/new.db", f"sqlite:///{folder}/old.db"),
            "postgresql": (own.database(), other.database()),
            "redis": (cache.url, second.url),
        }
        for name in [options.only] if options.only else BOUNDS:
            url, old_url = urls[name]
            _compare(name, url, old_url, before, options)


def _compare(name: str, url: str, old_url: str, before: Path, options: argparse.Namespace) -> None:
    contenders = {"now": Contender("flow", url, HERE), "before": Contender("before", old_url, before)}
    contenders["driver"] = Contender("driver", url, HERE)
    rounds = [
        {who: contender.turn(options.logins) for who, contender in contenders.items()} for _ in range(options.rounds)
    ]
    print(f"\nCPU of begin and finish with {name}")
    for who in contenders:
        print(f"  {who:8}{statistics.median(turn[who] for turn in rounds):9.0f} µs")
    verdict(f"{name}, to {BEFORE}", statistics.median(turn["now"] / turn["before"] for turn in rounds), BOUNDS[name])
    beside = statistics.median(turn["now"] / turn["driver"] for turn in rounds)
    print(f"  to the same statements on the bare driver: {beside:.2f}")
    for contender in contenders.values():
        contender.close()


@contextmanager
def _older_package() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", BEFORE], check=True, cwd=HERE, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=archive)
        yield Path(folder)


if __name__ == "__main__":
    main()
