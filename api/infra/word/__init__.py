"""Files of Word that others wrote: read in a limited child, with every change that is tracked."""
