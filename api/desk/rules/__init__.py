"""The facts of the desk's screens, pure."""
