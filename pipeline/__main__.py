"""`python -m pipeline` is the command `journeys`."""

from pipeline.cli import main

main()
