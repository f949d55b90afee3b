"""The ledger: what was queried, found, downloaded and refused, so that nothing is done twice.

One SQLite file beside the manifest. It holds facts (the answer to a query, what a source says about
a video, how a download ended), each written as soon as it is known, in one transaction with what
follows from it. A run that is killed at any moment can therefore continue where it stopped.
Decisions are derived from these facts again in each run, so that a changed threshold or deny list
needs no requests.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .candidate import RECORD, Candidate
from .database import Database
from .facts import Find, Part, PartRow, Status, Verdict
from .taxonomy import KnowledgePoint


class Ledger(Database):
    """May be used by several threads. The caller ensures that only one process writes at a time."""

    def add_permissions(self, reasons: Mapping[str, str]) -> None:
        """Store why forbidden hosts (terms, robots.txt) are asked anyway. Old entries stay."""
        with self._writing() as db:
            db.executemany(
                "insert or replace into permissions values (?, ?, ?)",
                [(host, reason, _now()) for host, reason in reasons.items()],
            )

    def permissions(self) -> dict[str, str]:
        """By host, the reason that the user gave."""
        return dict(self._read("select host, reason from permissions"))

    # Queries

    def cursor(self, source: str, query: str) -> str | None:
        """Where the next page of a query starts; None: it is answered, or the site closed it."""
        rows = self._read(
            "select cursor, status from queries where source = ? and query = ?", source, query
        )
        if not rows:
            return ""
        cursor, status = rows[0]
        return None if status in ("done", "closed") else str(cursor)

    def add_page(
        self,
        source: str,
        query: str,
        point: KnowledgePoint | None,
        candidates: Sequence[Candidate],
        cursor: str,
        again: str = "",
        left_out: Mapping[str, int] | None = None,
    ) -> None:
        """Store one page of answers to a query.

        Args:
            cursor: where the next page starts; empty: there is none.
            again: the cursor with which to repeat the query later (`reopen`).
            left_out: why entries of the page are not candidates, with their number.
        """
        name = point.name if point else ""
        is_unchanged = bool(again) and again == self.cursor(source, query)
        before = self._left_out(source, query, ("open", "again") if is_unchanged else ("open",))
        excluded = Counter(before) + Counter(left_out or {})
        if cursor and cursor == self.cursor(source, query):
            cursor = ""  # the source goes in circles
        with self._writing() as db:
            first = {candidate.key: candidate for candidate in reversed(candidates)}
            for rank, candidate in enumerate(reversed(first.values())):
                self._add_candidate(db, candidate, source, query)
                db.execute(
                    "insert or ignore into finds values (?, ?, ?, ?, ?)",
                    (candidate.key, source, query, candidate.point or name, rank),
                )
            db.execute(
                "insert or replace into queries values (?, ?, ?, ?, ?, ?)",
                (
                    source, query, cursor or again, "open" if cursor else "done",
                    json.dumps(excluded) if excluded else "", _now(),
                ),
            )  # fmt: skip

    def _add_candidate(
        self, db: sqlite3.Connection, candidate: Candidate, source: str, query: str
    ) -> None:
        """Store a candidate. When its query is repeated, the new record replaces the old one,
        unless details are known already. If its files changed, gone parts are tried again."""
        key, record = candidate.key, _dump(candidate)
        rows = self._read("select record from candidates where key = ?", key)
        if not rows:
            db.execute("insert into candidates values (?, ?)", (key, record))
            return
        known = RECORD.validate_json(rows[0][0])
        may_update = self._read(
            "select 1 from finds where key = ? and source = ? and query = ? and not exists "
            "(select 1 from parts where key = finds.key and part = 'metadata' "
            "and status = 'done')",
            key, source, query,
        )  # fmt: skip
        if known == candidate or not may_update:
            return
        db.execute("update candidates set record = ? where key = ?", (record, key))
        if known.files != candidate.files:
            db.execute(
                "update parts set status = 'late' where key = ? and status in ('gone', 'closed')",
                (key,),
            )

    def _left_out(self, source: str, query: str, states: tuple[str, ...]) -> dict[str, int]:
        """The entries that a query left out so far, if it is in one of the states."""
        rows = self._read(
            "select reason, status from queries where source = ? and query = ?", source, query
        )
        return _counts(rows[0][0]) if rows and rows[0][1] in states else {}

    def left_out(self) -> list[tuple[str, str, dict[str, int]]]:
        """source, query, and why entries of its answers are not candidates, with their number."""
        rows = self._read(
            "select source, query, reason from queries where status in ('open', 'done', 'again') "
            "and reason != '' order by rowid"
        )
        return [(source, query, _counts(reason)) for source, query, reason in rows]

    def reopen(self, source: str) -> None:
        """Have all queries of a source asked again; the candidates they found stay."""
        with self._writing() as db:
            db.execute("delete from queries where source = ? and status = 'closed'", (source,))
            db.execute(
                "update queries set status = 'again' where source = ? and status = 'done'",
                (source,),
            )

    def mark_unanswered(self, source: str, query: str, status: Status, reason: str) -> None:
        """Store that a query failed. Unless the site closed it, the next run asks again, from the
        same page."""
        with self._writing() as db:
            db.execute(
                "insert into queries values (?, ?, '', ?, ?, ?) on conflict (source, query) "
                "do update set status = excluded.status, reason = excluded.reason, "
                "at = excluded.at",
                (source, query, status, reason, _now()),
            )

    def mark_closed(self, source: str, reason: str) -> None:
        """Store that a source turned us away; this holds for all of its queries."""
        with self._writing() as db:
            db.execute("delete from queries where source = ? and status = 'closed'", (source,))
            db.execute(
                "insert or replace into queries values (?, '', '', 'closed', ?, ?)",
                (source, reason, _now()),
            )

    def queries(self) -> list[tuple[str, str, str, str]]:
        """source, query, status and reason of all queries asked so far."""
        return self._read("select source, query, status, reason from queries order by rowid")

    # Candidates

    def urls(self) -> dict[str, str]:
        """The address of each candidate by its key, as its source gave it."""
        return dict(self._read("select key, json_extract(record, '$.url') from candidates"))

    def candidates(self) -> list[Candidate]:
        """All candidates in the order found, with everything known about them so far."""
        return [
            RECORD.validate_json(record)
            for (record,) in self._read("select record from candidates order by rowid")
        ]

    def add_details(self, key: str, candidates: Sequence[Candidate]) -> None:
        """Store the details of a candidate, which may turn out to be several videos."""
        with self._writing() as db:
            for candidate in candidates:
                db.execute(
                    "insert into candidates values (?, ?) on conflict (key) do update set "
                    "record = excluded.record",
                    (candidate.key, _dump(candidate)),
                )
                db.execute(
                    "insert or ignore into finds select ?, source, query, point, rank from finds "
                    "where key = ?",
                    (candidate.key, key),
                )
                self._part(db, candidate.key, "metadata", "done", "", {})
            if key not in {candidate.key for candidate in candidates}:
                db.execute("delete from candidates where key = ?", (key,))
                db.execute("delete from finds where key = ?", (key,))

    def finds(self) -> dict[str, list[Find]]:
        """How each candidate was found, by key."""
        result: dict[str, list[Find]] = {}
        for row in self._read("select key, source, query, point, rank from finds order by rowid"):
            result.setdefault(row[0], []).append(Find(*row))
        return result

    # Parts

    def part(
        self, key: str, part: Part, status: Status, reason: str = "", result: Any = None
    ) -> None:
        """Store what became of a part. Media get a place among the manifest's rows."""
        with self._writing() as db:
            self._part(db, key, part, status, reason, result or {})
            if part == "media":
                db.execute("insert or ignore into rows (key) values (?)", (key,))

    def _part(
        self, db: sqlite3.Connection, key: str, part: Part, status: Status, reason: str, result: Any
    ) -> None:
        db.execute(
            "insert into parts values (?, ?, ?, ?, ?, 1, ?) on conflict (key, part) do update set "
            "status = excluded.status, reason = excluded.reason, result = excluded.result, "
            "tries = tries + 1, at = excluded.at",
            (key, part, status, reason, json.dumps(result), _now()),
        )

    def parts(self, part: Part) -> dict[str, PartRow]:
        """This part of each candidate, by key."""
        rows = self._read("select key, status, reason, result from parts where part = ?", part)
        return {key: PartRow(status, reason, json.loads(r)) for key, status, reason, r in rows}

    def length(self, key: str) -> PartRow | None:
        """The length of a video as measured after its download."""
        rows = self._read(
            "select status, reason, result from parts where key = ? and part = 'length'", key
        )
        return next((PartRow(s, why, json.loads(result)) for s, why, result in rows), None)

    def forget_closed(self) -> None:
        """Have everything asked for again that sites closed to us."""
        with self._writing() as db:
            db.execute("update parts set status = 'late' where status = 'closed'")

    def forget_lost(self) -> None:
        """Have media fetched again whose files are no longer on the disk."""
        for key, part in self.parts("media").items():
            if part.status == "done" and not Path(part.result["path"]).is_file():
                self.part(key, "media", "late", "its file is not on the disk any more")

    def rows(self) -> list[str]:
        """Keys of the manifest's candidates, in its order."""
        return [key for (key,) in self._read("select key from rows order by position")]

    # Answers of a language model, and decisions

    def answer(self, key: str, prompt: str) -> str | None:
        rows = self._read("select answer from answers where key = ? and prompt = ?", key, prompt)
        return rows[0][0] if rows else None

    def add_answer(self, key: str, prompt: str, answer: str) -> None:
        with self._writing() as db:
            db.execute("insert or replace into answers values (?, ?, ?)", (key, prompt, answer))

    def decide(self, verdicts: Sequence[Verdict]) -> None:
        """Replace all decisions with those of this run."""
        with self._writing() as db:
            db.execute("delete from decisions")
            db.executemany(
                "insert or replace into decisions values (?, ?, ?, ?, ?, ?, ?)", verdicts
            )

    def decisions(self) -> list[Verdict]:
        rows = self._read(
            "select key, stage, kept, reason, score, threshold, point from decisions order by rowid"
        )
        return [Verdict(r[0], r[1], bool(r[2]), *r[3:]) for r in rows]


def _counts(reason: str) -> dict[str, int]:
    """Reasons with their numbers, as `add_page` stores them."""
    try:
        counts = json.loads(reason)
    except ValueError:
        return {}
    return counts if isinstance(counts, dict) else {}


def _dump(candidate: Candidate) -> str:
    return RECORD.dump_json(candidate).decode()


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
