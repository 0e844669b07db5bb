"""What if: other indicator values, simulated against the whole field; scenarios and their papers."""
