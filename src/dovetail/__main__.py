"""`python -m dovetail`."""

from .cli import main

raise SystemExit(main())
