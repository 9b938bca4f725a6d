"""An agreement as plain data: what the API answers and `--json` prints."""

from __future__ import annotations

from typing import Any

from milepost.explain.agreement import LineKind
from milepost.explain.agreement_words import AgreementWords
from milepost.intake.agreement import CustomerAgreement
from milepost.planner.agreements import agreed_json
from milepost.planner.instants import text
from milepost.store.agreement_tables import AgreementRow
from milepost.translations.reader import ENGLISH


def summary_of(stands: CustomerAgreement) -> dict[str, Any]:
    """Returns all lines with what the customer said to each, and how often it was mailed."""
    agreement = stands.agreement
    return {
        "customer": stands.state.customer.id,
        "steps": [
            {
                "step": line.step,
                "title": line.title,
                "ours": line.is_ours,
                "person": line.person,
                "who": line.who,
                "due": line.due.isoformat() if line.due else None,
                **agreed_json(line.time),
                **_answers(stands, LineKind.STEP, line.step),
            }
            for line in agreement.steps
        ],
        "figures": [
            {
                "outcome": line.outcome,
                "statement": line.statement,
                "name": line.figures.name,
                "unit": line.figures.unit,
                "baseline": line.figures.baseline,
                "target": line.figures.target,
                "baseline_attribute": line.baseline,
                "target_attribute": line.target,
                **_answers(stands, LineKind.FIGURES, line.outcome),
            }
            for line in agreement.figures
        ],
        "people": {
            "contacts": [
                {"name": line.contact.name, "email": line.contact.email, "personas": list(line.contact.personas)}
                for line in agreement.people
            ],
            **_answers(stands, LineKind.PEOPLE, ""),
        },
        "mailed": stands.mailed,
    }


def _answers(stands: CustomerAgreement, kind: LineKind, step: str) -> dict[str, Any]:
    standing = stands.standing.get((kind, step))
    yes, proposed = (standing.yes, standing.proposed) if standing else (None, None)
    return {
        "agreed": bool(standing and standing.is_agreed),
        "changed": bool(standing and standing.changed),
        "yes": _said(yes),
        "proposal": None if proposed is None else {**(_said(proposed) or {}), "words": words_of(proposed)},
    }


def words_of(row: AgreementRow) -> str:
    """Returns what a row proposes, in English, as colleagues and programs read it."""
    return AgreementWords(ENGLISH, "UTC").proposed(row.proposed or {})


def _said(row: AgreementRow | None) -> dict[str, Any] | None:
    return None if row is None else {"by": row.said_by, "at": text(row.at)}
