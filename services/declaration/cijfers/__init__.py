"""What the journal is added up to: the cells of verzilvering, closings, prognose, what is to be paid."""
