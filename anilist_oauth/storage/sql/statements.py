"""The statements of `SQLStore`, in SQLAlchemy's Core.

Each statement is one transaction, and so it is atomic in all databases. If its answer was lost, it may be repeated
without harm.
"""

from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Insert,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from anilist_oauth.storage.sql.tables import Tables

INSERT: dict[str, Callable[[Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_JSON_PART: dict[str, Callable[[ColumnElement[str], str], ColumnElement[Any]]] = {
    "postgresql": lambda column, name: cast(column, postgresql.JSON)[name].astext,
    "sqlite": lambda column, name: func.json_extract(column, f"$.{name}"),
}
SECOND = 1_000_000  # microseconds
NO_VIEWER = "null"  # as JSON


@attrs.frozen(kw_only=True, eq=False)
class Statements:
    """The statements for the tables of one store. Their values are bound parameters."""

    add: Executable
    count_anonymous: Executable
    drop_oldest: Executable
    sweep: Executable
    look: Executable
    take: Executable
    check_and_take: Executable
    settle: Executable
    outcomes: Executable
    get: Executable
    put: Executable
    put_over: Executable
    update: Executable
    delete: Executable
    page: Executable
    due_page: Executable
    any_sealed: Executable
    ping: Executable
    count_logins: Executable
    count_tokens: Executable


def make_statements(tables: Tables, dialect: str) -> Statements:
    """Build the statements for one store. `dialect` is ``sqlite`` or ``postgresql``."""
    return Statements(**_logins(tables.logins, dialect), **_tokens(tables.tokens, dialect), ping=select(literal(1)))


def _logins(logins: Table, dialect: str) -> dict[str, Executable]:
    columns = logins.c
    owner: ColumnElement[str] = bindparam("owner", type_=Text)
    key: ColumnElement[str] = bindparam("this_key", type_=Text)
    unfinished = and_(columns.owner == owner, columns.claim.is_(None))
    others = logins.alias("others")
    count = select(func.count()).select_from(others).where(others.c.owner == owner, others.c.claim.is_(None))
    last_to_stay = select(columns.number).where(unfinished).order_by(columns.number.desc()).limit(1)
    until: ColumnElement[int] = bindparam("until", type_=BigInteger)
    return {
        "add": _written(INSERT[dialect](logins), ("key", "owner", "record", "forget_at"))
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(count.scalar_subquery().label("unfinished")),
        "count_anonymous": select(func.count().label("count")).where(columns.owner.is_(None), columns.claim.is_(None)),
        "drop_oldest": delete(logins).where(
            unfinished, columns.number <= last_to_stay.offset(bindparam("live", type_=Integer)).scalar_subquery()
        ),
        "sweep": delete(logins).where(columns.forget_at <= bindparam("now")),
        "look": select(columns.record, columns.claim, columns.code).where(columns.key == key),
        "take": update(logins)
        .values(
            claim=func.coalesce(columns.claim, bindparam("new_claim", type_=Text)),
            code=func.coalesce(columns.code, bindparam("new_code", type_=Text)),
        )
        .where(columns.key == key)
        .returning(columns.claim, columns.code),
        "check_and_take": _check_and_take(logins, dialect),
        "settle": update(logins)
        .values(
            outcome=bindparam("new_outcome", type_=Text),
            forget_at=case((columns.forget_at < until, until), else_=columns.forget_at),
        )
        .where(columns.key == key, columns.outcome.is_(None))
        .returning(columns.key),
        "outcomes": select(columns.key, columns.outcome).where(columns.key.in_(bindparam("keys", expanding=True))),
        "count_logins": select(func.count().label("count")).select_from(logins),
    }


def _check_and_take(logins: Table, dialect: str) -> Executable:
    """Build the statement that takes a login if application, binding and expiry fit, and returns it in any case."""
    columns, part = logins.c, _JSON_PART[dialect]
    fits = and_(
        columns.claim.is_(None),
        part(columns.record, "client_id") == bindparam("client_id", type_=Text),
        func.coalesce(part(columns.record, "binding_digest"), "") == bindparam("binding_digest", type_=Text),
        cast(part(columns.record, "expires_at"), BigInteger) > bindparam("now", type_=BigInteger),
    )
    return (
        update(logins)
        .values(
            claim=case((fits, bindparam("new_claim", type_=Text)), else_=columns.claim),
            code=case((fits, bindparam("new_code", type_=Text)), else_=columns.code),
        )
        .where(columns.key == bindparam("this_key", type_=Text))
        .returning(columns.record, columns.claim, columns.code)
    )


def _tokens(tokens: Table, dialect: str) -> dict[str, Executable]:
    columns = tokens.c
    names = tuple(column.name for column in columns)
    changing = tuple(name for name in names if name not in {"client_id", "subject"})
    put = _written(INSERT[dialect](tokens), names)
    this = and_(columns.client_id == bindparam("this_client_id"), columns.subject == bindparam("this_subject"))
    issued_at: ColumnElement[int] = bindparam("new_issued_at", type_=BigInteger)
    put_over = (
        update(tokens)
        .values({name: bindparam(f"new_{name}") for name in changing})
        .where(this, columns.token_id == bindparam("over"), _not_newer(columns.issued_at, issued_at))
        .returning(columns.client_id)
    )
    known = case((columns.viewer == NO_VIEWER, 0), else_=1)
    after = tuple_(columns.client_id, columns.subject) > tuple_(
        bindparam("client_id", type_=Text), bindparam("subject", type_=Text)
    )
    only: ColumnElement[str | None] = bindparam("only", type_=columns.client_id.type)
    page = (
        select(tokens)
        .where(after, or_(only.is_(None), columns.client_id == only))
        .order_by(columns.client_id, columns.subject)
        .limit(bindparam("page", type_=Integer))
    )
    return {
        "get": select(tokens).where(this),
        "put": put.on_conflict_do_update(
            index_elements=["client_id", "subject"],
            set_={name: put.excluded[name] for name in changing},
            where=_not_newer(columns.issued_at, put.excluded.issued_at),
        ).returning(columns.client_id),
        "put_over": put_over,
        "update": put_over.where(
            columns.needs_login == bindparam("was_needs_login"),
            columns.told_expiring == bindparam("was_told_expiring"),
            columns.told_invalid == bindparam("was_told_invalid"),
            known == bindparam("was_known"),
        ),
        "delete": delete(tokens).where(this),
        "page": page,
        "due_page": page.where(or_(columns.needs_login == 1, columns.expires_at <= bindparam("before"))),
        "any_sealed": select(columns.client_id).where(columns.access_token.startswith(bindparam("mark"))).limit(1),
        "count_tokens": select(func.count().label("count")).select_from(tokens),
    }


def _written(statement: Insert, names: tuple[str, ...]) -> Any:
    return statement.values({name: bindparam(name) for name in names})


def _not_newer(present: ColumnElement[int], given: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the existing record was not issued in a later second than the new record."""
    return or_(present.is_(None), given.is_(None), present // SECOND <= given // SECOND)
