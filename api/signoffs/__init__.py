"""Members approve one exact text by a deadline; publishing turns approvals into signatures."""
