"""The portable statement: reads it, checks it, and resolves what prints. Pure."""
