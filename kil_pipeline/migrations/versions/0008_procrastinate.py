"""The tables of Procrastinate, the queue that workers share: on PostgreSQL alone."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA_OF = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""The newest of Procrastinate's own migrations that its schema held when this was written. A later version of the
library needs a revision of ours that runs the ones since, and this one must then skip what it no longer finds: a test
compares the two."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execution_options(no_parameters=True).exec_driver_sql(SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
