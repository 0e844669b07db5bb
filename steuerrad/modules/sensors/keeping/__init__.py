"""How long figures are kept, and copies of all of them."""
