"""Reports in the formats of other tools, one module each: a loaded report and its places in, bytes or files out."""
