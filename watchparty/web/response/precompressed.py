"""Bodies that never change, kept in memory both plain and gzipped.

Only these are compressed: the page's files and its shells, which contain no user data. The API's
answers stay uncompressed. They hold text of one member beside secrets of another, so their
compressed length would leak the secrets bit by bit (BREACH, CVE-2013-3587), and compressing each
would cost CPU time.
"""

import gzip
from typing import NamedTuple, Self

from quart import Response
from werkzeug.datastructures import Accept

LEVEL = 9  # the best; each body is compressed only once


class Precompressed(NamedTuple):
    """A body and its gzipped form."""

    content_type: str
    plain: bytes
    gzipped: bytes | None  # None where it would not be smaller

    @classmethod
    def of(cls, body: bytes, content_type: str) -> Self:
        """Return `body` together with its gzipped form."""
        gzipped = gzip.compress(body, LEVEL, mtime=0)  # the same bytes in every process
        return cls(content_type, body, gzipped if len(gzipped) < len(body) else None)

    def response(self, accepted: Accept) -> Response:
        """Answer in the encoding that the client accepts (RFC 9110 section 12.5.3)."""
        if self.gzipped and prefers_gzip(accepted):
            response = Response(self.gzipped, content_type=self.content_type)
            response.content_encoding = "gzip"
        else:
            response = Response(self.plain, content_type=self.content_type)
        response.vary.add("Accept-Encoding")
        return response


def prefers_gzip(accepted: Accept) -> bool:
    """Return True if the client accepts gzip and does not prefer the plain body."""
    return 0 < accepted.quality("gzip") >= accepted.quality("identity")
