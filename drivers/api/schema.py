"""What drf-spectacular does not know by itself."""

from typing import Any

from drf_spectacular import authentication
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from drivers.api import problems

_METHODS = ("get", "post", "put", "patch", "delete")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "drivers.api.authentication.BearerAuthentication"
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made in the console, or by `manage.py apikey EMAIL`.",
        }


class SessionScheme(authentication.SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "drivers.api.authentication.SessionAuthentication"


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: every operation may answer with a problem document."""
    result["components"].setdefault("schemas", {})["Problem"] = problems.SCHEMA
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answer = {"description": "The request cannot be met; the document says why.", "content": content}
    for path in result["paths"].values():
        for method in set(path) & set(_METHODS):
            path[method]["responses"]["4XX"] = answer
    return result
