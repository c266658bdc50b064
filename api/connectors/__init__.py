"""Hands those who agreed to hear from an organisation to its mailing tool, and follows both."""
