"""`kil import`, `kil export`, `kil template`: the spreadsheet and the notices, in and out."""

import csv
import io
import sys
from pathlib import Path
from typing import IO

import click
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import DomainError
from kil_pipeline.exchange.columns import template_headings
from kil_pipeline.exchange.exports import export_csv, export_ocds, export_xlsx
from kil_pipeline.exchange.mappings import read_mapping
from kil_pipeline.exchange.notice_matching import match_notices
from kil_pipeline.exchange.plan_import import ImportOptions, import_plan
from kil_pipeline.exchange.release_import import import_releases
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.settings import SHIPPED_FOLDERS, Settings
from kil_pipeline.times import utc_now
from web.commands import with_database


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--organisation", default="", help="Whose plan it is: slug, prefix or full name.")
@click.option("--mapping", type=click.Path(path_type=Path), help="How to read a sheet that is not ours (TOML).")
@click.option("--register", is_flag=True, help="It is a contracts register: what ends soon becomes a draft.")
@click.option("--publish", is_flag=True, help="Publish what comes in (else it waits as drafts).")
@click.option("--overwrite", is_flag=True, help="Let the sheet win over what was edited on the site since.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--to-correct", type=click.Path(path_type=Path), help="Where the rows go that could not be read.")
@with_database
def import_command(
    settings: Settings,
    database: Database,
    file: Path,
    organisation: str,
    mapping: Path | None,
    register: bool,
    publish: bool,
    overwrite: bool,
    dry_run: bool,
    to_correct: Path | None,
) -> None:
    """Import a plan: CSV, XLSX, or Find a Tender's notices (JSON)."""
    try:
        if file.suffix.lower() == ".json":
            if organisation or mapping or register or overwrite or to_correct:
                raise click.UsageError("Notices (JSON) name their buyers: only --publish and --dry-run go with them.")
            report = import_releases(
                database, file, publish=publish, dry_run=dry_run, now=utc_now(), progress=show_progress
            )
        else:
            options = ImportOptions(
                organisation=organisation,
                mapping=read_mapping(shipped_mapping(mapping)) if mapping else None,
                register=register,
                dry_run=dry_run,
                publish=publish,
                overwrite=overwrite,
                to_correct=to_correct,
            )
            report = import_plan(database, file, options, now=utc_now(), progress=show_progress)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    for line in report.lines():
        click.echo(line)
    if report.failed:
        sys.exit(1)


def shipped_mapping(mapping: Path) -> Path:
    """Return the mapping's file: as named, else one that we ship under this name."""
    if mapping.exists():
        return mapping
    name = mapping.name if mapping.suffix else f"{mapping.name}.toml"
    return next((f for folder in SHIPPED_FOLDERS if (f := folder / "import" / name).exists()), mapping)


def show_progress(line: str) -> None:
    """Show how far a long run is, on standard error, so that the output stays clean."""
    click.echo(line, err=True)


@click.command("match-notices")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@with_database
def match_notices_command(settings: Settings, database: Database, file: Path, dry_run: bool) -> None:
    """Bring Find a Tender's tender notices (JSON) to the planned opportunities that they belong to."""
    try:
        report = match_notices(database, file, dry_run=dry_run, now=utc_now())
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    for line in report.lines():
        click.echo(line)


@click.command("template")
def template_command() -> None:
    """Print an empty sheet with the right columns (CSV); only the headline is mandatory."""
    csv.writer(sys.stdout, lineterminator="\r\n").writerow(template_headings())


@click.command("export")
@click.option("--format", "kind", default="csv", show_default=True, type=click.Choice(["csv", "xlsx", "ocds"]))
@click.option("--output", type=click.Path(path_type=Path), help="Where to write; standard output where not given.")
@with_database
def export_command(settings: Settings, database: Database, kind: str, output: Path | None) -> None:
    """Write the public plan: what anyone may see, and nothing else."""
    if kind == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("A spreadsheet cannot be shown in a terminal: name a file with --output.")
    with click.open_file(str(output or "-"), "wb") as out, database.read() as session:
        number = _export(session, kind, out, bom=output is not None, base_url=settings.base_url)
    click.echo(f"{number} planned opportunities written.", err=True)


def _export(session: Session, kind: str, out: IO[bytes], *, bom: bool, base_url: str) -> int:
    """Write the plan. `bom`: whether CSV starts with the mark by which Excel knows UTF-8."""
    if kind == "xlsx":
        return export_xlsx(session, Criteria(), out)
    text = io.TextIOWrapper(out, "utf-8-sig" if kind == "csv" and bom else "utf-8", newline="")
    try:
        if kind == "csv":
            return export_csv(session, Criteria(), text)
        return export_ocds(session, Criteria(), text, base_url=base_url, now=utc_now())
    finally:
        text.detach()  # flushes it, and leaves `out` to its owner
