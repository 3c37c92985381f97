"""Prints what libraries of SPDX and CycloneDX find wrong with the bills of materials in its arguments. Runs in the environment that proving/tools.py makes."""
import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


def of_spdx(file: str) -> list:
    try:
        return [each.validation_message for each in validate_full_spdx_document(parse_file(file))]
    except SPDXParsingError as error:
        return error.get_messages()


def of_cyclone_dx(file: str) -> list:
    text = pathlib.Path(file).read_text()
    mistake = JsonStrictValidator(SchemaVersion.from_version(json.loads(text)["specVersion"])).validate_str(text)
    return [str(mistake)] if mistake else []


mistakes = [f"{file}: {each}" for file in sys.argv[1:] for each in (of_spdx if file.endswith(".spdx.json") else of_cyclone_dx)(file)]
print("\n".join(mistakes))
sys.exit(bool(mistakes))
