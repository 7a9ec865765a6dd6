"""Serve the ledger's JSON contract over HTTP, described by its own OpenAPI document.

Each operation names its parameters once (`Param`); requests are checked against them and the document is made of
them, so that the two cannot differ. Every error has the shape `{"error": {"status", "code", "message"}}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from onrecord import __version__
from onrecord.record import Role
from onrecord.show.desk.passwords import digest
from onrecord.show.desk.request_context import Desk, RequestContext, show
from onrecord.show.desk.security import csrf_fits, same_origin
from onrecord.show.words import json_value

BASE = "/api/v1"
Schema = dict[str, Any]
Handler = Callable[["Call"], Any]


@dataclass(frozen=True, slots=True)
class Param:
    """Describe a parameter of the address."""

    name: str
    schema: Schema
    about: str
    place: str = "query"


@dataclass(frozen=True, slots=True)
class Operation:
    """Describe an operation of the API."""

    path: str
    name: str
    about: str
    handler: Handler
    answer: Schema
    params: tuple[Param, ...] = ()
    body: Schema | None = None
    role: Role = Role.READER
    errors: tuple[int, ...] = ()
    status: int = 200

    @property
    def method(self) -> str:
        """Return GET, or POST where there is a body."""
        return "GET" if self.body is None else "POST"


@dataclass(slots=True)
class Call:
    """Hold a checked request."""

    ctx: RequestContext
    values: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)


TEXT: Schema = {"type": "string", "maxLength": 500}
DATE: Schema = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
KEY: Schema = {"type": "string", "pattern": "^[0-9a-f]{1,32}$"}
RECORD: Schema = {"type": "object"}
LIMIT = Param("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}, "How many at most.")
OFFSET = Param(
    "offset", {"type": "integer", "minimum": 0, "maximum": 10_000_000, "default": 0}, "How many to pass over."
)
SIZES: Schema = {"maxLength": 10_000_000}


def page_of(items: Schema) -> Schema:
    """Return the schema of a page of items."""
    return {
        "type": "object",
        "required": ["items", "total", "limit", "offset", "next"],
        "properties": {
            "items": {"type": "array", "items": items}, "total": {"type": "integer"}, "limit": {"type": "integer"},
            "offset": {"type": "integer"}, "next": {"type": ["string", "null"]},
        },
    }  # fmt: skip


def paged(call: Call, items: list[Any], total: int) -> dict[str, Any]:
    """Return a page with the address of the next one."""
    offset, limit = call.values["offset"], call.values["limit"]
    after = offset + limit
    following = str(call.ctx.request.url.include_query_params(offset=after)) if after < total else None
    return {"items": items, "total": total, "limit": limit, "offset": offset, "next": following}


def routes() -> list[Route]:
    """Return the routes of this file."""
    made = [Route(f"{BASE}/openapi.json", _document)]
    # Paths without a parameter first, so that /articles/read is not taken for an id.
    for operation in sorted(_operations(), key=lambda one: "{" in one.path):
        made.append(Route(BASE + operation.path, _endpoint(operation), methods=[operation.method]))
    made.append(Route("/api/{rest:path}", _nothing))
    return made


def _operations() -> tuple[Operation, ...]:
    from onrecord.show.desk.routes.operations import OPERATIONS

    return OPERATIONS


def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    paths: dict[str, Any] = {}
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    for one in _operations():
        answers = {
            str(one.status): {"description": "As asked.", "content": {"application/json": {"schema": one.answer}}}
        }
        for status in sorted({400, 401, 403, 503, *one.errors, *((413, 415, 422) if one.body else ())}):
            answers[str(status)] = {"description": "An error.", **error}
        entry: dict[str, Any] = {
            "operationId": one.name, "summary": one.about, "description": f"Needs the role {one.role}.",
            "parameters": [
                {"name": p.name, "in": p.place, "required": p.place == "path", "description": p.about,
                 "schema": p.schema}
                for p in one.params
            ],
            "responses": answers,
        }  # fmt: skip
        if one.body is not None:
            entry["requestBody"] = {"required": True, "content": {"application/json": {"schema": one.body}}}
        paths.setdefault(BASE + one.path, {})[one.method.lower()] = entry
    shape = {"type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["status", "code", "message"],
        "properties": {"status": {"type": "integer"}, "code": {"type": "string"},
                       "message": {"type": "string"}}}}}  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "OnRecord", "version": __version__, "description": "Who said what, and where each stands."},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {"Error": shape},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


async def _document(request: Request) -> Response:
    return JSONResponse(openapi())


async def _nothing(request: Request) -> Response:
    raise HTTPException(404, f"no such address; {BASE}/openapi.json lists them")


def _endpoint(operation: Operation) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        ctx = await run_in_threadpool(_enter, request, operation)
        values = {param.name: _value(param, request) for param in operation.params}
        unknown = set(request.query_params) - {p.name for p in operation.params if p.place == "query"}
        if unknown:
            raise HTTPException(400, f"unknown parameter {show(sorted(unknown)[0])[:60]!r}")
        body = await _body(operation.body, request) if operation.body is not None else {}
        made = await run_in_threadpool(ctx.desk.work, operation.handler, Call(ctx, values, body))
        return Response(json.dumps(made, default=json_value), operation.status, media_type="application/json")

    return endpoint


def _enter(request: Request, operation: Operation) -> RequestContext:
    """Authenticate the caller: the owner of a token or, from a page of the desk, its user, with the page's token for
    changes.
    """
    desk: Desk = request.app.state.desk
    given = request.headers.get("authorization")
    if given is not None:
        kind, _, secret = given.partition(" ")
        user = desk.accounts.token(digest(secret.strip())) if kind.lower() == "bearer" else None
        session = ""
    else:
        user, session = desk.find(request)
    if user is None:
        raise HTTPException(401, "give an API token: Authorization: Bearer onr_…", {"www-authenticate": "Bearer"})
    if operation.method != "GET" and given is None:
        fits = csrf_fits(desk.secret, session, request.headers.get("x-csrf-token", ""))
        if not same_origin(request.headers) or not fits:
            raise HTTPException(403, "changes need an API token, or the page's own token in X-CSRF-Token")
    if not user.role.may(operation.role):
        raise HTTPException(403, f"this needs the role {operation.role}")
    return RequestContext(desk, request, user, session)


def _value(param: Param, request: Request) -> Any:
    if param.place == "path":
        raw: str | None = str(request.path_params[param.name])
    else:
        many = request.query_params.getlist(param.name)
        if len(many) > 1:
            raise HTTPException(400, f"{param.name} is given more than once")
        raw = many[0] if many else None
    if raw is None:
        return param.schema.get("default")
    value = _checked(raw, param.schema)
    if value is None:
        # An id that cannot be one is an id that is not there.
        raise HTTPException(
            404 if param.place == "path" else 400, f"{param.name} does not fit {json.dumps(param.schema)}"
        )
    if param.schema is DATE:
        try:
            date.fromisoformat(raw + "-01-01"[len(raw) - 4 :])
        except ValueError as error:
            raise HTTPException(400, f"{param.name} is not a valid date") from error
    return value


def _checked(raw: str, schema: Mapping[str, Any]) -> Any:
    if schema["type"] == "integer":
        if not re.fullmatch(r"-?[0-9]{1,12}", raw) or not schema["minimum"] <= int(raw) <= schema["maximum"]:
            return None
        return int(raw)
    if "enum" in schema:
        return raw if raw in schema["enum"] else None
    if "pattern" in schema:
        return raw if re.fullmatch(schema["pattern"].strip("^$"), raw) else None
    return raw if len(raw) <= schema["maxLength"] else None


async def _body(schema: Schema, request: Request) -> dict[str, Any]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise HTTPException(415, "the body is application/json")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is no JSON that can be read") from error
    problem = _problem(value, schema, "the body")
    if problem is not None:
        raise HTTPException(422, problem)
    return dict(value)


_KINDS: dict[str, type] = {"object": dict, "string": str, "null": type(None)}


def _problem(value: Any, schema: Schema, where: str) -> str | None:
    """Return how a JSON value violates its schema, for the keywords of JSON Schema that are used here."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, _KINDS[kind]) for kind in kinds):
        return f"{where} must be of type {' or '.join(kinds)}"
    if isinstance(value, str):
        return _text_problem(value, schema, where)
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            if name not in value:
                return f"{where} lacks {name!r}"
        rest = schema.get("additionalProperties", True)
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name, rest)
            if inner is False:
                return f"{where} has an unknown key {show(name)[:60]!r}"
            found = _problem(item, inner, show(name)[:60]) if isinstance(inner, dict) else None
            if found is not None:
                return found
    return None


def _text_problem(value: str, schema: Schema, where: str) -> str | None:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return (
            f"{where} must have {schema.get('minLength', 0)} to {schema.get('maxLength', 'any number of')} characters"
        )
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is one of {', '.join(schema['enum'])}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"].strip("^$"), value):
        return f"{where} must fit {schema['pattern']}"
    return None
