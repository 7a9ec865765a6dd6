"""Where it runs: this process, processes of this machine, or Ray.

A runner takes sources and yields what `pipeline.run` yields, in the order of the sources, so that the command line does
not know which one is at work and the rows in the ledger are the same whatever it is.
"""

from onrecord.runners.bounds import Bounds
from onrecord.runners.workers import in_workers

__all__ = ["Bounds", "in_workers"]
