"""The web application: Starlette, with a short way to the paths that are asked for all day."""

from collections.abc import Sequence
from inspect import isfunction
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Doors(Starlette):
    """Serves routes as Starlette does, and those of a plain path without trying one route after the other.

    What a webhook's route raises is answered as Starlette does it, too: an HTTPException by its status, all else
    by the server, with a 500 and a line in its log.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        super().__init__(routes=routes)
        self._straight = {
            route.path: route for route in routes if isinstance(route, Route) and _is_first(route, routes)
        }
        handlers = {HTTPException: ExceptionMiddleware(self.router).http_exception}
        self._known: dict[str, Any] = {
            "app": self,
            "router": self.router,
            "starlette.exception_handlers": (handlers, {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        route = self._straight.get(scope["path"]) if scope["type"] == "http" and not scope.get("root_path") else None
        if route is None or (route.methods and scope["method"] not in route.methods):
            await super().__call__(scope, receive, send)
            return
        scope.update(self._known)
        scope["route"], scope["endpoint"], scope["path_params"] = route, route.endpoint, {}
        await route.app(scope, receive, send)


def _is_first(route: Route, routes: Sequence[BaseRoute]) -> bool:
    """Tell whether a route has a plain path that none before it takes, and leads to a function and nothing else.

    A class, or a middleware of the route's own, leaves what it raises to Starlette.
    """
    if route.param_convertors or not isfunction(route.app):
        return False
    asked = [{"type": "http", "path": route.path, "method": method} for method in route.methods or ("GET",)]
    found = next(one for one in routes if any(one.matches(dict(scope))[0] is not Match.NONE for scope in asked))
    return found is route
