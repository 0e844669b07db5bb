"""All writes of memos: begin a draft, edit words, bring facts up to date, release."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.collect import NoMemoError, collect
from steuerrad.modules.city_index.memo.facts import to_data
from steuerrad.modules.city_index.memo.parameters import Statement
from steuerrad.modules.city_index.memo.queries import EDIT, RELEASE, author_of, edited_texts, facts_of, seal
from steuerrad.modules.city_index.memo.statements import statements
from steuerrad.modules.city_index.models import Edition, IndexCity, Memo, MemoText
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

LONGEST_TEXT = 1200
FORBIDDEN = ("Cc", "Cs", "Co", "Cn")  # control, surrogate, private use, unassigned


class MemoError(Exception):
    """The memo cannot be changed like that; the message says why."""


def ref(memo: Memo) -> str:
    return f"city_index.memo:{memo.pk}"


def begin_memo(actor: Any, city: IndexCity, edition: Edition, *, document: str = "") -> Memo:
    """Make a draft from the facts of now; a released memo stays, the draft is its next version.

    Raises PermissionDenied, MemoError when there is a draft already or no such document.
    """
    require(actor, EDIT)
    try:
        content = {"facts": to_data(collect(city, edition, document=document)), "document": document}
    except NoMemoError as error:
        raise MemoError(str(error)) from error
    try:
        with transaction.atomic():
            last = (
                Memo.objects.select_for_update()
                .filter(city=city, edition=edition)
                .order_by("-version")
                .first()
            )
            if last is not None and last.state == Memo.DRAFT:
                raise MemoError(_("There is a draft already."))
            memo = Memo.objects.create(
                city=city, edition=edition, facts=content, facts_hash=seal(content), created_at=clock.now(),
                created_by=actor, version=1 if last is None else last.version + 1,
            )  # fmt: skip
            record(actor, "city_index.begin_memo", ref(memo), title=str(memo))
    except IntegrityError as error:  # somebody else began the same version at the same moment
        raise MemoError(_("There is a draft already.")) from error
    return memo


def _draft(memo_id: int) -> Memo:
    """The memo, locked. Raises MemoError unless it is a draft."""
    memo = Memo.objects.select_for_update().select_related("city", "edition__index").get(pk=memo_id)
    if memo.state != Memo.DRAFT:
        raise MemoError(_("This memo is released and cannot be changed; begin a new version."))
    return memo


def clean_text(text: str) -> str:
    """One paragraph of plain text. Raises MemoError when it is empty, too long or holds control characters."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words:
        raise MemoError(_("The text is empty. Use “Reset” to go back to the generated words."))
    if len(words) > LONGEST_TEXT:
        raise MemoError(_("The text has %(count)d characters; %(most)d are possible.") % {
            "count": len(words), "most": LONGEST_TEXT,
        })  # fmt: skip
    if any(unicodedata.category(sign) in FORBIDDEN for sign in words):
        raise MemoError(_("The text holds characters that cannot be printed."))
    return words


def _statement(memo: Memo, statement_id: str) -> Statement:
    found = next((item for item in statements(facts_of(memo)) if item.id == statement_id), None)
    if found is None:
        raise MemoError(_("This memo has no such statement."))
    return found


def edit_text(actor: Any, memo_id: int, statement_id: str, text: str) -> Memo:
    """Say a statement in other words; the generated ones bring it back to the generated state.

    Raises PermissionDenied, MemoError, Memo.DoesNotExist.
    """
    require(actor, EDIT)
    words = clean_text(text)
    with transaction.atomic():
        memo = _draft(memo_id)
        statement = _statement(memo, statement_id)
        held = MemoText.objects.filter(memo=memo, statement=statement.id).first()
        before = held.text if held else texts.generated(statement)
        if words == before:
            return memo
        if words == texts.generated(statement):
            MemoText.objects.filter(memo=memo, statement=statement.id).delete()
        else:
            MemoText.objects.update_or_create(
                memo=memo, statement=statement.id,
                defaults={"text": words, "edited_at": clock.now(), "edited_by": actor},
            )  # fmt: skip
        record(
            actor, "city_index.edit_memo", ref(memo), title=str(memo), changes={statement.id: (before, words)}
        )
    return memo


def reset_text(actor: Any, memo_id: int, statement_id: str) -> Memo:
    """Go back to the generated words. Raises PermissionDenied, MemoError, Memo.DoesNotExist."""
    require(actor, EDIT)
    with transaction.atomic():
        memo = _draft(memo_id)
        held = MemoText.objects.filter(memo=memo, statement=statement_id[:120]).first()
        if held is not None:
            held.delete()
            record(
                actor,
                "city_index.edit_memo",
                ref(memo),
                title=str(memo),
                changes={statement_id: (held.text, None)},
            )
    return memo


def refresh_facts(actor: Any, memo_id: int) -> Memo:
    """Bring a draft to the facts of now. Words of statements that are no longer made are dropped and logged.

    Raises PermissionDenied, MemoError, Memo.DoesNotExist.
    """
    require(actor, EDIT)
    with transaction.atomic():
        memo = _draft(memo_id)
        before = memo.facts_hash
        document = str(memo.facts.get("document", ""))
        try:
            facts = collect(memo.city, memo.edition, document=document)
        except NoMemoError as error:
            raise MemoError(str(error)) from error
        memo.facts = {"facts": to_data(facts), "document": document}
        memo.facts_hash = seal(memo.facts)
        memo.save(update_fields=["facts", "facts_hash"])
        gone = memo.texts.exclude(statement__in=[item.id for item in statements(facts)])
        changes: dict[str, tuple[Any, Any]] = {"facts_hash": (before, memo.facts_hash)}
        changes |= {item.statement: (item.text, None) for item in gone}
        gone.delete()
        record(actor, "city_index.refresh_memo", ref(memo), title=str(memo), changes=changes)
    return memo


def hands(memo: Memo) -> set[int | None]:
    """Who worked on the draft: who began it and everyone whose words are in it."""
    return {memo.created_by_id, *memo.texts.values_list("edited_by_id", flat=True)}


def release_memo(actor: Any, memo_id: int) -> Memo:
    """Freeze facts and words in the language of now. Nobody who worked on the draft may release it.

    Raises PermissionDenied, MemoError, Memo.DoesNotExist.
    """
    require(actor, RELEASE)
    with transaction.atomic():
        memo = _draft(memo_id)
        if actor.pk in hands(memo):
            raise MemoError(_("Four eyes: whoever worked on the draft cannot release it."))
        facts, edited = facts_of(memo), edited_texts(memo)
        memo.facts = memo.facts | {
            "language": "en" if (get_language() or "de").startswith("en") else "de",
            "author": author_of(facts),
            "released_by": str(actor),
            "statements": [
                {
                    "id": item.id, "section": item.section, "rule": item.rule,
                    "text": edited.get(item.id, texts.generated(item)),
                }
                for item in statements(facts)
            ],
        }  # fmt: skip
        memo.facts_hash = seal(memo.facts)
        memo.state, memo.released_at, memo.released_by = Memo.RELEASED, clock.now(), actor
        memo.save()
        record(actor, "city_index.release_memo", ref(memo), title=str(memo),
               changes={"state": (Memo.DRAFT, Memo.RELEASED), "sha256": (None, memo.facts_hash)})  # fmt: skip
        publish("city_index.memo_released", memo_id=memo.pk, city=memo.city.key, edition=memo.edition.year)
    return memo
