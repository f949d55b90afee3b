"""The SQLite file of a ledger: its tables, reading and writing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UserError

_FORMAT = 1  # of the tables
_TABLES = """
create table if not exists queries (
    source text, query text, cursor text, status text, reason text, at text,
    primary key (source, query));
create table if not exists candidates (key text primary key, record text);
create table if not exists finds (
    key text, source text, query text, point text, rank integer, primary key (key, source, query));
create table if not exists parts (
    key text, part text, status text, reason text, result text, tries integer, at text,
    primary key (key, part));
create table if not exists answers (key text, prompt text, answer text, primary key (key, prompt));
create table if not exists decisions (
    key text, stage text, kept integer, reason text, score real, threshold real, point text,
    primary key (key, stage));
create table if not exists permissions (host text primary key, reason text, at text);
create table if not exists rows (position integer primary key autoincrement, key text unique);
"""


class LedgerError(UserError):
    """A ledger that cannot be used; the message says why."""


class Database:
    """The connection to the file. May be used by several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, timeout=30)
            self._db.execute("pragma journal_mode = wal")  # read while another process writes
            self._db.execute("pragma synchronous = normal")
            (number,) = self._db.execute("pragma user_version").fetchone()
            if number not in (0, _FORMAT):
                raise LedgerError(f"{path}: written by another version of vid2book ({number})")
            self._db.executescript(_TABLES)
            self._db.execute(f"pragma user_version = {_FORMAT}")
            self._db.commit()
        except sqlite3.OperationalError as error:
            raise LedgerError(f"{path}: {error}") from None
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{path}: no ledger ({error})") from None

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: everything within is written, or nothing."""
        with self._lock, self._db:
            yield self._db

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
