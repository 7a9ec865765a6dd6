"""The HTTP API: its own document describes it, by fuzzing; pages, one error shape, the contract of the command line."""

from __future__ import annotations

import json
import re
import types
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from onrecord.core.codec import statement_to_dict
from onrecord.record import Accounts, Ledger, Query, Role
from onrecord.show.desk.app import create_app
from onrecord.show.desk.passwords import digest
from onrecord.show.desk.routes.api import openapi
from onrecord.show.desk.routes.operations import OPERATIONS
from onrecord.show.desk.settings import Settings
from tests.web.conftest import CODEBOOK, report

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
jsonschema = pytest.importorskip("jsonschema_rs", reason="jsonschema-rs, which schemathesis needs, is not installed")
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance  # noqa: E402

TOKEN = "onr_for-the-tests"


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    """Load the API's schema."""
    made = tmp_path_factory.mktemp("api") / "api.db"
    with Ledger(made) as ledger:
        ledger.add([report(number) for number in range(6)], codebook=CODEBOOK)
        Accounts(ledger).add("Fuzz", Role.CODER, None)
        Accounts(ledger).add_token(digest(TOKEN), "Fuzz", "fuzz")
    app = create_app(Settings(ledger=str(made), hosts=("*",)))
    # What is read in the background is not what is fuzzed here, and would load the model.
    app.state.desk.jobs._read = lambda job: None
    yield schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    app.state.desk.jobs.close()
    app.state.desk.ledger.close()


# An operation that takes no value has nothing to get wrong.
FUZZED = [
    (one.name, mode)
    for one in OPERATIONS
    for mode in ("positive", "negative")
    if mode == "positive" or one.params or one.body
]


@pytest.mark.parametrize(("name", "mode"), FUZZED)
def test_the_api_is_what_its_document_says(schema, name, mode):
    """Claim: no input makes a server error, an undeclared status, or a body that its schema does not allow.
    Nothing is accepted that the document forbids. What it allows may be refused: 2026-02-31 fits the pattern of a date.
    """
    operation = schema.find_operation_by_id(name)

    # Not shrunk: a failure would take minutes to be told, and what was sent is short as it is.
    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
              phases=(Phase.generate,))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def fuzz(case):
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        answer = case.call(headers=bearer)
        # Its check that what is forbidden is refused looks at the case, not at what went out: the token that a case
        # leaves out is sent all the same, an extra parameter without a value is not sent at all. So what was sent is
        # held against the document here.
        case.validate_response(
            answer, headers=bearer, excluded_checks=[positive_data_acceptance, negative_data_rejection]
        )
        if answer.status_code < 400:
            assert forbidden(name, answer.request) is None

    fuzz()


def forbidden(name, request):
    """What the document forbids about a request as it was sent, by jsonschema; None where it is legal."""
    document = openapi()
    (path, method, entry), = [
        (path, method, entry) for path, methods in document["paths"].items() for method, entry in methods.items()
        if entry["operationId"] == name
    ]  # fmt: skip
    if request.method.lower() != method:
        return f"the method {request.method}"
    url = urlsplit(request.url)
    found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path), url.path)
    if found is None:
        return f"the path {url.path}"
    sent = {
        "path": list(map(unquoted, found.groupdict().items())),
        "query": parse_qsl(url.query, keep_blank_values=True),
    }
    for place, values in sent.items():
        schemas = {one["name"]: one["schema"] for one in entry["parameters"] if one["in"] == place}
        for key, value in values:
            if key not in schemas or [k for k, _ in values].count(key) > 1:
                return f"the parameter {key!r}"
            whole = schemas[key]["type"] == "integer" and re.fullmatch("-?[0-9]+", value)
            if not jsonschema.Draft202012Validator(schemas[key]).is_valid(int(value) if whole else value):
                return f"{value!r} for {key}"
    if "requestBody" in entry:
        ((media, body),) = entry["requestBody"]["content"].items()
        if request.headers.get("content-type", "").partition(";")[0] != media:
            return "the media type"
        found = jsonschema.Draft202012Validator(body["schema"]).iter_errors(json.loads(request.body or "null"))
        return next((error.message for error in found), None)
    return None


def unquoted(pair):
    """Unquote a parameter."""
    return pair[0], unquote(pair[1])


@pytest.mark.parametrize(
    ("name", "address"),
    [("statements", "/statements?limit=0"), ("statements", "/statements?limits=1"),
     ("statements", "/statements?stance=no"),
     ("statements", "/statements?limit=1&limit=2"), ("statements", "/statements?until=2026-1"), ("job", "/jobs/0"),
     ("statement", "/statements/xyz"), ("positions", "/positions?by=outlet"), ("positions", "/articles")],
)  # fmt: skip
def test_what_is_forbidden_would_be_seen(name, address):
    """The check above can fail: requests that break the document are told from one that does not."""
    request = types.SimpleNamespace(method="GET", url=f"http://testserver/api/v1{address}", headers={}, body=None)
    assert forbidden(name, request) is not None
    legal = types.SimpleNamespace(
        method="GET", url="http://testserver/api/v1/statements?limit=5&q=", headers={}, body=None
    )
    assert forbidden("statements", legal) is None


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_a_parameter_that_an_operation_does_not_know_is_refused(schema, name):
    """Claim: the one kind of forbidden input that the fuzzing does not reach within its examples."""
    operation = schema.find_operation_by_id(name)
    body = {"body": {}, "media_type": "application/json"} if operation.method.upper() == "POST" else {}
    case = operation.Case(path_parameters={"id": "0", "number": 1}, query={"surplus": "1"}, **body)
    assert case.call(headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 400


def test_pages_join_to_the_whole_in_the_contract(desk, path):
    """The pages of the API join to all statements, in the contract's form."""
    found, address = [], "/api/v1/statements?limit=5"
    while address:
        page = desk.get(address).json()
        assert page["total"] == 12
        found += page["items"]
        address = page["next"]
    with Ledger(path) as ledger:
        assert found == [statement_to_dict(one) for one in ledger.statements(Query())]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("/api/v1/statements?limit=0", 400, "bad_request"), ("/api/v1/statements?limits=1", 400, "bad_request"),
     ("/api/v1/statements?limit=1&limit=2", 400, "bad_request"), ("/api/v1/statements/zz", 404, "not_found"),
     ("/api/v1/articles/00", 404, "not_found"), ("/api/v1/nope", 404, "not_found"), ("/api/nope", 404, "not_found"),
     ("/api/v1/positions?as_of=2026-02-31", 400, "bad_request"), ("/api/v1/articles/read", 404, "not_found")],
)  # fmt: skip
def test_errors_have_one_shape(desk, address, status, code):
    """All API errors have the same shape."""
    answer = desk.get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"status", "code", "message"}
