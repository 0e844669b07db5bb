"""The print dossier of a large round: 160 answered questions, 60 pieces of evidence as PDF and pictures.

Run: .venv/bin/python bench/campaign_dossier.py [--runs 3] [--questions 160] [--evidence 60]. Prints the medians of the
parts, of the whole, and their ratio to writing the same round as a workbook in the same run.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench._installation import installation, taken

TARGET = 10.0
PAGES, EDGE = 3, 1600  # of a PDF; pixels of a picture


def pdf_file(number: int) -> bytes:
    import pikepdf

    pdf = pikepdf.Pdf.new()
    for page in range(PAGES):
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].contents_add(b"0.1 0.2 0.5 rg %d %d 300 200 re f" % (number % 200, page * 50))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def picture_file(number: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((EDGE, EDGE * 3 // 4), 20 + number).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def questionnaire(count: int) -> Any:
    from steuerrad.kernel.collecting import Previous, Question, QuestionSet, QuestionSource

    questions = tuple(
        Question(
            f"q{number}", f"Category {number * 5 // count + 1}", f"Question number {number} about something that is counted",
            "What is meant, and what is not.", "decimal", "units", previous=Previous("100", "2025", "report", "measured"),
        )
        for number in range(count)
    )  # fmt: skip
    return QuestionSource(
        "bench.questions", "Bench", lambda: [QuestionSet("b", "Bench", "2026")], lambda key: questions
    )


def round_of(count: int, files: int) -> Any:
    """An open round with every question answered; each piece of evidence belongs to one answer."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from steuerrad.kernel import clock
    from steuerrad.kernel.contributions import Module
    from steuerrad.kernel.registry import registry
    from steuerrad.modules.campaign.actions.answers import submit_answer
    from steuerrad.modules.campaign.actions.assigning import assign
    from steuerrad.modules.campaign.actions.rounds import create_round, open_round
    from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.files.actions import store
    from steuerrad.platform.organisations.models import Organisation

    registry.add(Module("bench", "Bench", "Bench", question_sources=(questionnaire(count),)))
    person = User.objects.create_user("bench@bench.invalid", None, is_superuser=True)
    office = Organisation.objects.create(key="office", name="Office")
    today = clock.today()
    round_ = create_round(
        person, source="bench.questions", set_key="b", opens_on=today, due_on=today + timedelta(days=9)
    )
    keys = list(round_.questions.values_list("pk", flat=True))
    assign(person, keys, organisation=office)
    open_round(person, round_.pk)
    for number, key in enumerate(keys):
        evidence = ()
        if number < files:
            name, content = (
                (f"e{number}.pdf", pdf_file(number))
                if number % 2
                else (f"e{number}.jpg", picture_file(number))
            )
            file = store(person, SimpleUploadedFile(name, content), owner="campaign.evidence")
            evidence = (EvidenceInput(f"Evidence {number}", "", file.pk),)
        given = AnswerInput(
            str(90 + number % 20), "How it was counted, in two sentences. And what was left out.", "Register",
            "measured", evidence=evidence, waivers={"needs_evidence": "counted by hand"},
        )  # fmt: skip
        submit_answer(person, key, given, based_on=0)
    return round_


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--questions", type=int, default=160)
    parser.add_argument("--evidence", type=int, default=60)
    options = parser.parse_args()
    with installation():
        measure(options)
    return 0


def measure(options: argparse.Namespace) -> None:
    from django.core.files.storage import default_storage

    from steuerrad.kernel import clock
    from steuerrad.modules.campaign.actions import dossiers
    from steuerrad.modules.campaign.models import Dossier
    from steuerrad.modules.campaign.output.rows import working_rows
    from steuerrad.modules.campaign.output.workbook import workbook_bytes
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.jobs import making

    round_ = round_of(options.questions, options.evidence)
    person = User.objects.create(email="dossier@bench.invalid")

    def dossier() -> None:
        row = Dossier.objects.create(
            round=round_, what="working", requested_at=clock.now(), requested_by=person
        )
        made = making.make(Dossier, row.pk, dossiers.build)
        assert made is not None, "nobody else makes dossiers here"
        assert made.state == "ready", made.message

    first = taken(dossier)[0] / 1000
    whole = [taken(dossier)[0] / 1000 for _ in range(options.runs)]
    book = [
        taken(lambda: workbook_bytes(round_, working_rows(round_), made_at=clock.now(), kind="bench"))[0]
        / 1000
        for _ in range(options.runs)
    ]
    done = Dossier.objects.latest("pk")
    assert default_storage.size(done.path) == done.size
    median, other = statistics.median(whole), statistics.median(book)
    print(
        f"{options.questions} questions, {options.evidence} files; {done.pages} pages, {done.size / 1e6:.1f} MB"
    )
    print(
        f"dossier   {median:6.2f} s (first {first:.2f} s; target {TARGET:.0f} s: {'met' if median < TARGET else 'MISSED'})"
    )
    print(f"workbook  {other:6.2f} s; dossier is {median / other:.1f} times that")


if __name__ == "__main__":
    sys.exit(main())
