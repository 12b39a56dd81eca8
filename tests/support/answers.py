"""Checks for the shape of error answers, and for their equality."""

from tests.support.api_client import Answer

FORBIDDEN = (403, "forbidden")


def without_date(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return the status, the headers and the body, but not the date."""
    headers = [pair for pair in answer.headers.items() if pair[0].lower() != "date"]
    return answer.status, headers, answer.body


def is_guarded(answer: Answer) -> bool:
    """Check for the headers that stop browsers from leaking data and running foreign code."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    return (
        headers["X-Content-Type-Options"] == "nosniff"
        and "Server" not in headers
        and "Set-Cookie" not in headers
        and (
            headers["Content-Type"] == "application/json"
            or (
                "default-src 'none'" in policy
                and "unsafe" not in policy
                and headers["Referrer-Policy"] == "no-referrer"
                and headers["Cross-Origin-Resource-Policy"] == "same-origin"
                and "camera=()" in headers["Permissions-Policy"]
            )
        )
    )


def is_error(answer: Answer, status: int, code: str) -> bool:
    """Check that an answer is this error, in the shape that all errors have."""
    assert (*answer.error, set(answer.json)) == (status, code, {"error", "message"})
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json["message"].endswith(".") and is_guarded(answer)
