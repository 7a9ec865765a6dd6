"""What the classifier makes of the readings of a statement."""

import pytest

from onrecord.classify.classifier import StatementClassifier, stances_of
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.extract import load_extractor
from onrecord.lexicon.codebook import codebook_from_dict

BOOK = codebook_from_dict(
    {
        "issues": {
            "ferry": {"label": "Ferry", "proposition": "The ferry should run again.", "terms": ["ferry"]},
            "tunnel": {"label": "Tunnel", "proposition": "A tunnel should be dug.", "terms": ["tunnel"]},
        }
    },
    "test",
)


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("the ferry will run even if the snow stays", []),
        ("the ferry will run if the snow melts", ["if the snow melts"]),
    ],
)
def test_what_holds_in_any_case_has_no_condition(said: str, condition: list[str]) -> None:
    """To say "even if" is to concede, to say "if" is to set a condition."""
    article = Article(text=Text(f"Mayor Ida Renn said {said}."), name="a")
    found = load_extractor().attributions(article.text)
    (judged,) = StatementClassifier(BOOK).classify(article, found, ["Ida Renn"])
    assert [part.quote for part in judged.condition.value] == condition


def test_a_statement_on_two_issues_is_read_by_the_clause_of_each() -> None:
    """The side is that of the mean of two readings: of the whole content, and of the clause that names the issue."""
    article = Article(text=Text("Mayor Ida Renn said the island needs a ferry, not a tunnel."), name="a")
    found = load_extractor().attributions(article.text)
    classifier = StatementClassifier(BOOK)
    (passed,) = classifier.read(article, found, ["Ida Renn"])
    assert set(passed.of_clauses) == {0, 1}
    (decided,) = classifier.decide([passed])
    assert decided.number is not None
    whole = stances_of(passed.reading, 2)[decided.place]
    assert decided.stance == pytest.approx((whole + passed.of_clauses[decided.number]) / 2)
