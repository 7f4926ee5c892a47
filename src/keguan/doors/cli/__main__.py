"""`python -m keguan.doors.cli`, for processes that start each other."""

import sys

from keguan.doors.cli import main

sys.exit(main())
