"""Makes `python -m bookshop` work."""

import sys

from bookshop.cli import main

sys.exit(main())
