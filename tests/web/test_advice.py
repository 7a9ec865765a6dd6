"""What goes wrong on the desk is told together with what to do next."""

from __future__ import annotations

import re

import pytest

from onrecord import errors
from onrecord.errors import OnRecordError, SourceError
from onrecord.show.desk.advice import explained

from .conftest import send

KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, OnRecordError)]
COMMANDS = re.compile(r"--\w+|`onrecord (?!verify`)")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind, SourceError)])
def test_each_kind_of_error_has_advice_that_fits_a_browser(kind):
    """Claim: a message without advice gets that of its kind, which names no flags; one with advice stays."""
    said = explained(kind("Wrong."))
    assert said.startswith("Wrong; ")
    assert len(said) > len("Wrong; ") + 10
    assert COMMANDS.search(said) is None
    assert explained(kind("wrong; mend it")) == "wrong; mend it"


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/statements/00", 404, "look for the statement with Search"),
        ("/issues/none", 404, "look for it with Search"),
        ("/people/Nobody", 404, "look for it with Search"),
        ("/positions?as_of=soon", 400, "give it in this form"),
        ("/nowhere", 404, "begin again on the Overview"),
        ("/compare?a=1&b=2", 404, "look for the statement with Search"),
    ],
)
def test_the_page_of_an_error_says_what_to_do(desk, address, status, told):
    """Claim: the page of an error says what is wrong and what to do next."""
    answer = desk.get(address)
    assert answer.status_code == status
    alert = re.search(r'<p role="alert"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert alert is not None
    assert "; " in alert[1]
    assert told in alert[1]


def test_a_form_that_is_refused_says_what_to_do(desk):
    """Claim: a form that comes back says what to do as well."""
    page = send(desk, "/codebook", "/codebook", do="merge", issue="dam", into="none").text
    alert = re.search(r'role="alert"[^>]*>(.*?)</', page, re.DOTALL)
    assert alert is not None
    assert "; mend it, and send it again" in alert[1]
