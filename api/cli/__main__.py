"""`python -m api.cli`: the command, for the processes that it starts itself."""

from api.cli import main

main()
