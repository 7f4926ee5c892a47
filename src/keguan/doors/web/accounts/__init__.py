"""Signing in beyond the password: second factors, passkeys, an identity provider, forgotten passwords, one's own account."""
