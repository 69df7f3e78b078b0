"""``check``: reports what AniList would refuse in the GraphQL queries of some files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from anilist_oauth.cli.settings import AsJSON
from anilist_oauth.cli.terminal import FAILED, show, show_json

_DOCUMENT = re.compile(
    r"\s*(?:#.*\s*)*(?:(?:query|mutation|subscription)\b\s*\w*\s*[({]|fragment\s+\w+\s+on\s|\{\s*\w+\s*[:({])"
)
_STYLES = {"deprecated": "yellow", "token": "cyan"}  # AniList refuses or truncates everything else, which is red


@attrs.frozen(kw_only=True)
class _Query:
    """A GraphQL document and its position in its file."""

    text: str
    line: int = 1
    column: int = 1


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Files with GraphQL documents, or Python files with such documents in strings.",
            metavar="FILE…",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    as_json: AsJSON = False,
) -> None:
    """Check queries against AniList's schema and limits. AniList is not contacted.

    Reports what AniList would refuse (invalid, complexity) or shorten (page), what is deprecated, and what needs a
    user's token. The exit status is 1 if AniList would refuse a query or shorten a page.
    """
    found = [finding for file in files for finding in _findings(file)]
    refused = [finding for finding in found if finding["kind"] not in _STYLES]
    if as_json:
        show_json({"ok": not refused, "findings": found})
    else:
        for finding in found:
            where = "{file}:{line}:{column}".format_map(finding)
            show(f"{where}: {finding['kind']}: {finding['message']}", style=_STYLES.get(finding["kind"], "red"))
        show(f"{len(refused)} to fix." if refused else "Nothing to fix.")
    if refused:
        raise typer.Exit(FAILED)


def _findings(file: Path) -> Iterator[dict[str, Any]]:
    from anilist_oauth.sandbox import findings

    try:
        text = file.read_text(encoding="utf-8")
        queries = list(_in_python(text)) if file.suffix == ".py" else [_Query(text=text)]
    except (UnicodeDecodeError, SyntaxError) as error:
        kind = "Python" if isinstance(error, SyntaxError) else "UTF-8 text"
        raise typer.BadParameter(f"{file} is not {kind}", param_hint="FILE") from error
    for query in queries:
        for finding in findings(query.text):
            is_first = finding.line == 1
            at = {
                "line": query.line + finding.line - 1,
                "column": finding.column + (query.column - 1 if is_first else 0),
            }
            yield {"file": str(file), **at, "kind": finding.kind, "message": finding.message}


def _in_python(source: str) -> Iterator[_Query]:
    """Find the strings that are GraphQL documents. Strings built at run time cannot be checked."""
    nodes = list(ast.walk(ast.parse(source)))
    parts = {part for node in nodes for part in _parts(node)}
    for node in nodes:
        if node in parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOCUMENT.match(node.value):
            quoted = ast.get_source_segment(source, node) or ""
            quotes = 3 if quoted.lstrip("rRuUbB")[:3] in {'"""', "'''"} else 1
            before = len(quoted) - len(quoted.lstrip("rRuUbB")) + quotes
            yield _Query(text=node.value, line=node.lineno, column=node.col_offset + 1 + before)


def _parts(node: ast.AST) -> list[ast.expr]:
    """Return the parts that an f-string, an operator such as ``+`` or ``%``, or a ``.format`` makes a string of."""
    if isinstance(node, ast.JoinedStr):
        return node.values
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    return [node.value] if isinstance(node, ast.Attribute) and node.attr == "format" else []
