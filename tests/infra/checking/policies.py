"""Policies of API Management: well-formed, made of known elements in their order, and every `{{named value}}` is made by a Bicep file."""

import re
import xml.etree.ElementTree as ElementTree

from .nodes import entries, literal, walk
from .symbols import load

SECTIONS = ["inbound", "backend", "outbound", "on-error"]
# Policies with their attributes (a `*` before the required ones), and the sections where they may stand.
EVERYWHERE = set(SECTIONS)
POLICIES = {
    "base": (set(), EVERYWHERE),
    "choose": (set(), EVERYWHERE),
    "return-response": ({"response-variable-name"}, EVERYWHERE),
    "set-header": ({"*name", "exists-action"}, EVERYWHERE),
    "set-status": ({"*code", "reason"}, EVERYWHERE),
    "set-body": ({"template", "xsi-nil", "parse-date"}, EVERYWHERE),
    "set-variable": ({"*name", "*value"}, EVERYWHERE),
    "set-query-parameter": ({"*name", "exists-action"}, {"inbound", "backend"}),
    "set-backend-service": ({"base-url", "backend-id"}, {"inbound", "backend"}),
    "rewrite-uri": ({"*template", "copy-unmatched-params"}, {"inbound"}),
    "validate-azure-ad-token": (
        {"*tenant-id", "header-name", "query-parameter-name", "token-value", "failed-validation-httpcode", "failed-validation-error-message",
         "output-token-variable-name"}, {"inbound"}),
    "rate-limit": ({"*calls", "*renewal-period"}, {"inbound"}),
    "rate-limit-by-key": ({"*calls", "*renewal-period", "*counter-key"}, {"inbound"}),
    "forward-request": (
        {"timeout", "timeout-ms", "continue-timeout", "http-version", "follow-redirects", "buffer-request-body", "buffer-response",
         "fail-on-error-status-code"}, {"backend"}),
}
# What stands inside of a policy, with its attributes.
INSIDE = {
    "choose": {"when": {"*condition"}, "otherwise": set()},
    "set-header": {"value": set()},
    "set-query-parameter": {"value": set()},
    "validate-azure-ad-token": {
        "client-application-ids": set(), "backend-application-ids": set(), "audiences": set(), "required-claims": set(),
        "decryption-keys": set()},
    "client-application-ids": {"application-id": set()},
    "audiences": {"audience": set()},
    "required-claims": {"claim": {"*name", "match", "separator"}},
    "claim": {"value": set()},
}
HOLD_POLICIES = {"when", "otherwise", "return-response"}
VALUES = {
    "exists-action": {"override", "skip", "append", "delete"},
    "buffer-response": {"true", "false"},
    "fail-on-error-status-code": {"true", "false"},
    "match": {"all", "any"},
}
NAMED = re.compile(r"\{\{([^{}]*)\}\}")


class Policy:
    def __init__(self, shown, text, named):
        self.shown, self.named, self.mistakes = shown, named, []
        try:
            # A processing instruction or an entity has no place in a policy, and a comment is none of it.
            self.root = ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            self.root = None
            self.mistakes.append(f"{shown}: {error}")

    def wrong(self, text):
        self.mistakes.append(f"{self.shown}: {text}")

    def check(self):
        if self.root is None:
            return self.mistakes
        if self.root.tag != "policies":
            self.wrong(f"the root is {self.root.tag}")
        if [section.tag for section in self.root] != SECTIONS:
            self.wrong(f"the sections are {[section.tag for section in self.root]}, not {SECTIONS}")
        for section in self.root:
            for element in section:
                self.policy(element, section.tag)
            if section.tag == "backend" and len(section) != 1:
                self.wrong("backend holds one policy")
        for element in self.root.iter():
            for text in (element.text or "", *element.attrib.values()):
                self.text(element, text)
        return self.mistakes

    def policy(self, element, section):
        known = POLICIES.get(element.tag)
        if known is None:
            self.wrong(f"no policy is called {element.tag}")
            return
        if section not in known[1]:
            self.wrong(f"{element.tag} cannot stand in {section}")
        self.attributes(element, known[0])
        self.inside(element, section)
        if element.tag in ("set-header", "set-query-parameter"):
            deletes = element.get("exists-action") == "delete"
            if deletes == bool(len(element)):
                self.wrong(f"{element.tag} {element.get('name')} {'deletes a value that it states' if deletes else 'states no value'}")

    def attributes(self, element, known):
        names = {name.lstrip("*") for name in known}
        for name in set(element.attrib) - names:
            self.wrong(f"{element.tag} has no attribute {name}")
        for name in sorted(name[1:] for name in known if name.startswith("*")):
            if name not in element.attrib:
                self.wrong(f"{element.tag} needs {name}")
        for name, value in element.attrib.items():
            if name in VALUES and value not in VALUES[name] and not value.startswith("@"):
                self.wrong(f"{element.tag}: {name} cannot be {value}")

    def inside(self, element, section):
        for child in element:
            if element.tag in HOLD_POLICIES:
                self.policy(child, section)
                continue
            known = INSIDE.get(element.tag, {}).get(child.tag)
            if known is None:
                self.wrong(f"{element.tag} holds no {child.tag}")
                continue
            self.attributes(child, known)
            self.inside(child, section)

    def text(self, element, text):
        for name in NAMED.findall(text):
            if name not in self.named:
                self.wrong(f"no Bicep file makes the named value {name}")
        if "{{" in NAMED.sub("", text) or "}}" in NAMED.sub("", text):
            self.wrong(f"{element.tag}: half a named value")
        text = text.strip()
        if text.startswith("@"):
            # An expression: @(...) or @{...}, whose brackets close in their order.
            stack, quoted, pairs = [], False, {")": "(", "}": "{", "]": "["}
            for before, character in zip(" " + text, NAMED.sub(lambda found: "x" * len(found.group()), text)[0:]):
                if character == '"' and before != "\\":
                    quoted = not quoted
                elif not quoted and character in "({[":
                    stack.append(character)
                elif not quoted and character in pairs and (not stack or stack.pop() != pairs[character]):
                    self.wrong(f"{element.tag}: the brackets of its expression do not close")
                    return
            if stack or quoted or text[1:2] not in ("(", "{"):
                self.wrong(f"{element.tag}: its expression has no end")


def named_values(file):
    """Names of the named values that a file makes: literal, or those of a list that a loop goes over. And which are secrets."""
    names, secret = set(), set()
    for s in file.statements:
        if s.kind != "resource" or not s.path.startswith("Microsoft.ApiManagement/service/namedValues@"):
            continue
        name = entries(s.value)["name"]
        found = {literal(name)}
        if s.loop and name.kind == "name" and name.value == s.loop.value[0]:
            collection = s.loop.items[0]
            collection = file.by_name[collection.value].value if collection.kind == "name" else collection
            found = {literal(item) for item in collection.items}
        names |= found
        flag = entries(entries(s.value).get("properties")).get("secret")
        if flag is not None and flag.value is True:
            secret |= found
    return names - {None}, secret - {None}


def check(root):
    files, _ = load(root)
    mistakes, loaded, named, secret, used = [], set(), set(), set(), set()
    for file in files.values():
        names, secrets = named_values(file)
        named |= names
        secret |= secrets

        def visit(node, file=file):
            if node.kind == "call" and node.value == "loadTextContent" and literal(node.items[1]):
                loaded.add((file.path.parent / literal(node.items[1])).resolve())

        for s in file.statements:
            walk(s.value, visit)
    for path in sorted((root / "infra/policies").glob("*.xml")):
        text = path.read_text()
        policy = Policy(path.relative_to(root), text, named)
        mistakes += policy.check()
        used |= set(NAMED.findall(text))
        if path.resolve() not in loaded:
            mistakes.append(f"{path.relative_to(root)}: no Bicep file loads this policy")
    mistakes += [f"infra: the named value {name} is in no policy" for name in sorted(named - used)]
    return mistakes + rules(root, secret)


def rules(root, secret):
    """What these two policies are for."""
    mistakes = []
    mcp = root / "infra/policies/mcp.xml"
    try:
        tree = ElementTree.parse(mcp).getroot()
    except (OSError, ElementTree.ParseError):
        return mistakes
    forward = tree.find("backend/forward-request")
    if forward is None or forward.get("buffer-response") != "false":
        mistakes.append("infra/policies/mcp.xml: streams need forward-request with buffer-response=\"false\"")
    elif not 60 < int(forward.get("timeout", "0")) <= 240:
        mistakes.append("infra/policies/mcp.xml: the time until the headers is more than a request's 60 s and no more than the network's 240 s")
    inbound = [element.tag for element in tree.find("inbound")]
    if "validate-azure-ad-token" not in inbound:
        mistakes.append("infra/policies/mcp.xml: no token is checked")
    keys = [element for element in tree.iter("set-header") if element.get("name") == "x-functions-key"]
    for element in keys:
        names = NAMED.findall(element.findtext("value") or "")
        if not names or set(names) - secret:
            mistakes.append("infra/policies/mcp.xml: the key comes from a named value that is a secret")
        if inbound.index("set-header") < inbound.index("validate-azure-ad-token") if "validate-azure-ad-token" in inbound else False:
            mistakes.append("infra/policies/mcp.xml: the key is set before the token is checked")
    # The bridge takes a key from each of these, and a client's own must not count.
    removed = {element.get("name") for element in tree.findall("inbound/set-header") if element.get("exists-action") == "delete"}
    for name in ("Authorization", "x-api-key", "x-auth-token"):
        if name not in removed:
            mistakes.append(f"infra/policies/mcp.xml: a client's {name} is forwarded")
    if not keys:
        mistakes.append("infra/policies/mcp.xml: no key is set")
    if not any(element.get("name") == "WWW-Authenticate" for element in tree.findall("on-error//set-header")):
        mistakes.append("infra/policies/mcp.xml: a refusal tells no client where to ask for a token")
    return mistakes
