"""`make proof`: run every proof, or those named on the command line, and print the figures as a table."""

import sys

from tests.support.campaign import run_all

sys.exit(run_all("tests.proof", sys.argv[1:]))
