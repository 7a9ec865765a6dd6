"""Read with a larger language model, behind any OpenAI-compatible endpoint.

The model reads what statements mean, or everything. What it copies is aligned with the article and cut out of it
anew; what is not in the article is refused and counted. Answers are kept, so that a run can be repeated.
"""

from onrecord.llm.endpoint import Endpoint
from onrecord.llm.llm_pipeline import Mode, load_pipeline

__all__ = ["Endpoint", "Mode", "load_pipeline"]
