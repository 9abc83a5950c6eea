"""The HTTP status behind a provider's error, whose class nobody can know."""


def http_status(error: Exception) -> int | None:
    """What the server answered with, where the error tells: httpx', requests' and most providers' own do."""
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) else None
