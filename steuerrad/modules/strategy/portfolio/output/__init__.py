"""The portfolio as files: the workbook that people fill in, and the paper for the steering committee."""
