"""The local web application: desk, review and supervisor pages on one folder of results."""
