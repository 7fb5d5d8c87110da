"""Entry point of ``python -m ris_map``."""

from __future__ import annotations

import sys

from ris_map.cli import main

sys.exit(main())
