"""The desk: the pages on which coordinators work; every act of theirs is a use case of the API."""
