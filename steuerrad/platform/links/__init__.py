"""What ties objects of different modules together: "this measure answers that indicator"."""
