"""The public signs: asks to, confirms by letter, and sees, corrects, hides or withdraws."""
