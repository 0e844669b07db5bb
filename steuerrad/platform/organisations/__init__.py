"""The organisations that a strategy names: offices, municipal companies, partners, funders."""
