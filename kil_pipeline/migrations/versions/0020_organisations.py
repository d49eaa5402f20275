"""Bodies that became others, and the entries that moved from one to another."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_organisations()
    op.add_column("public_entry", sa.Column("formerly", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "entry_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_handover_entry_id_entry")),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"], name=op.f("fk_entry_handover_from_id_organisation")),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"], name=op.f("fk_entry_handover_to_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_handover")),
    )
    op.create_index(op.f("ix_entry_handover_entry_id"), "entry_handover", ["entry_id"])


def _widen_organisations() -> None:
    op.add_column("organisation", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("predecessors", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("successor_id",):
        if op.get_bind().dialect.name == "sqlite":  # which takes a key of another table with a new column alone
            op.execute(f"ALTER TABLE organisation ADD COLUMN {name} CHAR(32) REFERENCES organisation (id)")
        else:
            op.add_column("organisation", sa.Column(name, sa.Uuid(), nullable=True))
            op.create_foreign_key(
                op.f(f"fk_organisation_{name}_organisation"), "organisation", "organisation", [name], ["id"]
            )
    op.create_index(op.f("ix_organisation_successor_id"), "organisation", ["successor_id"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose which body became which. Restore a backup instead.")
