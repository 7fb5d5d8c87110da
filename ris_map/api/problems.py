"""What went wrong with a request, in words of two languages, as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ris_map.common.faults import RisMapError
from ris_map.words import translator
from ris_map.words.language import Language

MEDIA_TYPE = "application/problem+json"
STATUS = {
    **dict.fromkeys(("unknown-parameter", "unknown-value", "missing-parameter"), 400),
    **dict.fromkeys(("repeated-parameter", "too-long", "too-much", "bad-query", "bad-host"), 400),
    **dict.fromkeys(("unknown-address", "unknown-actor", "unknown-item"), 404),
    **{"wrong-method": 405, "address-too-long": 414, "too-many-requests": 429},
    **{"server-fault": 500, "no-register": 503},
}
"""HTTP status by kind of problem."""
COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
"""Of every answer: anybody may read this from anywhere; nothing in it runs or is framed."""
_LONGEST = 2000


@dataclass(eq=False)
class Problem(RisMapError):
    """A request that is refused.

    ``members`` hold what a program needs to mend its request, beside the words (``parameter``,
    ``value``, ``allowed``, ``known``); texts among them fill the words' placeholders.
    """

    kind: str
    members: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        """Return the problem details in the words of the client's language."""
        language = preferred_language(request)
        tr, key = translator(language), f"api.problem.{self.kind}"
        words = {
            name: value if isinstance(value, str | int) else ", ".join(value)
            for name, value in self.members.items()
        }
        document = {
            "type": f"urn:ris-map:problem:{self.kind}",
            "title": tr(f"{key}.title"),
            "status": STATUS[self.kind],
            "detail": tr(f"{key}.detail", **words),
            "instance": quote(request.scope["path"][:_LONGEST]),
            **self.members,
        }
        told = {"Content-Language": language.value, "Vary": "Accept-Language"}
        return Response(
            json.dumps(document, ensure_ascii=False).encode("utf-8", errors="replace"),
            status_code=STATUS[self.kind],
            media_type=MEDIA_TYPE,
            headers={**told, "Cache-Control": "no-store", **COMMON_HEADERS, **self.headers},
        )


def preferred_language(request: Request) -> Language:
    """Return the language of ``lang=``, else the first known one the client accepts."""
    wanted = request.query_params.get("lang")
    if wanted in set(Language):
        return Language(wanted)
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, _, quality = part.partition(";q=")
        with suppress(ValueError):  # another language, or a weight that is no number
            weight = float(quality) if quality.strip() else 1.0
            code = Language(name.strip().lower().partition("-")[0])
            if weight > 0:
                ranked.append((-weight, position, code))
    return min(ranked)[2] if ranked else Language.SV
