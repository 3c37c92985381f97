"""The static weather server in another system: names, and whom it trusts."""
import pathlib
import re
import shutil
import subprocess
import time

from proving import roots
from proving.app import unpack
from proving.hosted import Client, Handler, ask_weather
from proving.network import PORT, SERVICE, NameServer, WeatherService, make_authority, subject_hash

LISTED = "listed.weather.test"
ALERTS = ("get_alerts", {"state": "CA"})
# Where a distribution keeps its authorities.
BUNDLES = {
    "Debian, Ubuntu, Alpine": "etc/ssl/certs/ca-certificates.crt",
    "Fedora, Red Hat": "etc/pki/tls/certs/ca-bundle.crt",
    "Fedora, Red Hat, newer": "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "SUSE": "etc/ssl/ca-bundle.pem",
    "SUSE, newer": "var/lib/ca-certificates/ca-bundle.pem",
    "Alpine": "etc/ssl/cert.pem",
}


def service_at(name: str) -> dict:
    return {"WEATHER_NWS_BASE_URL": f"https://{name}:{PORT}"}


class World:
    """The name server, the service, and an authority that signed its certificate."""

    def __init__(self, work: pathlib.Path):
        self.work = work
        self.authority, certificate, key = make_authority(work)
        self.names = NameServer()
        self.names.start()
        WeatherService((roots.ROOT / "weather-stdio/samples/alerts.json").read_bytes(), certificate, key).start()

    def trust(self, system: pathlib.Path, place: str) -> pathlib.Path:
        path = system / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.authority.read_bytes())
        return path


def check_names(results, world: World, archive: pathlib.Path, system: pathlib.Path) -> None:
    """In the older Debian, which has modules for names of another C library."""
    (system / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    (system / "etc/hosts").write_text(f"127.0.0.1 localhost {LISTED}\n")
    bundle = world.trust(system, BUNDLES["Debian, Ubuntu, Alpine"])
    with Handler(system, world.work / "names.log", folder="/live", environment=service_at(SERVICE)) as handler:
        called = Client().call(*ALERTS)
        said = handler.said()
    text = called["content"][0]["text"]
    results.check("Heat Advisory" in text and SERVICE in world.names.asked,
                  "older Debian: through the bridge, a name of /etc/resolv.conf's server, over TLS", text[:500], str(world.names.asked), said)
    text, _, errors = ask_weather(system, *ALERTS, environment=service_at(LISTED), folder="/live")
    results.check("Heat Advisory" in text and LISTED not in world.names.asked,
                  "older Debian: a name of /etc/hosts, which no server is asked for", text[:500], errors)
    started = time.monotonic()
    text, failed, errors = ask_weather(system, *ALERTS, environment=service_at("nowhere.test"), folder="/live")
    results.check(failed and "could not be resolved" in text and time.monotonic() - started < 5,
                  "older Debian: a name that nobody knows is told as such, soon", text[:500], errors)
    check_foreign_modules(results, world, system)
    check_nothing_loaded(results, world, system)
    bundle.unlink()


def check_foreign_modules(results, world: World, system: pathlib.Path) -> None:
    loaded = roots.add_name_module(system, world.work)
    text, _, errors = ask_weather(system, *ALERTS, environment=service_at(SERVICE), folder="/live")
    results.check("Heat Advisory" in text and not loaded.exists(),
                  "an nsswitch.conf that names modules of another C library is no danger: none is loaded", text[:500], errors)
    control = subprocess.run(["chroot", system, "getent", "hosts", SERVICE], capture_output=True)
    results.check(loaded.exists() and control.returncode != 0, "control: a program of that system does load the module, and dies of it")


def check_nothing_loaded(results, world: World, system: pathlib.Path) -> None:
    trace = world.work / "trace"
    strace, chroot = shutil.which("strace"), shutil.which("chroot")
    if strace is None:
        results.skip("no library and no configuration of OpenSSL is opened", "strace is not installed: scripts/setup package-test")
        return
    before = (strace, "-f", "-qq", "-e", "trace=open,openat,execve", "-o", str(trace), chroot, str(system))
    text, _, errors = ask_weather(system, *ALERTS, environment=service_at(SERVICE), before=before, folder="/live")
    # What chroot itself opens comes before the program is executed.
    opened = trace.read_text().partition('execve("/live/bin/weather-stdio"')[2]
    found = [line for line in opened.splitlines() if re.search(r"\.so[.\"]|openssl\.cnf|gconv", line)]
    results.check("Heat Advisory" in text and "resolv.conf" in opened and not found,
                  "a call by name and over TLS opens no library and no configuration of OpenSSL", *found, text[:300], errors)


def check_trust(results, world: World, archive: pathlib.Path) -> None:
    """In an empty system, with no nsswitch.conf, and without a resolv.conf: the server at 127.0.0.1 is asked then."""
    system = roots.empty_system(world.work / "trust")
    unpack(archive, system / "app")
    environment = service_at(SERVICE)
    for who, place in BUNDLES.items():
        path = world.trust(system, place)
        text, _, errors = ask_weather(system, *ALERTS, environment=environment)
        results.check("Heat Advisory" in text, f"authorities of {who} are found: /{place}", text[:500], errors)
        path.unlink()
    text, failed, errors = ask_weather(system, *ALERTS, environment=environment)
    results.check(failed and "not trusted" in text and "no certificate authorities were found" in errors and "SSL_CERT_FILE" in errors,
                  "without authorities nothing is trusted, and the log says what to do", text[:500], errors)
    hashed = world.trust(system, f"usr/lib/ssl/certs/{subject_hash(world.authority)}.0")
    text, _, errors = ask_weather(system, *ALERTS, environment=environment)
    results.check("Heat Advisory" in text, "authorities in Debian's folder are found by their hash", text[:500], errors)
    hashed.unlink()
    named = world.trust(system, "elsewhere/ca.pem")
    text, _, errors = ask_weather(system, *ALERTS, environment=environment | {"SSL_CERT_FILE": "/elsewhere/ca.pem"})
    results.check("Heat Advisory" in text, "SSL_CERT_FILE names authorities", text[:500], errors)
    named.unlink()
    world.trust(system, BUNDLES["SUSE"])
    text, failed, errors = ask_weather(system, *ALERTS, environment=environment | {"SSL_CERT_FILE": "/elsewhere/ca.pem"})
    results.check(failed and "not trusted" in text and "/elsewhere/ca.pem" in errors,
                  "what SSL_CERT_FILE names is not made up for by the system's, and its absence is told", text[:500], errors)
