"""The content of a snapshot: canonical JSON, so that the same facts give the same hash anywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from steuerrad.modules.campaign.models import Answer, Assignment, Decision, Round, Snapshot

FORMAT = "steuerrad.campaign.snapshot/1"


def canonical_json(data: Any) -> str:
    """Keys sorted, no spaces, UTF-8 as it is."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def intact(snapshot: Snapshot) -> bool:
    """Whether hash and chain of a snapshot still fit."""
    before = Snapshot.objects.filter(round=snapshot.round_id, number=snapshot.number - 1).first()
    expected = before.sha256 if before else ""
    stated = json.loads(snapshot.content).get("previous_sha256")
    return digest(snapshot.content) == snapshot.sha256 and stated == snapshot.previous_sha256 == expected


def contents(round_: Round, *, number: int, previous: str, at: datetime, by: str, reason: str) -> str:
    """All questions of the round with their released answers; null where none is released. Five queries."""
    rows = list(
        Assignment.objects.filter(question__round=round_)
        .select_related("question", "organisation", "released")
        .prefetch_related("released__evidence__file", "released__waivers")
        .order_by("question__order", "question")
    )
    reviews = {
        (row.answer_id, row.kind): row
        for row in Decision.objects.filter(question__round=round_, kind__in=["checked", "released"]).order_by(
            "pk"
        )
    }
    return canonical_json(
        {
            "format": FORMAT, "number": number, "previous_sha256": previous, "at": at.isoformat(), "by": by,
            "reason": reason,
            "round": {
                "source": round_.source, "set": round_.set_key, "title": round_.title, "period": round_.period,
                "opens_on": round_.opens_on.isoformat(), "due_on": round_.due_on.isoformat(), "demo": round_.demo,
            },
            "questions": [question_data(row, reviews) for row in rows],
        }
    )  # fmt: skip


def question_data(row: Assignment, reviews: dict[tuple[int | None, str], Decision]) -> dict[str, Any]:
    question = row.question
    answer = row.released if row.state == "released" else None
    return {
        "code": question.code, "group": question.group, "title": question.title, "type": question.type,
        "unit": question.unit, "points": None if question.points is None else f"{question.points.normalize():f}",
        "ref": question.ref, "organisation": row.organisation.key if row.organisation else None, "state": row.state,
        "answer": answer_data(answer, reviews) if answer else None,
    }  # fmt: skip


def answer_data(answer: Answer, reviews: dict[tuple[int | None, str], Decision]) -> dict[str, Any]:
    checked, released = reviews.get((answer.pk, "checked")), reviews.get((answer.pk, "released"))
    return {
        "revision": answer.revision, "value": None if answer.declined else answer.value, "declined": answer.declined,
        "comment": answer.comment, "source": answer.source, "quality": answer.quality,
        "as_of": answer.as_of.isoformat() if answer.as_of else None, "carried": answer.carried, "live": answer.live,
        "author": answer.author_name, "at": answer.at.isoformat(),
        "checked_by": checked.actor_name if checked else None, "checked_at": checked.at.isoformat() if checked else None,
        "released_by": released.actor_name if released else None,
        "released_at": released.at.isoformat() if released else None,
        "evidence": [
            {
                "title": item.title, "url": item.url,
                "file": {"name": item.file.name, "sha256": item.file.sha256, "size": item.file.size}
                if item.file else None,
            }
            for item in answer.evidence.all()
        ],
        "waivers": [
            {"rule": item.rule, "text": item.text, "comment": item.comment} for item in answer.waivers.all()
        ],
    }  # fmt: skip
