"""Pages of the memo: parse, ask, render."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad import __version__
from steuerrad.modules.city_index.memo import actions, queries
from steuerrad.modules.city_index.memo.collect import NoMemoError, find
from steuerrad.modules.city_index.memo.facts import digest
from steuerrad.modules.city_index.memo.forms import StatementForm
from steuerrad.modules.city_index.memo.layout import memo_document
from steuerrad.modules.city_index.memo.output import FORMATS
from steuerrad.modules.city_index.models import Edition, IndexCity, Memo
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.documents.html import html_fragment

KEPT_SECONDS = 24 * 3600
CHECKED_SECONDS = 300


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and the index; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Smart City Index"), reverse("city_index:overview")), *steps]


def place_or_404(city: str, year: int) -> tuple[IndexCity, Edition]:
    try:
        return find(city, year)
    except NoMemoError as error:
        raise Http404(str(error)) from error


def to_page(city: IndexCity, edition: Edition, at: str = "") -> HttpResponse:
    """Back to the memo; at: the statement to open."""
    address = reverse("city_index:memo", args=[city.key, edition.year])
    return redirect(f"{address}?{urlencode({'at': at})}#at" if at else address)


@require_safe
def memos(request: HttpRequest) -> HttpResponse:
    """All memos that the person may see, and the editions that one could be begun for."""
    own = current_city()
    city = None if own is None else IndexCity.objects.filter(name=own.name).first()
    context = {
        "heading": _("Memos"),
        "lead": _(
            "What the index says about the city, written from the figures and released by two persons."
        ),
        "breadcrumbs": crumbs((_("Memos"), "")),
        "memos": queries.visible_to(request.user).order_by("-edition__year", "city__name", "-version"),
        "city": city,
        "editions": Edition.objects.order_by("-year") if city and allowed(request.user, queries.EDIT) else (),
    }
    return render(request, "city_index/memo/list.html", context)


@require_safe
def memo(request: HttpRequest, city: str, year: int) -> HttpResponse:
    """The newest memo of a city and edition; a draft with its statements for those who work on it."""
    found_city, edition = place_or_404(city, year)
    versions = list(queries.memos_of(found_city, edition, request.user))
    chosen = pick(request, versions)
    context: dict[str, Any] = {
        "heading": _("Memo %(year)d: %(city)s") % {"year": edition.year, "city": found_city.name},
        "breadcrumbs": crumbs(
            (edition.year, edition.get_absolute_url()), (_("Memos"), reverse("city_index:memos")), (_("Memo"), "")
        ),
        "city": found_city,
        "edition": edition,
        "versions": versions,
        "memo": chosen,
        "formats": [(name, name.upper()) for name in FORMATS],
        "may_begin": allowed(request.user, queries.EDIT) and not any(v.state == Memo.DRAFT for v in versions),
    }  # fmt: skip
    if chosen is not None:
        context |= shown(request, chosen)
    return render(request, "city_index/memo/memo.html", context)


def pick(request: HttpRequest, versions: list[Memo]) -> Memo | None:
    """The version that ?version= names, else the newest."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return versions[0] if versions else None
    found = next((item for item in versions if str(item.version) == wanted), None)
    if found is None:
        raise Http404("no such version")
    return found


def shown(request: HttpRequest, chosen: Memo) -> dict[str, Any]:
    facts = queries.facts_of(chosen)
    draft = chosen.state == Memo.DRAFT
    edits = draft and allowed(request.user, queries.EDIT)
    releases = draft and allowed(request.user, queries.RELEASE)
    sections: list[tuple[str, list[queries.Line], bool]] = []
    if edits or releases:
        at = request.GET.get("at", "")
        sections = [
            (title, lines, any(line.statement.id == at for line in lines))
            for title, lines in queries.by_section(queries.lines(chosen, facts), facts)
        ]
    return {
        "preview": fragment(chosen),
        "draft": draft,
        "intact": queries.is_intact(chosen),
        "changed": queries.sees_drafts(request.user) and changed(chosen),
        "may_edit": edits,
        "may_release": releases,
        "own_work": releases and request.user.pk in actions.hands(chosen),
        "sections": sections,
        "at": request.GET.get("at", ""),
        "longest": actions.LONGEST_TEXT,
    }


def changed(chosen: Memo) -> bool:
    """Whether the figures have changed; asked anew after every load or import, else every few minutes."""
    key = f"memo-changed:{chosen.pk}:{chosen.facts_hash}:{queries.data_stamp()}"
    return bool(cache.get_or_set(key, lambda: queries.facts_changed(chosen), CHECKED_SECONDS))


def fragment(chosen: Memo) -> SafeString:
    """The memo as HTML; every text in it was escaped when it was built."""
    with in_language(chosen):
        edition = queries.print_of(chosen)
        key = digest(
            {"memo": chosen.facts_hash, "print": repr(edition), "in": get_language(), "by": __version__}
        )
        html = cache.get(f"memo-html:{key}")
        if html is None:
            html = html_fragment(memo_document(queries.facts_of(chosen), edition), top=2)
            cache.set(f"memo-html:{key}", html, KEPT_SECONDS)
    return mark_safe(html)  # noqa: S308


def in_language(chosen: Memo) -> AbstractContextManager[Any]:
    """The language that a released memo is frozen in; a draft is printed in that of the reader."""
    language = queries.language_of(chosen)
    return override(language) if language else nullcontext()


@require_safe
def download(request: HttpRequest, city: str, year: int, version: int, form: str) -> HttpResponse:
    """A version as a file; drafts only for those who work on them."""
    found_city, edition = place_or_404(city, year)
    chosen = queries.memos_of(found_city, edition, request.user).filter(version=version).first()
    if chosen is None or form not in FORMATS:
        raise Http404("no such version or format")
    with in_language(chosen):
        document = memo_document(queries.facts_of(chosen), queries.print_of(chosen))
        content = FORMATS[form].make(document)
    name = f"memo_{found_city.key}_{edition.year}_v{version}{'_draft' if chosen.state == Memo.DRAFT else ''}.{form}"
    return HttpResponse(
        content,
        content_type=FORMATS[form].content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def draft_or_404(request: HttpRequest, city: IndexCity, edition: Edition) -> Memo:
    found = queries.memos_of(city, edition, request.user).filter(state=Memo.DRAFT).first()
    if found is None:
        raise Http404("there is no draft")
    return found


def done(request: HttpRequest, act: Callable[[], Any], success: str) -> bool:
    """Do it and tell the person how it went."""
    try:
        act()
    except actions.MemoError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, success)
    return True


@login_required
@require_POST
def begin(request: HttpRequest, city: str, year: int) -> HttpResponse:
    found_city, edition = place_or_404(city, year)
    done(request, lambda: actions.begin_memo(request.user, found_city, edition), _("The draft is made."))
    return to_page(found_city, edition)


@login_required
@require_POST
def edit(request: HttpRequest, city: str, year: int) -> HttpResponse:
    """Save or reset one statement."""
    found_city, edition = place_or_404(city, year)
    draft = draft_or_404(request, found_city, edition)
    form = StatementForm(request.POST)
    form.is_valid()
    statement = str(form.cleaned_data.get("statement", ""))
    if not statement:
        raise BadRequest("no statement")
    if "reset" in request.POST:
        done(
            request,
            lambda: actions.reset_text(request.user, draft.pk, statement),
            _("Back to the generated words."),
        )
    else:
        text = request.POST.get("text", "")
        done(request, lambda: actions.edit_text(request.user, draft.pk, statement, text), _("Saved."))
    return to_page(found_city, edition, statement)


@login_required
@require_POST
def refresh(request: HttpRequest, city: str, year: int) -> HttpResponse:
    found_city, edition = place_or_404(city, year)
    draft = draft_or_404(request, found_city, edition)
    done(
        request,
        lambda: actions.refresh_facts(request.user, draft.pk),
        _("The draft has the figures of today."),
    )
    return to_page(found_city, edition)


@login_required
@require_POST
def release(request: HttpRequest, city: str, year: int) -> HttpResponse:
    found_city, edition = place_or_404(city, year)
    draft = draft_or_404(request, found_city, edition)
    done(request, lambda: actions.release_memo(request.user, draft.pk), _("The memo is released."))
    return to_page(found_city, edition)
