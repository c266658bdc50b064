"""What we promise of speed, measured against a floor in the same run."""
