"""How fast does the sandbox answer forty documents of apps and a whole list, and how long does it take to start?"""

import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from anilist_oauth.sandbox import Sandbox, SandboxThread
from anilist_oauth.sandbox.graphql.schema import anilist_schema, schema_text
from tests.sandbox.graphql.test_documents import OPERATIONS, VARIABLES, document
from tests.sandbox.graphql.world import Asker

ROUNDS = 20
WHOLE_LIST = """{ MediaListCollection(userName: "mika") { lists { name entries {
  id status progress score updatedAt media { id title { romaji english userPreferred } episodes status format
  coverImage { large medium } nextAiringEpisode { episode airingAt } }
} } } }"""


def milliseconds(work: Any) -> float:
    """Return the CPU time of one call, which a busy machine does not change."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> None:
    """Print the figures."""
    tracemalloc.start()
    schema_text()
    anilist_schema()
    print(f"schema in memory: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")
    tracemalloc.stop()
    anilist = Asker()
    first = [
        milliseconds(lambda name=name: anilist.ask(document(name), **VARIABLES.get(name, {}))) for name in OPERATIONS
    ]
    again = [
        milliseconds(lambda name=name: anilist.ask(document(name), **VARIABLES.get(name, {})))
        for _ in range(ROUNDS)
        for name in OPERATIONS
    ]
    slowest = sorted(zip(again, list(OPERATIONS) * ROUNDS, strict=True), reverse=True)[:1]
    print("the slowest: " + ", ".join(f"{name} {duration:.0f} ms" for duration, name in slowest))
    for text, times in (("forty documents, first time", first), ("the same again", again)):
        print(f"{text}: median {median(times):.2f} ms, 95th of 100 {quantiles(times, n=20)[-1]:.2f} ms")
    endpoint = Asker()
    for number in range(161, 501):
        endpoint.ask("mutation ($id: Int) { SaveMediaListEntry(mediaId: $id) { id } }", id=number)
    times = [milliseconds(lambda: endpoint.ask(WHOLE_LIST)) for _ in range(ROUNDS)]
    print(f"a list of 500 entries with media: first {times[0]:.0f} ms, then {median(times[1:]):.0f} ms")
    opened = [milliseconds(lambda: SandboxThread(Sandbox()).__enter__().__exit__()) for _ in range(ROUNDS)]
    print(f"the fixture: {median(opened):.1f} ms")
    code = """import time, anilist_oauth; start = time.process_time(); import anilist_oauth.sandbox
print(time.process_time() - start)"""
    imports = [
        float(subprocess.check_output([sys.executable, "-c", code], cwd=Path(__file__).parents[1])) for _ in range(7)
    ]
    print(f"importing anilist_oauth.sandbox after anilist_oauth: {min(imports) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
