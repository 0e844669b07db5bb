"""Climate of the city: what the stations measure now and over years, what it means, and how to take it away."""
