"""Signatures under CAP documents: an enveloped XML signature (W3C XML Signature 1.1; CAP 1.2, section 3.3.2.1).

Elliptic curve P-256 with SHA-256. The key is made at the first use, lies in the data folder and is the operator's alone; its
certificate is signed by itself and published beside the feed: a receiver compares it with the one the city has told them.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from steuerrad.kernel import clock

VALID = timedelta(days=20 * 365)
MARK = b"-----BEGIN CERTIFICATE-----"


def _folder() -> Path:
    return Path(settings.DATA_DIR)


@lru_cache(maxsize=4)
def _pair(folder: Path) -> tuple[bytes, bytes]:
    """Key and certificate (PEM), made where there are none yet."""
    path = folder / "cap_key.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = folder / f"cap_key.{secrets.token_hex(8)}"
        own.touch(mode=0o600)
        own.write_bytes(_made())
        with suppress(FileExistsError):
            os.link(own, path)  # in one step: of several processes at a first alert, one wins, and whole
        own.unlink()
    key, _mark, rest = path.read_bytes().partition(MARK)
    return key, MARK + rest


def _made() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Steuerrad CAP")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def certificate() -> bytes:
    """PEM, to be published."""
    return _pair(_folder())[1]


def signed(document: bytes) -> bytes:
    """The XML document with its signature as last child of the root."""
    key, public = _pair(_folder())
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped, signature_algorithm=SignatureMethod.ECDSA_SHA256, digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )  # fmt: skip
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    done = signer.sign(root, key=key, cert=public.decode("ascii"))
    return etree.tostring(done, encoding="UTF-8", xml_declaration=True)


def verified(document: bytes, public: bytes) -> bytes:
    """What a receiver does: the signed XML, or signxml.InvalidSignature."""
    verifier = XMLVerifier()
    expected = SignatureConfiguration(signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}))
    found = verifier.verify(document, x509_cert=public.decode("ascii"), expect_config=expected)
    one = found[0] if isinstance(found, list) else found
    return one.signed_data
