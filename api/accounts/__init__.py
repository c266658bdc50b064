"""People, roles and API tokens: who calls, and what they may do."""
