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
    """May be used by several threads. Of processes one writes at a time: the caller sees to it."""

    def permitted(self, reasons: Mapping[str, str]) -> None:
        """Why hosts are asked whose terms or robots.txt forbid it. What once stood here stays."""
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
        """Where the answers to a query go on; None: it is answered, or the site closed it."""
        found = self._read(
            "select cursor, status from queries where source = ? and query = ?", source, query
        )
        if not found:
            return ""
        cursor, status = found[0]
        return None if status in ("done", "closed") else str(cursor)

    def found(
        self,
        source: str,
        query: str,
        point: KnowledgePoint | None,
        candidates: Sequence[Candidate],
        cursor: str,
        again: str = "",
        left_out: Mapping[str, int] | None = None,
    ) -> None:
        """One page of answers: what was found, and where the next page is; no cursor: no more.

        Args:
            again: the cursor with which the query is asked again (`reopen`).
            left_out: why entries of the page are no candidates, and how many.
        """
        name = point.name if point else ""
        is_unchanged = bool(again) and again == self.cursor(source, query)
        before = self._left_out(source, query, ("open", "again") if is_unchanged else ("open",))
        left = Counter(before) + Counter(left_out or {})
        if cursor and cursor == self.cursor(source, query):
            cursor = ""  # a source that goes in circles
        with self._writing() as db:
            first = {candidate.key: candidate for candidate in reversed(candidates)}
            for rank, candidate in enumerate(reversed(first.values())):
                self._seen(db, candidate, source, query)
                db.execute(
                    "insert or ignore into finds values (?, ?, ?, ?, ?)",
                    (candidate.key, source, query, candidate.point or name, rank),
                )
            db.execute(
                "insert or replace into queries values (?, ?, ?, ?, ?, ?)",
                (
                    source, query, cursor or again, "open" if cursor else "done",
                    json.dumps(left) if left else "", _now(),
                ),
            )  # fmt: skip

    def _seen(self, db: sqlite3.Connection, candidate: Candidate, source: str, query: str) -> None:
        """Keep a candidate. What a query tells of it when it is asked again holds, unless its
        details are known; and what was gone by the old record is tried again."""
        key, record = candidate.key, _dump(candidate)
        found = self._read("select record from candidates where key = ?", key)
        if not found:
            db.execute("insert into candidates values (?, ?)", (key, record))
            return
        known = RECORD.validate_json(found[0][0])
        may_tell = self._read(
            "select 1 from finds where key = ? and source = ? and query = ? and not exists "
            "(select 1 from parts where key = finds.key and part = 'metadata' "
            "and status = 'done')",
            key, source, query,
        )  # fmt: skip
        if known == candidate or not may_tell:
            return
        db.execute("update candidates set record = ? where key = ?", (record, key))
        if known.files != candidate.files:
            db.execute(
                "update parts set status = 'late' where key = ? and status in ('gone', 'closed')",
                (key,),
            )

    def _left_out(self, source: str, query: str, states: tuple[str, ...]) -> dict[str, int]:
        """What the answers to a query left out so far, if it is in one of the states."""
        found = self._read(
            "select reason, status from queries where source = ? and query = ?", source, query
        )
        return _counts(found[0][0]) if found and found[0][1] in states else {}

    def left_out(self) -> list[tuple[str, str, dict[str, int]]]:
        """source, query, and why entries of its answers are no candidates, with their number."""
        rows = self._read(
            "select source, query, reason from queries where status in ('open', 'done', 'again') "
            "and reason != '' order by rowid"
        )
        return [(source, query, _counts(reason)) for source, query, reason in rows]

    def reopen(self, source: str) -> None:
        """Let all queries of a source be asked again; what they led to stays."""
        with self._writing() as db:
            db.execute("delete from queries where source = ? and status = 'closed'", (source,))
            db.execute(
                "update queries set status = 'again' where source = ? and status = 'done'",
                (source,),
            )

    def unanswered(self, source: str, query: str, status: Status, reason: str) -> None:
        """A query that gave nothing this time; unless the site closed it, the next run asks again,
        from the same page."""
        with self._writing() as db:
            db.execute(
                "insert into queries values (?, ?, '', ?, ?, ?) on conflict (source, query) "
                "do update set status = excluded.status, reason = excluded.reason, "
                "at = excluded.at",
                (source, query, status, reason, _now()),
            )

    def closed(self, source: str, reason: str) -> None:
        """A source that turned us away, whatever it was asked; it stands for all its queries."""
        with self._writing() as db:
            db.execute("delete from queries where source = ? and status = 'closed'", (source,))
            db.execute(
                "insert or replace into queries values (?, '', '', 'closed', ?, ?)",
                (source, reason, _now()),
            )

    def queries(self) -> list[tuple[str, str, str, str]]:
        """source, query, status and reason of all that were asked."""
        return self._read("select source, query, status, reason from queries order by rowid")

    # Candidates

    def urls(self) -> dict[str, str]:
        """The address of each candidate by its key, as its source gave it."""
        return dict(self._read("select key, json_extract(record, '$.url') from candidates"))

    def candidates(self) -> list[Candidate]:
        """All, in the order in which they were found, with what is known about them by now."""
        return [
            RECORD.validate_json(record)
            for (record,) in self._read("select record from candidates order by rowid")
        ]

    def learnt(self, key: str, candidates: Sequence[Candidate]) -> None:
        """The details of a candidate, which may turn out to be several videos."""
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
        """By candidate, how it was found."""
        result: dict[str, list[Find]] = {}
        for row in self._read("select key, source, query, point, rank from finds order by rowid"):
            result.setdefault(row[0], []).append(Find(*row))
        return result

    # Parts

    def part(
        self, key: str, part: Part, status: Status, reason: str = "", result: Any = None
    ) -> None:
        """What became of a part. What is done has a place among the rows of the manifest."""
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
        """By candidate."""
        rows = self._read("select key, status, reason, result from parts where part = ?", part)
        return {key: PartRow(status, reason, json.loads(r)) for key, status, reason, r in rows}

    def length(self, key: str) -> PartRow | None:
        """What was measured of a video after its download."""
        found = self._read(
            "select status, reason, result from parts where key = ? and part = 'length'", key
        )
        return next((PartRow(s, why, json.loads(told)) for s, why, told in found), None)

    def forget_closed(self) -> None:
        """What sites closed to us is asked for again."""
        with self._writing() as db:
            db.execute("update parts set status = 'late' where status = 'closed'")

    def forget_lost(self) -> None:
        """Media whose files are not on the disk any more are fetched again."""
        for key, part in self.parts("media").items():
            if part.status == "done" and not Path(part.result["path"]).is_file():
                self.part(key, "media", "late", "its file is not on the disk any more")

    def rows(self) -> list[str]:
        """Candidates of the manifest, in its order."""
        return [key for (key,) in self._read("select key from rows order by position")]

    # Answers of a language model, and decisions

    def answer(self, key: str, prompt: str) -> str | None:
        found = self._read("select answer from answers where key = ? and prompt = ?", key, prompt)
        return found[0][0] if found else None

    def answered(self, key: str, prompt: str, answer: str) -> None:
        with self._writing() as db:
            db.execute("insert or replace into answers values (?, ?, ?)", (key, prompt, answer))

    def decide(self, verdicts: Sequence[Verdict]) -> None:
        """Put the decisions of this run instead of those before."""
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
    """Reasons with their numbers, as `found` keeps them."""
    try:
        told = json.loads(reason)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _dump(candidate: Candidate) -> str:
    return RECORD.dump_json(candidate).decode()


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
