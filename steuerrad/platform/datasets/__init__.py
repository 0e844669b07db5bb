"""Every table that may leave the house: one page, one address, three formats each."""
