"""Letters: promised in a transaction, sent after it; and what comes back of them."""
