"""`python -m botkit` is `botkit`."""

from botkit.cli import main

main()
