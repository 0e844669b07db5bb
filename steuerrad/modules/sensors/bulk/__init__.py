"""Tables of figures, of whatever shape: which column is the time, which the station, which a figure, said once and kept."""
