"""`make sbom`: what the product is made from, as CycloneDX 1.6 has it, in `dist/sbom.cdx.json`.

Made from the lock files alone, so that the same checkout gives the same bytes: no moment, no chance. What only builds
or tests it is left out: it is not delivered.
"""

import sys
import tomllib
import uuid
from collections.abc import Iterable

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from requirements.pins import ROOT, NpmPackage, Pin, read_npm_lock, read_pins

VERSION = SchemaVersion.V1_6
NAMES = uuid.UUID("5b0c7b4e-6d0e-5c3c-9d53-0c1f0b6f2a11")
"""Our own namespace of serial numbers (RFC 9562, 5.5)."""
TARGET = ROOT / "dist" / "sbom.cdx.json"


def main() -> None:
    """Write it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    text = render(version, read_pins(ROOT / "requirements" / "runtime.txt"), read_npm_lock())
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, "utf-8")
    print(f"Wrote {TARGET.relative_to(ROOT)}.")


def render(version: str, pins: Iterable[Pin], packages: Iterable[NpmPackage]) -> str:
    """Return the bill of a version. Leaves with a reason where it would not be valid by the schema."""
    product = Component(
        name="kil-pipeline",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref="kil-pipeline",
        licenses=[DisjunctiveLicense(id="MIT")],
    )
    python = [(pin, _python_component(pin)) for pin in pins]
    npm = [_npm_component(package) for package in packages]
    bom = Bom(components=[*(component for _, component in python), *npm])
    bom.metadata.component = product
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in the schema; its absence makes it repeatable
    bom.register_dependency(product, [*npm, *(component for pin, component in python if pin.wanted_by_us)])
    for pin, component in python:
        bom.register_dependency(component, [other for wanted, other in python if pin.name in wanted.needed_by])
    bom.serial_number = uuid.uuid5(NAMES, " ".join(sorted(str(c.purl) for c in bom.components)) + version)
    text = make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string(indent=2) + "\n"
    wrong = JsonStrictValidator(VERSION).validate_str(text)
    if wrong is not None:
        sys.exit(f"The bill of materials is not valid: {wrong}")
    return text


def _python_component(pin: Pin) -> Component:
    purl = PackageURL("pypi", None, pin.name, pin.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes]
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),
        hashes=hashes,
        comment="The hash of each file of this version.",
    )
    properties = [Property(name="kil-pipeline:installed-where", value=pin.marker)] if pin.marker else []
    return Component(
        name=pin.name,
        version=pin.version,
        purl=purl,
        bom_ref=str(purl),
        external_references=[files],
        properties=properties,
    )


def _npm_component(package: NpmPackage) -> Component:
    purl = PackageURL("npm", None, package.name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        purl=purl,
        bom_ref=str(purl),
        licenses=[DisjunctiveLicense(id=package.licence)] if package.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_512, content=package.sha512)],
    )


if __name__ == "__main__":
    main()
