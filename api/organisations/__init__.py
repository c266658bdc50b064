"""NGOs, as a coalition entered them, and the public directory."""
