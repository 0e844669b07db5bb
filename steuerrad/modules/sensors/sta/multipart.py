"""A batch as multipart/mixed: parts that are requests of HTTP, change sets that hold all or not at all."""

from __future__ import annotations

import email.policy
import secrets
from email.message import EmailMessage
from email.parser import BytesParser
from http import HTTPStatus

from steuerrad.modules.sensors.sta.batch_parts import Request, Response
from steuerrad.modules.sensors.sta.faults import BadRequest


def requests(content_type: str, body: bytes, most: int) -> list[Request]:
    """The requests of a body. Raises BadRequest."""
    found: list[Request] = []
    whole = _message(b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    for number, part in enumerate(_parts(whole)):
        if part.get_content_type() == "multipart/mixed":
            found += [
                _request(inner, f"part-{number}.{place}", f"change set {number}")
                for place, inner in enumerate(_parts(part))
            ]
        else:
            found.append(_request(part, f"part-{number}", ""))
        if len(found) > most:
            raise BadRequest(f"more than {most} requests", "body")
    if len({request.id for request in found}) < len(found):
        raise BadRequest("two requests have the same Content-ID", "body")
    return found


def _message(content: bytes) -> EmailMessage:
    found = BytesParser(policy=email.policy.HTTP).parsebytes(content)
    assert isinstance(found, EmailMessage)
    return found


def _parts(message: EmailMessage) -> list[EmailMessage]:
    if not message.is_multipart():
        raise BadRequest("the parts of the batch cannot be told apart; is the boundary right?", "body")
    return [part for part in message.iter_parts() if isinstance(part, EmailMessage)]


def _request(part: EmailMessage, number: str, group: str) -> Request:
    if part.get_content_type() != "application/http":
        raise BadRequest("a part of a batch is application/http or multipart/mixed", f"body, part {number}")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    head, _, body = content.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
    first, _, rest = head.partition(b"\n")
    words = first.decode("latin-1").split()
    if len(words) < 2:
        raise BadRequest("a part begins with a method and an address", f"body, part {number}")
    inner = _message(rest + b"\n\n")
    headers = {name.lower(): str(value) for name, value in inner.items()}
    return Request(
        str(part["Content-ID"] or number).strip("<>"),
        words[0].upper(),
        words[1],
        headers,
        body.strip(),
        group,
    )


def response(asked: list[Request], answers: dict[str, Response]) -> Response:
    """The answers in the order of the requests; a change set that failed is one answer, that of what failed."""
    outer = f"batch_{secrets.token_hex(12)}"
    parts: list[bytes] = []
    seen: set[str] = set()
    for request in asked:
        if not request.group:
            parts.append(_part(request, answers[request.id]))
        elif request.group not in seen:
            seen.add(request.group)
            parts.append(_change_set([one for one in asked if one.group == request.group], answers))
    body = _joined(parts, outer)
    return 200, {"Content-Type": f"multipart/mixed; boundary={outer}"}, body


def _change_set(group: list[Request], answers: dict[str, Response]) -> bytes:
    failed = [one for one in group if answers[one.id][0] >= 400]
    if failed:
        cause = next((one for one in failed if answers[one.id][0] != 424), failed[0])
        return _part(cause, answers[cause.id])
    boundary = f"changeset_{secrets.token_hex(12)}"
    inner = _joined([_part(one, answers[one.id]) for one in group], boundary)
    return f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n".encode() + inner


def _part(request: Request, found: Response) -> bytes:
    status, headers, body = found
    lines = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: {request.id}",
        "",
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def _joined(parts: list[bytes], boundary: str) -> bytes:
    opening = f"--{boundary}\r\n".encode()
    return b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
