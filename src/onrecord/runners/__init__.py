"""Run pipelines in this process, in processes of this machine, or on Ray.

A runner takes sources and yields what `pipeline.run` yields, in the order of the sources, so that the ledger's rows do
not depend on the runner. Other processes return rows; `pipeline.deserialize` makes objects of them.
"""

from onrecord.runners.bounds import Bounds
from onrecord.runners.worker_pool import in_workers

__all__ = ["Bounds", "in_workers"]
