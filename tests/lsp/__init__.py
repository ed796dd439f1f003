"""The language server from outside: every test talks to a real one over its standard input and output."""
