"""Run the cases of the named files."""

from __future__ import annotations

import sys

from tests.quality.short_inputs import main

main(sys.argv[1:])
