"""Classify what a statement means: act, commitment, condition, issue and stance, by one encoder with several heads."""

from onrecord.classify.adaptation import Adaptation
from onrecord.classify.classifier import Classification, Classifier, StatementClassifier

__all__ = ["Adaptation", "Classification", "Classifier", "StatementClassifier"]
