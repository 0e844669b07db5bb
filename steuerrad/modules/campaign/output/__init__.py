"""A round as files: workbook, CSV, JSON and the print dossier with all evidence."""
