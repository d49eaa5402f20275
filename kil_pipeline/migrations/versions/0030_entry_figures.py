"""What each entry adds to its commissioner's figures is kept beside it. `kil migrate` counts it afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("public_entry", sa.Column("notice_weeks", sa.Integer(), nullable=True))
    for name in ("fields_stated", "fields_undecided", "fields_withheld"):
        op.add_column("public_entry", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("public_entry", sa.Column("dates_stated", sa.Integer(), nullable=True))
    op.create_index(
        "ix_public_entry_figures",
        "public_entry",
        [
            *("organisation_id", "status", "notice_weeks"),
            *("fields_stated", "fields_undecided", "fields_withheld", "dates_stated"),
        ],
    )
    op.create_table(
        "public_slip",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("indicative", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["public_entry.entry_id"], name=op.f("fk_public_slip_entry_id_public_entry")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_public_slip_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_public_slip")),
    )
    op.create_index("ix_public_slip_figures", "public_slip", ["organisation_id", "indicative", "days"])


def downgrade() -> None:
    raise RuntimeError("Going back would lose what was published. Restore a backup instead.")
