"""Classify what a statement means: act, commitment, condition, issue and stance, by one encoder with several heads."""

from onrecord.classify.classifier import Classification, StatementClassifier

__all__ = ["Classification", "StatementClassifier"]
