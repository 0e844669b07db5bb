"""Reading memos: which there are, who may see them, and what they print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone

from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.collect import collect
from steuerrad.modules.city_index.memo.facts import MemoFacts, digest, from_data, to_data
from steuerrad.modules.city_index.memo.layout import Edition as Print
from steuerrad.modules.city_index.memo.layout import Frozen
from steuerrad.modules.city_index.memo.parameters import Statement
from steuerrad.modules.city_index.memo.statements import statements
from steuerrad.modules.city_index.models import Edition, Import, IndexCity, Memo
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.city.queries import current_city

EDIT, RELEASE = "city_index.edit_memo", "city_index.release_memo"
READ_DRAFT = "city_index.read_draft"


@dataclass(frozen=True)
class Line:
    """A statement on the page of the draft: its generated and its printed words."""

    statement: Statement
    generated: str
    text: str
    edited: bool


def sees_drafts(user: Any) -> bool:
    return user is not None and allowed(user, READ_DRAFT)


def visible_to(user: Any) -> QuerySet[Memo]:
    """Released memos for everybody, drafts for those who work on them."""
    memos = Memo.objects.select_related("city", "edition__index", "created_by", "released_by")
    return memos if sees_drafts(user) else memos.filter(state=Memo.RELEASED)


def memos_of(city: IndexCity, edition: Edition, user: Any) -> QuerySet[Memo]:
    """The memos of a city and edition that the person may see, newest version first."""
    return visible_to(user).filter(city=city, edition=edition).order_by("-version")


def facts_of(memo: Memo) -> MemoFacts:
    """The facts that the memo was made from. Raises ValueError, KeyError or TypeError for a damaged row."""
    return from_data(MemoFacts, memo.facts["facts"])


def facts_digest(facts: MemoFacts) -> str:
    return digest(to_data(facts))


def seal(content: Mapping[str, Any]) -> str:
    """The hash over all that a memo holds: facts, and after release the frozen words."""
    return digest(content)


def is_intact(memo: Memo) -> bool:
    """Whether facts and frozen words are those that were sealed."""
    return seal(memo.facts) == memo.facts_hash


def facts_changed(memo: Memo) -> bool:
    """Whether the tables say something else today than when the memo was made."""
    now = collect(memo.city, memo.edition, document=str(memo.facts.get("document", "")))
    return to_data(now) != memo.facts["facts"]


def data_stamp() -> str:
    """Changes with every load of the city's files and every import."""
    own = current_city()
    last = Import.objects.aggregate(last=Max("pk"))["last"]
    return f"{own.data_hash[:16] if own is not None else ''}-{last}"


def edited_texts(memo: Memo) -> dict[str, str]:
    return dict(memo.texts.values_list("statement", "text"))


def author_of(facts: MemoFacts) -> str:
    """The own city's name on its own memo; nobody signs for another city."""
    own = current_city()
    return own.name if own is not None and own.name == facts.city else ""


def print_of(memo: Memo) -> Print:
    """How this memo is printed."""
    if memo.state == Memo.RELEASED and memo.released_at is not None:
        return Print(
            day=timezone.localdate(memo.released_at),
            author=str(memo.facts.get("author", "")),
            draft=False,
            version=memo.version,
            released_by=str(memo.facts.get("released_by", "")),
            digest=memo.facts_hash,
            frozen=tuple(
                Frozen(item["id"], item["section"], item["rule"], item["text"])
                for item in memo.facts["statements"]
            ),
        )
    return Print(
        day=timezone.localdate(), author=author_of(facts_of(memo)), version=memo.version,
        digest=memo.facts_hash, edited=edited_texts(memo),
    )  # fmt: skip


def language_of(memo: Memo) -> str:
    """The language that a released memo is frozen in; "" for a draft, which is printed in any."""
    return str(memo.facts.get("language", "")) if memo.state == Memo.RELEASED else ""


def lines(memo: Memo, facts: MemoFacts) -> list[Line]:
    """All statements of a draft in the order of print."""
    edited = edited_texts(memo)
    found: list[Line] = []
    for statement in statements(facts):
        words = texts.generated(statement)
        found.append(Line(statement, words, edited.get(statement.id, words), statement.id in edited))
    return found


def by_section(found: list[Line], facts: MemoFacts) -> list[tuple[str, list[Line]]]:
    """(title, lines) for each section that has statements."""
    titles = {key: texts.gettext(title) for key, title in texts.SECTIONS.items()}
    titles |= {f"category:{category.key}": category.name for category in facts.categories}
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.statement.section, []).append(line)
    return [(titles.get(key, key), group) for key, group in groups.items()]
