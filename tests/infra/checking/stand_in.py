"""A stand-in of Azure for azd. It signs azd in, has one subscription with one function app, and keeps what azd sends: the parameters of a deployment
of the template, and the packages for the app.

azd reaches it as a proxy for HTTPS. The stand-in answers for every host itself, so no request leaves the machine.
"""

import base64
import http.server
import json
import ssl
import subprocess
import threading
from urllib.parse import urlsplit

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
TENANT = "22222222-2222-2222-2222-222222222222"
USER = "33333333-3333-3333-3333-333333333333"
GROUP, APP = "rg-try", "func-try"
RESOURCES = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}"
SITE = f"{RESOURCES}/providers/microsoft.web/sites/{APP}"
DEPLOYMENTS = f"/subscriptions/{SUBSCRIPTION}/providers/microsoft.resources/deployments/"
PLAN = f"{RESOURCES}/providers/microsoft.web/serverfarms/plan-try"
# The hosts of Azure that azd asks when it deploys.
HOSTS = ("management.azure.com", f"{APP}.scm.azurewebsites.net")
IS_DEPLOYED = 4  # the status of a package that runs
LOCATION = "westeurope"
# The outputs of a deployment of the template, which azd keeps in its environment.
OUTPUTS = {"SERVICE_API_NAME": APP, "AZURE_RESOURCE_GROUP": GROUP, "MCP_ENDPOINT": "https://x.example/mcp"}


def unsigned_token():
    parts = [{"alg": "none"}, {"oid": USER, "tid": TENANT, "preferred_username": "user@example.com", "exp": 4102444800}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


# What a GET of each path gives. Azure does not distinguish capital letters in these paths.
KNOWN = {
    "/tenants": {"value": [{"id": f"/tenants/{TENANT}", "tenantId": TENANT}]},
    "/subscriptions": {"value": [{"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION, "displayName": "try", "state": "Enabled",
                                  "tenantId": TENANT}]},
    f"/subscriptions/{SUBSCRIPTION}/locations": {"value": [{"name": LOCATION, "displayName": "West Europe", "regionalDisplayName": "West Europe",
                                                            "metadata": {"regionType": "Physical"}}]},
    RESOURCES: {"id": RESOURCES, "name": GROUP, "location": LOCATION},
    f"{RESOURCES}/resources": {"value": [{"id": SITE, "name": APP, "type": "Microsoft.Web/sites", "location": LOCATION,
                                          "tags": {"azd-service-name": "api"}}]},
    SITE: {"id": SITE, "name": APP, "type": "Microsoft.Web/sites", "location": LOCATION, "kind": "functionapp,linux", "properties": {
        "defaultHostName": f"{APP}.azurewebsites.net", "serverFarmId": PLAN, "siteConfig": {},
        "hostNameSslStates": [{"name": HOSTS[1], "hostType": "Repository"}]}},
    PLAN: {"id": PLAN, "name": "plan-try", "location": LOCATION, "sku": {"name": "FC1", "tier": "FlexConsumption"}, "properties": {}},
    "/api/deployments/one": {"id": "one", "status": IS_DEPLOYED},
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds

    def log_message(self, *_):
        """A test prints what matters."""

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        try:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            # azd asks for a host that the certificate does not name.
            self.close_connection = True
            return
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.close_connection = False
        while not self.close_connection:
            self.handle_one_request()

    def do_GET(self):
        path = urlsplit(self.path).path.lower()
        if path in KNOWN:
            self.answer(200, KNOWN[path])
        elif path == DEPLOYMENTS:
            self.answer(200, {"value": list(self.server.deployments.values())})
        elif path in self.server.deployments:
            self.answer(200, self.server.deployments[path])
        elif path.startswith(DEPLOYMENTS) and path.endswith("/operations"):
            self.answer(200, {"value": []})
        else:
            self.server.unknown.append(f"{self.command} {self.path}")
            self.answer(404, {"error": {"code": "NotFound", "message": f"the stand-in has no {path}"}})

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_PUT(self):
        path, sent = urlsplit(self.path).path.lower(), json.loads(self.body())
        if not path.startswith(DEPLOYMENTS):
            self.do_GET()
            return
        self.server.parameters.append({name: entry["value"] for name, entry in sent["properties"]["parameters"].items()})
        outputs = {name: {"type": "String", "value": value} for name, value in OUTPUTS.items()}
        self.server.deployments[path] = {"id": path, "name": path.removeprefix(DEPLOYMENTS), "type": "Microsoft.Resources/deployments", "location": LOCATION,
                                         "tags": sent["tags"], "properties": {"provisioningState": "Succeeded", "timestamp": "2026-01-01T00:00:00Z",
                                                                              "outputs": outputs, "outputResources": [{"id": SITE}]}}
        self.answer(201, self.server.deployments[path])

    def do_POST(self):
        body, target = self.body(), urlsplit(self.path)
        if target.path == "/token":
            self.answer(200, {"status": "success", "token": unsigned_token(), "expiresOn": "2099-01-01T00:00:00Z"})
        elif target.path == "/api/publish":
            self.server.published.append((target.query, body))
            self.answer(202, "one")
        elif target.path.lower().startswith(DEPLOYMENTS) and target.path.endswith("/validate"):
            self.answer(200, {"properties": {"provisioningState": "Succeeded"}})
        else:
            self.do_GET()

    def answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Azure(http.server.ThreadingHTTPServer):
    """Listens while it is used as a context."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.published, self.parameters, self.unknown, self.deployments = [], [], [], {}
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                        "/CN=stand-in", "-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS)],
                       check=True, capture_output=True, timeout=60)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        address = f"http://127.0.0.1:{self.server_address[1]}"
        # azd gets its tokens from AZD_AUTH_ENDPOINT in place of a login.
        self.variables = {"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "", "no_proxy": "", "SSL_CERT_FILE": str(certificate),
                          "SSL_CERT_DIR": str(folder / "none"), "AZD_AUTH_ENDPOINT": address, "AZD_AUTH_KEY": "key"}

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
