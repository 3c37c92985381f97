"""The bill of materials in two forms, SPDX 2.3 and CycloneDX 1.5."""
import datetime
import hashlib
import json
import uuid

from components import Component, components, licence_files
from program import Program
from project import LICENCE, NAME, SUMMARY, commit, version


def _time(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(document: dict) -> str:
    return json.dumps(document, indent=2) + "\n"


def _identity(binary: bytes) -> str:
    """A name for the document that depends on nothing but the program."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{NAME}#{hashlib.sha256(binary).hexdigest()}"))


def spdx(release: Program, time: int) -> str:
    licences = licence_files(release.architecture)

    def package(each: Component) -> dict:
        return {
            "SPDXID": f"SPDXRef-{each.package.replace('+', 'p')}",
            "name": each.package,
            "versionInfo": each.version,
            "supplier": "Organization: Debian",
            "downloadLocation": f"https://snapshot.debian.org/package/{each.source}/{each.source_version}/",
            "filesAnalyzed": False,
            "sourceInfo": f"built from the Debian source package {each.source} {each.source_version}",
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "comment": f"The licence text is in {licences[each.package]} of the release.",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": each.purl()}],
        } | ({"homepage": each.home_page} if each.home_page else {})

    program = {
        "SPDXID": f"SPDXRef-{NAME}",
        "name": NAME,
        "versionInfo": version(),
        "supplier": "Organization: The mcp-bridge authors",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": hashlib.sha256(release.binary).hexdigest()}],
        "licenseConcluded": LICENCE,
        "licenseDeclared": LICENCE,
        "copyrightText": "Copyright (c) 2026 The mcp-bridge authors",
        "summary": SUMMARY,
        "sourceInfo": f"commit {commit()}",
        "primaryPackagePurpose": "APPLICATION",
    }
    parts = [package(each) for each in components(release.architecture)]
    links = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": program["SPDXID"]}]
    links += [{"spdxElementId": program["SPDXID"], "relationshipType": "STATIC_LINK" if each.is_library else "CONTAINS",
               "relatedSpdxElement": part["SPDXID"]} for each, part in zip(components(release.architecture), parts)]
    return _text({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"{NAME}-{version()}-linux-{release.architecture.name}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{NAME}-{version()}-{_identity(release.binary)}",
        "creationInfo": {"created": _time(time), "creators": ["Tool: scripts/release"]},
        "packages": [program, *parts],
        "relationships": links,
    })


def cyclone_dx(release: Program, time: int) -> str:
    def component(each: Component) -> dict:
        return {
            "type": "library",
            "bom-ref": each.purl(),
            "supplier": {"name": "Debian"},
            "name": each.package,
            "version": each.version,
            "purl": each.purl(),
            "properties": [{"name": "debian:source", "value": f"{each.source} {each.source_version}"},
                           {"name": "mcp-bridge:use", "value": "linked" if each.is_library else "headers"}],
        } | ({"externalReferences": [{"type": "website", "url": each.home_page}]} if each.home_page else {})

    own = f"pkg:generic/{NAME}@{version()}"
    return _text({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{_identity(release.binary)}",
        "version": 1,
        "metadata": {
            "timestamp": _time(time),
            "tools": {"components": [{"type": "application", "name": "scripts/release", "version": version()}]},
            "component": {
                "type": "application", "bom-ref": own, "name": NAME, "version": version(), "description": SUMMARY, "purl": own,
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(release.binary).hexdigest()}],
                "licenses": [{"license": {"id": LICENCE}}],
            },
        },
        "components": [component(each) for each in components(release.architecture)],
        "dependencies": [{"ref": own, "dependsOn": [each.purl() for each in components(release.architecture)]}],
    })
