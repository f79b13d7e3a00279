"""What a person must look at: exception lists and the worklist after a change of tariff."""
