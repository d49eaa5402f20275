"""Who publishes, passes on and signs in: organisations, their people, sign-in, the audit trail."""
