"""`python -m heapline` is `heapline`."""

from heapline.cli import main

main()
