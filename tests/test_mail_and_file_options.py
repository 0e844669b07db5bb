"""Options of mail and files: what they become, and what is refused at start with a reason."""

from __future__ import annotations

import pytest

from steuerrad.config import files, mail
from steuerrad.config.options import OptionError, read


def test_the_address_of_the_installation() -> None:
    assert mail.site_url("", ["*", ".city.example"], tls=True) == "https://city.example"
    assert mail.site_url("", ["127.0.0.1"], tls=False) == "http://127.0.0.1"
    assert mail.site_url("https://city.example/rad/", [], tls=False) == "https://city.example/rad"


@pytest.mark.parametrize(
    "url", ["city.example", "ftp://city.example", "https://", "https://city.example/?a=b"]
)
def test_an_address_that_links_cannot_begin_with_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="STEUERRAD_URL"):
        mail.site_url(url, [], tls=True)


def test_senders() -> None:
    made = mail.senders("https://city.example", "", "")
    assert made["DEFAULT_FROM_EMAIL"] == "Steuerrad <steuerrad@city.example>"
    assert made["EMAIL_BOUNCE"] == "steuerrad@city.example"
    made = mail.senders("https://city.example", "Digitalbüro <digital@city.example>", "bounces@city.example")
    assert made["EMAIL_BOUNCE"] == "bounces@city.example"
    for sender, bounce in (("Digitalbüro", ""), ("", "nobody")):
        with pytest.raises(ValueError, match="STEUERRAD_EMAIL_"):
            mail.senders("https://city.example", sender, bounce)


def test_uploads_lie_in_a_folder_or_in_an_object_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    assert files.storage("") == {"BACKEND": "steuerrad.platform.files.storage.WholeFiles"}
    monkeypatch.setattr(files, "find_spec", lambda name: object())
    made = files.storage("s3://key:se%2Fcret@objects.city.example:9000/steuerrad?region=de")["OPTIONS"]
    assert made["endpoint_url"] == "https://objects.city.example:9000"
    assert (made["access_key"], made["secret_key"], made["bucket_name"]) == ("key", "se/cret", "steuerrad")
    assert made["region_name"] == "de"
    monkeypatch.setattr(files, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="django-storages"):
        files.storage("s3://key:secret@host/bucket")


@pytest.mark.parametrize(
    "url", ["http://key:secret@host/bucket", "s3://host/bucket", "s3://key:secret@host/", "s3://key@host/b"]
)
def test_a_storage_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="STEUERRAD_S3_URL"):
        files.storage(url)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("STEUERRAD_DIGEST_HOUR", "24"),
        ("STEUERRAD_DIGEST_HOUR", "seven"),
        ("STEUERRAD_UPLOAD_MB", "0"),
        ("STEUERRAD_UPLOAD_MB", "-1"),
    ],
)
def test_numbers_out_of_range_are_refused(name: str, text: str) -> None:
    with pytest.raises(OptionError, match=name):
        read({name: text})
