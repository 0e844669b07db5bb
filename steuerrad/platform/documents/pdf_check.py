"""Which accessibility checks a PDF passes, by two independent checkers.

``outloud`` tests PDF/UA-1 rule by rule (Matterhorn protocol) and looks at meaning besides; ``pdfua`` tests a
subset of ISO 14289-1 on its own. Both are development dependencies: the tests hold every change of the
renderer against them. Neither certifies conformance, and some checkpoints need a person; the report says
which. The product claims what stands here and no more.

outloud's semantic layer guesses beyond the standard. Its findings are listed as hints: TBL-010 for instance
calls a table "shredded" that has more header than data cells, which every table of two columns has whose
rows are named.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["pass", "hint", "warning", "fail", "not applicable", "needs a person", "not run"]
OUTCOMES: tuple[Outcome, ...] = (
    "pass",
    "hint",
    "warning",
    "fail",
    "not applicable",
    "needs a person",
    "not run",
)
_OUTLOUD: dict[str, Outcome] = {
    "pass": "pass",
    "info": "hint",
    "warning": "warning",
    "fail": "fail",
    "not-applicable": "not applicable",
    "manual": "needs a person",
    "not-run": "not run",
}


class CheckersMissingError(RuntimeError):
    """The checkers are not installed (they are development dependencies)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint: who checked, its id there, what it is about, how it came out, and why."""

    checker: str
    id: str
    title: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PdfReport:
    checkpoints: tuple[Checkpoint, ...]

    @property
    def failures(self) -> tuple[Checkpoint, ...]:
        return tuple(item for item in self.checkpoints if item.outcome == "fail")

    @property
    def warnings(self) -> tuple[Checkpoint, ...]:
        return tuple(item for item in self.checkpoints if item.outcome == "warning")

    @property
    def passed(self) -> bool:
        """No check of the standard failed. Warnings and hints are for a person to judge."""
        return not self.failures

    def count(self, outcome: Outcome) -> int:
        return sum(item.outcome == outcome for item in self.checkpoints)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(outcome)} {outcome}" for outcome in OUTCOMES if self.count(outcome))
        lines = [
            f"{item.outcome:14} {item.checker} {item.id} {item.title}{': ' if item.detail else ''}{item.detail}"
            for item in self.checkpoints
        ]
        return "\n".join([f"checked with outloud and pdfua: {counts}", *lines])


def _outloud(path: Path) -> list[Checkpoint]:
    from outloud import check, load_catalogue  # development dependency

    result = check(str(path))
    if result.error:
        return [Checkpoint("outloud", "-", "file can be read", "fail", str(result.error))]
    semantic = {name for name, rule in load_catalogue().items() if rule.layer == "semantic"}
    by_rule: dict[str, str] = {}
    found: list[Checkpoint] = []
    for finding in result.findings:
        where = f"p. {finding.page}: " if finding.page else ""
        by_rule.setdefault(finding.rule, f"{finding.rule} {where}{finding.message}")
        if finding.rule in semantic:
            found.append(Checkpoint("outloud", finding.rule, "meaning", "hint", f"{where}{finding.message}"))
    for row in result.criteria["pdfua1"]:
        outcome = _OUTLOUD.get(row["status"], "not run")
        faults = [by_rule[rule["id"]] for rule in row["rules"] if rule["id"] in by_rule]
        if row["semantic_only"] and outcome in ("fail", "warning"):
            outcome = "hint"
        detail = "; ".join(faults) or (row["note"] or "" if outcome == "needs a person" else "")
        found.append(Checkpoint("outloud", f"Matterhorn {row['id']}", row["name"], outcome, detail))
    return found


def _pdfua(path: Path) -> list[Checkpoint]:
    from pdfua import PdfuaError, describe_rules, validate  # development dependency

    titles = {rule.id: (rule.title, rule.pdfua_clause) for rule in describe_rules()}
    found: list[Checkpoint] = []
    try:
        outcomes = validate(str(path)).outcomes
    except PdfuaError as error:
        return [Checkpoint("pdfua", "-", "file can be read", "fail", str(error))]
    for outcome in outcomes:
        title, clause = titles.get(outcome.rule_id, (outcome.rule_id, ""))
        name = f"{outcome.rule_id} (ISO 14289-1, {clause})" if clause else outcome.rule_id
        if outcome.skipped_reason:
            found.append(Checkpoint("pdfua", name, title, "not run", outcome.skipped_reason))
        elif not outcome.findings:
            found.append(Checkpoint("pdfua", name, title, "pass"))
        else:
            verdict: Outcome = (
                "fail" if any(f.severity.name == "ERROR" for f in outcome.findings) else "warning"
            )
            found.append(Checkpoint("pdfua", name, title, verdict, outcome.findings[0].message))
    return found


def check_pdf(source: Path | str | bytes) -> PdfReport:
    """What both checkers find in a PDF. Raises CheckersMissingError if one of them is not installed."""
    try:
        if isinstance(source, bytes):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "checked.pdf")
                path.write_bytes(source)
                return check_pdf(path)
        path = Path(source)
        return PdfReport((*_outloud(path), *_pdfua(path)))
    except ImportError as error:
        raise CheckersMissingError(f"{error.name} is not installed; it is in the dev dependencies") from error
