"""The people and organisations at risk that texts name."""
