"""What the job queue needs of the database's address."""


def plain_url(url: str) -> str:
    """The address as libpq reads it, without SQLAlchemy's driver name."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
