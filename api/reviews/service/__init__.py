"""The use cases of consultations, a part each."""
