"""Who works here: accounts, roles, rights, sign-in (local and OpenID Connect)."""
