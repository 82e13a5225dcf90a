"""The body of a request: what of it can be read, whole within a limit or bit by bit, whichever way it was sent."""

from __future__ import annotations

from collections.abc import Callable

import falcon

from search.errors import BodyError

__all__ = ["open_body", "read_body"]

_Read = Callable[[int], bytes]


def open_body(request: falcon.Request) -> tuple[_Read, int | None]:
    """What reads the body, and its length where that is known. Reading raises an OSError where the body breaks off.

    Raises:
        HTTPUnsupportedMediaType: it is compressed.
    """
    encoding = request.get_header("Content-Encoding", default="identity")
    if encoding.strip().lower() != "identity":
        raise falcon.HTTPUnsupportedMediaType(
            description=f"a body is taken as it is, and Content-Encoding is {encoding!r}; send it uncompressed"
        )
    # NOTE: a body in chunks has no length, and Falcon takes it for empty where the server does not say that it ends.
    length = request.content_length
    stream = request.stream if length is None and request.env.get("wsgi.input_terminated") else request.bounded_stream

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except Exception as error:  # a server raises what it likes: of chunks without a length, or of time that is over
            raise OSError(_reason(error)) from error

    return read, length


def read_body(request: falcon.Request, most: int, limit: str) -> bytes:
    """The whole body; ``limit`` is what forbids more than ``most`` bytes, in words.

    Raises:
        HTTPContentTooLarge: it has more.
        BodyError: it breaks off.
    """
    read, length = open_body(request)
    if (length or 0) > most:
        raise _too_large(limit)
    try:
        content = read(most + 1)
    except OSError as error:
        raise BodyError(f"the body breaks off: {error}", offset=0) from error
    if len(content) > most:
        raise _too_large(limit)
    if len(content) < (length or 0):
        raise BodyError(f"the body breaks off: {len(content):,} of {length:,} bytes came", offset=len(content))
    return content


def _too_large(limit: str) -> falcon.HTTPContentTooLarge:
    return falcon.HTTPContentTooLarge(description=f"the body is larger than {limit}")


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError | BlockingIOError):
        return "nothing came for longer than client_timeout_s"
    return f"it does not end as HTTP has it ({type(error).__name__})"
