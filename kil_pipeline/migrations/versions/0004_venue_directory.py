"""What the directory of venues finds them by. Venues that are there already get it from their facts."""

import sqlalchemy as sa
from alembic import op

from kil_pipeline.database import UTCDateTime
from kil_pipeline.text import slugify, stems

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VENUE = sa.table(
    "venue",
    *(sa.column(name) for name in ("name", "slug", "stems")),
    sa.column("id", sa.Uuid()),
    sa.column("facts", sa.JSON()),
    sa.column("community_owned", sa.Boolean()),
    sa.column("created_at", UTCDateTime()),
    sa.column("updated_at", UTCDateTime()),
)
ACCESS = sa.table("venue_access", sa.column("venue_id", sa.Uuid()), sa.column("question", sa.String()))


def upgrade() -> None:
    # Defaults, since rows are there: SQLite could not make a column NOT NULL afterwards without copying the table.
    op.add_column("venue", sa.Column("slug", sa.String(120), nullable=False, server_default=""))
    op.add_column("venue", sa.Column("source", sa.String(200), nullable=True))
    op.add_column("venue", sa.Column("name", sa.String(300), nullable=False, server_default=""))
    op.add_column("venue", sa.Column("community_owned", sa.Boolean(), nullable=True))
    op.add_column("venue", sa.Column("stems", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "venue", sa.Column("updated_at", UTCDateTime(), nullable=False, server_default="1970-01-01 00:00:00+00:00")
    )
    for name, column in (("venue_area", "code"), ("venue_access", "question")):
        op.create_table(
            name,
            sa.Column("venue_id", sa.Uuid(), nullable=False),
            sa.Column(column, sa.String(12 if column == "code" else 30), nullable=False),
            sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f(f"fk_{name}_venue_id_venue")),
            sa.PrimaryKeyConstraint("venue_id", column, name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    _fill()
    op.create_index(op.f("ix_venue_name"), "venue", ["name"])
    op.create_index(op.f("ix_venue_slug"), "venue", ["slug"], unique=True)
    op.create_index(op.f("ix_venue_source"), "venue", ["source"], unique=True)


def _fill() -> None:
    connection = op.get_bind()
    taken: set[str] = set()
    for row in connection.execute(sa.select(VENUE.c.id, VENUE.c.facts, VENUE.c.created_at)).all():
        facts = row.facts
        slug = slugify(facts["name"])[:80].strip("-") or "venue"
        if slug in taken:
            slug = f"{slug}-{row.id}"[:120]
        taken.add(slug)
        words = " ".join(facts.get(part, "") for part in ("name", "address", "postcode", "owner", "travel"))
        values = {
            "slug": slug,
            "name": facts["name"][:300],
            "community_owned": facts.get("community_owned"),
            "stems": f" {' '.join(stems(words))} ",
            "updated_at": row.created_at,
        }
        connection.execute(sa.update(VENUE).where(VENUE.c.id == row.id).values(values))
        for fact in facts.get("access", []):
            if fact["answer"] == "yes":
                connection.execute(sa.insert(ACCESS).values(venue_id=row.id, question=fact["question"]))


def downgrade() -> None:
    raise RuntimeError("Going back would lose what venues are found by. Restore a backup instead.")
