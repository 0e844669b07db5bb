"""Telling people: a list for everyone who works here, one mail a day, urgent ones at once, none lost and none twice."""
