"""Where it runs: this process, processes of this machine, or Ray.

A runner takes sources and yields what `pipeline.run` yields, in the order of the sources, so that the rows in the
ledger are the same whatever it is. What was read elsewhere comes as rows; `pipeline.unpacked` makes objects of them.
"""

from onrecord.runners.bounds import Bounds
from onrecord.runners.worker_pool import in_workers

__all__ = ["Bounds", "in_workers"]
