"""The print dossier: all questions, all evidence, nothing that acts, and progress that can be seen."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pikepdf import Array, Dictionary, Name
from PIL import Image

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions import dossiers
from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.models import Dossier, Round
from steuerrad.modules.campaign.output.annexes import NotTakenError, Piece, clean_pdf, pages_of, picture_page
from steuerrad.modules.campaign.tests.stage import ada, approver, coordinator, given, opened_round, question
from steuerrad.modules.campaign.typed import EvidenceInput
from steuerrad.platform.files.actions import store
from steuerrad.platform.jobs import making

LINK = (EvidenceInput("Seite", "https://example.org/a"),)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Any:
    """Dossiers are made where they are asked for, not in a thread."""
    monkeypatch.setattr(making, "in_background", lambda act, name: act())
    return django_capture_on_commit_callbacks


def pdf_of(pages: int = 2, **extra: Any) -> bytes:
    pdf = pikepdf.Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(300, 400))
    for key, value in extra.items():
        pdf.Root[f"/{key}"] = value
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def armed_pdf() -> bytes:
    """A page that wants to run scripts, start programs and carries a form and a file."""
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(300, 400))
    page = pdf.pages[0]
    script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))

    def annotation(kind: str, **more: Any) -> Any:
        return pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array([0, 0, 9, 9]), **more)
        )

    page.obj.AA = Dictionary(O=script)
    page.obj.Annots = Array([
        annotation("/Link", A=script), annotation("/Link", A=Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))),
        annotation("/Link", A=Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org/"))),
        annotation("/Link", A=Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org/"), Next=script)),
        annotation("/Widget", FT=Name.Tx), annotation("/FileAttachment"), annotation("/Highlight", AA=Dictionary(E=script)),
    ])  # fmt: skip
    pdf.Root.OpenAction = script
    pdf.attachments["evil.exe"] = b"MZ"
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (400, 200), mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "navy").save(out, kind)
    return out.getvalue()


def evidence(name: str, content: bytes, title: str = "") -> EvidenceInput:
    file = store(ada(), SimpleUploadedFile(name, content), owner="campaign.evidence")
    return EvidenceInput(title, "", file.pk)


def filled_round(*items: EvidenceInput) -> Round:
    round_ = opened_round()
    submit_answer(ada(), question(round_, "homes").pk, given("410", evidence=items or LINK), based_on=0)
    return round_


def made(round_: Round, at_once: Any, what: str = "working") -> Dossier:
    with at_once(execute=True):
        asked, _new = dossiers.request_dossier(coordinator(), round_, what=what)
    return Dossier.objects.get(pk=asked.pk)


def content_of(dossier: Dossier) -> pikepdf.Pdf:
    from django.core.files.storage import default_storage

    assert dossier.state == "ready", dossier.message
    with default_storage.open(dossier.path, "rb") as stream:
        return pikepdf.open(io.BytesIO(stream.read()))


def test_pdfs_and_pictures_follow_as_pages_with_bookmarks(at_once: Any) -> None:
    round_ = filled_round(
        evidence("Bericht.pdf", pdf_of(3), "Bericht"), evidence("Foto.png", picture()), evidence("Scan.jpg", picture("JPEG", mode="RGB")),
        evidence("Liste.csv", b"a;b\n1;2\n"), EvidenceInput("Seite", "https://example.org/a"),
    )  # fmt: skip
    with content_of(made(round_, at_once)) as pdf, pdf.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        annexes = outline.root[-1]
        assert len(annexes.children) == 3
        assert "Netz" in titles
        assert [str(item.title).partition(":")[0] for item in annexes.children] == [
            "Anhang 1",
            "Anhang 2",
            "Anhang 3",
        ]
        width = [float(page.mediabox[2]) for page in pdf.pages]
        assert width[-5:-2] == [300, 300, 300]
        assert all(number > 500 for number in width[:-5] + width[-2:])
        assert "/Outlines" in pdf.Root


def test_the_same_file_for_two_answers_is_one_annex(at_once: Any) -> None:
    content = pdf_of(2)
    round_ = opened_round()
    for code, value in (("homes", "410"), ("fibre", "100")):
        submit_answer(
            ada(),
            question(round_, code).pk,
            given(value, evidence=(evidence(f"{code}.pdf", content),)),
            based_on=0,
        )
    with content_of(made(round_, at_once)) as pdf, pdf.open_outline() as outline:
        assert len(outline.root[-1].children) == 1


def test_what_can_act_in_a_foreign_pdf_stays_behind(at_once: Any) -> None:
    dossier = made(filled_round(evidence("böse.pdf", armed_pdf())), at_once)
    with content_of(dossier) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert not pdf.attachments
        page = pdf.pages[-1]
        assert "/AA" not in page.obj
        kinds = [(str(item.Subtype), str(item.A.S) if "/A" in item else "") for item in page.obj.Annots]
        assert kinds == [("/Link", "/URI"), ("/Highlight", "")]
        assert "/AA" not in page.obj.Annots[1]


def locked_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 kaputt", pdf_of(301), locked_pdf()],
    ids=["empty", "damaged", "too long", "locked"],
)
def test_a_pdf_that_cannot_be_taken_in_says_why(content: bytes) -> None:
    with pytest.raises(NotTakenError) as refusal:
        clean_pdf(content)
    assert str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50])
def test_a_damaged_picture_says_why(content: bytes) -> None:
    with pytest.raises(NotTakenError):
        picture_page(content)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")],
)
def test_pictures_of_every_kind_become_a_page(kind: str, mode: str) -> None:
    with picture_page(picture(kind, (800, 1600), mode)) as pdf:
        drawn = pdf.pages[0].obj.Resources.XObject["/Im0"]
        assert (int(drawn.Width), int(drawn.Height)) == (800, 1600)
        assert pikepdf.PdfImage(drawn).as_pil_image().size == (800, 1600)


def test_a_picture_that_lies_on_its_side_is_set_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 400), "navy").save(out, "JPEG", exif=exif)
    with picture_page(out.getvalue()) as pdf:
        assert int(pdf.pages[0].obj.Resources.XObject["/Im0"].Height) == 800


def test_a_torn_jpeg_says_why() -> None:
    with pytest.raises(NotTakenError):
        picture_page(picture("JPEG", (900, 900), "RGB")[:600])


def test_a_huge_picture_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = picture(size=(500, 500))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(NotTakenError):
        picture_page(content)


def test_a_file_that_the_storage_has_lost_is_named_and_the_rest_is_made(at_once: Any) -> None:
    piece = evidence("Bericht.pdf", pdf_of())
    round_ = filled_round(piece)
    from django.core.files.storage import default_storage

    from steuerrad.platform.files.models import StoredFile

    default_storage.delete(StoredFile.objects.get(pk=piece.file_id).path)
    with content_of(made(round_, at_once)) as pdf:
        assert len(pdf.pages) >= 1


def test_other_types_are_not_opened_at_all() -> None:
    def never() -> Any:
        return io.BytesIO(b"x")

    with pytest.raises(NotTakenError):
        pages_of(Piece(1, "x", "application/zip", never))


def test_a_dossier_of_a_snapshot_shows_what_was_frozen(at_once: Any) -> None:
    round_ = filled_round()
    snapshot = freeze_round(coordinator(), round_.pk, reason="Frist")
    with at_once(execute=True):
        asked, _new = dossiers.request_dossier(approver(), round_, what="snapshot", snapshot=snapshot)
    content_of(Dossier.objects.get(pk=asked.pk)).close()


def test_only_one_makes_it_and_a_dead_maker_is_followed(
    at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = filled_round()
    asked = Dossier.objects.create(
        round=round_, what="working", requested_at=clock.now(), state="running", seen_at=clock.now()
    )
    assert making.make(Dossier, asked.pk, dossiers.build) is None
    dossiers.make_waiting()
    assert Dossier.objects.get().state == "running"
    Dossier.objects.update(seen_at=clock.now() - timedelta(minutes=3))
    dossiers.make_waiting()
    assert Dossier.objects.get().state == "ready"


def test_a_failure_is_told_and_not_hidden(at_once: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> bytes:
        raise RuntimeError("no paper")

    monkeypatch.setattr(dossiers, "pdf_bytes", broken)
    found = made(filled_round(), at_once)
    assert (found.state, found.message) == ("failed", "RuntimeError: no paper")


def test_progress_is_written_while_it_is_made(at_once: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, str]] = []
    original = dossiers.pdf_bytes

    def watching(document: Any) -> bytes:
        row = Dossier.objects.get()
        seen.append((row.percent, row.state))
        return original(document)

    monkeypatch.setattr(dossiers, "pdf_bytes", watching)
    made(filled_round(evidence("Bericht.pdf", pdf_of())), at_once)
    assert seen[0][1] == "running"
    assert 0 < seen[0][0] < 100


def test_only_the_newest_dossiers_are_kept(at_once: Any) -> None:
    round_ = filled_round()
    for _ in range(dossiers.KEPT + 2):
        made(round_, at_once)
    assert Dossier.objects.count() <= dossiers.KEPT + 1


def test_what_is_under_way_is_never_forgotten(at_once: Any) -> None:
    round_ = filled_round()
    waiting = Dossier.objects.create(
        round=round_, what="working", requested_at=clock.now() - timedelta(days=1), requested_by=approver()
    )
    for _ in range(dossiers.KEPT + 2):
        made(round_, at_once)
    assert Dossier.objects.get(pk=waiting.pk).state == "waiting"


def test_nobody_has_two_made_at_once(at_once: Any) -> None:
    round_ = filled_round()
    first, new = dossiers.request_dossier(coordinator(), round_, what="working")
    again, new_again = dossiers.request_dossier(coordinator(), round_, what="released")
    assert (new, new_again, again.pk) == (True, False, first.pk)
    other, new_other = dossiers.request_dossier(approver(), round_, what="working")
    assert new_other
    assert other.pk != first.pk
    elsewhere, new_elsewhere = dossiers.request_dossier(coordinator(), opened_round("s2026"), what="working")
    assert new_elsewhere
    assert elsewhere.pk != first.pk
    client = Client(headers={"accept-language": "en"})
    client.force_login(coordinator())
    address = reverse("campaign:start_dossier", args=[round_.pk])
    page = client.post(address, {"what": "released"}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("campaign:dossier", args=[first.pk])
    assert "still being made" in page.content.decode()
    making.make(Dossier, first.pk, dossiers.build)
    _later, new_later = dossiers.request_dossier(coordinator(), round_, what="working")
    assert new_later


def test_the_database_refuses_a_second_one_under_way() -> None:
    round_ = filled_round()
    asked = {"round": round_, "what": "working", "requested_by": coordinator(), "requested_at": clock.now()}
    Dossier.objects.create(**asked, state="running", seen_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.create(**asked)


def test_asking_again_wakes_one_whose_maker_died(at_once: Any) -> None:
    round_ = filled_round()
    asked = Dossier.objects.create(
        round=round_, what="working", requested_by=coordinator(), requested_at=clock.now() - timedelta(minutes=9),
        state="running", seen_at=clock.now() - timedelta(minutes=3),
    )  # fmt: skip
    with at_once(execute=True):
        found, new = dossiers.request_dossier(coordinator(), round_, what="working")
    assert (found.pk, new) == (asked.pk, False)
    assert Dossier.objects.get(pk=asked.pk).state == "ready"


def test_pages_poll_while_it_is_made_and_offer_it_afterwards(at_once: Any) -> None:
    round_ = filled_round()
    client = Client(headers={"accept-language": "en"})
    client.force_login(coordinator())
    waiting = Dossier.objects.create(
        round=round_,
        what="working",
        requested_at=clock.now(),
        seen_at=clock.now(),
        state="running",
        done=1,
        total=4,
    )
    page = client.get(reverse("campaign:dossier", args=[waiting.pk])).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert 'http-equiv="refresh"' in page
    with at_once(execute=True):
        response = client.post(reverse("campaign:start_dossier", args=[round_.pk]), {"what": "working"})
    page = client.get(response["Location"]).content.decode()
    assert "hx-trigger" not in page
    file = client.get(reverse("campaign:dossier_file", args=[Dossier.objects.latest("pk").pk]))
    assert b"".join(file).startswith(b"%PDF")  # type: ignore[call-overload]
    other = Client()
    other.force_login(ada())
    for name in ("dossier", "dossier_state", "dossier_file"):
        assert other.get(reverse(f"campaign:{name}", args=[waiting.pk])).status_code == 403
    assert (
        other.post(reverse("campaign:start_dossier", args=[round_.pk]), {"what": "working"}).status_code
        == 403
    )
