"""What the pages say, as pure functions: typed facts in, HTML out."""
