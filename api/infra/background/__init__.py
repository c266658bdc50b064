"""Work promised in a transaction and done after it: jobs, events, and the worker."""
