"""The command line as a process, as people start it."""

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "resources" / "demo" / "mg-trpm7-demo"


def mgassay(*args, **kwargs):
    return subprocess.run([sys.executable, "-m", "mgassay", *map(str, args)], capture_output=True, text=True, **kwargs)
