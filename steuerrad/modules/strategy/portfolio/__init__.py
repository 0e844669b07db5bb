"""The portfolio: milestones, money, staff, risks, decisions, reports and the light of every measure."""
