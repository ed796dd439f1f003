"""One module per LSP request or notification. Each reads the store that loading has filled; none reads a report."""
