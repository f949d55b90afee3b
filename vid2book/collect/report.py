"""stub"""
from __future__ import annotations
def write_report(at, points, plan):  # type: ignore
    at.report.write_text("x"); return at.report
