"""Report texts as people read them, of whatever tool: which lines of code they name, and how they are divided."""
