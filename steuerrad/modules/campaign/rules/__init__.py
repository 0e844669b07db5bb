"""The rules of a data campaign. Pure; knows no Django."""
