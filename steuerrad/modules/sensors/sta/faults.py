"""What can be wrong with a request, with the status of HTTP that says so and the place in the request."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - what the caller is told
    """A request that cannot be answered. place: the part of the request that is meant, e.g. "$filter, character 12"."""

    status = 400

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class BadRequest(Fault):
    """The request is not understood, or asks for more than is allowed."""


class NotFound(Fault):
    """The path leads nowhere."""

    status = 404


class Forbidden(Fault):
    """The caller does not hold the right for it."""

    status = 403


class Unauthorized(Fault):
    """The caller has to say who it is."""

    status = 401


class NotAllowed(Fault):
    """The path exists, but not for this method."""

    status = 405


class Conflict(Fault):
    """What is asked for contradicts what is there."""

    status = 409


class TooLarge(Fault):
    """The body is larger than the service takes."""

    status = 413


class Unavailable(Fault):
    """The service cannot take it now; the caller should try again."""

    status = 503

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotSupported(Fault):
    """The standard knows it, this service does not (OGC 18-088, requirement query-status-code: 501)."""

    status = 501
