"""The pure rules of templates: what may be written, what is asked for, how it is filled."""
