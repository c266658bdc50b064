"""Limited child processes for dangerous work; README.md is the threat model."""
