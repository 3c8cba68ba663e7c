"""deploy/kubernetes is taken by the schemas of Kubernetes, and says what compose.yaml says.

CloudNativePG has no schema in a registry: of its kinds the fields that matter are looked at here.
"""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "deploy" / "kubernetes"
PARTS = ("web", "worker", "money", "beat", "migrate")
OURS = "localhost/baobab"
EXAMPLE = "secret.example.yaml"


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text("utf-8")))


FILES = [file for file in sorted(PLACE.glob("*.yaml")) if file.name != "kustomization.yaml"]
EVERY = [one for file in FILES for one in documents(file)]
BY_NAME = {(one["kind"], one["metadata"]["name"]): one for one in EVERY}
OF_KUBERNETES = [one for one in EVERY if ".cnpg.io/" not in one["apiVersion"]]
SERVICES = yaml.safe_load((ROOT / "deploy/container/compose.yaml").read_text("utf-8"))["services"]


def pod(part: str) -> dict[str, Any]:
    kind = "Job" if part == "migrate" else "Deployment"
    return BY_NAME[kind, f"baobab-{part}"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("version", ["1.32", "1.37"])
@pytest.mark.parametrize(
    "thing", OF_KUBERNETES, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}"
)
def test_kubernetes_takes_each_of_its_things(thing, version):
    kubernetes_validate.validate(thing, version, strict=True)


def test_everything_but_the_example_of_secrets_is_applied():
    said = yaml.safe_load((PLACE / "kustomization.yaml").read_text("utf-8"))

    assert set(said["resources"]) == {file.name for file in FILES} - {EXAMPLE}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_what_compose_says(part):
    [container] = pod(part)["containers"]

    assert container["args"] == SERVICES[part]["command"]
    assert container["image"] == OURS


@pytest.mark.parametrize("part", [*PARTS, "cache"])
def test_no_pod_has_a_power_that_it_does_not_need(part):
    spec = pod(part)

    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"] is True
        assert own["allowPrivilegeEscalation"] is False
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_no_secret_is_in_the_example():
    secrets = [one for one in EVERY if one["kind"] == "Secret"]

    assert len(secrets) == 4
    values = {value for one in secrets for value in one["stringData"].values()}
    assert values == {"", "baobab"}
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "/deploy/kubernetes/secret.yaml" in ignored


def test_each_setting_is_one_that_the_shop_reads():
    known = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    names = set(BY_NAME["ConfigMap", "baobab-settings"]["data"])
    names |= set(BY_NAME["Secret", "baobab-secrets"]["stringData"])
    # What gunicorn reads.
    names -= {"FORWARDED_ALLOW_IPS", "WEB_CONCURRENCY"}

    assert [name for name in sorted(names) if f"`{name}`" not in known] == []


def test_what_asks_whether_web_is_there_names_the_shop():
    [container] = pod("web")["containers"]
    hosts = BY_NAME["ConfigMap", "baobab-settings"]["data"]["ALLOWED_HOSTS"].split(",")
    asked = {
        kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")
    }

    assert {kind: one["path"] for kind, one in asked.items()} == {
        "startup": "/health/live/", "liveness": "/health/live/", "readiness": "/health/ready/",
    }  # fmt: skip
    for one in asked.values():
        assert one["httpHeaders"][0]["value"] in hosts


def test_web_alone_goes_by_the_pooler_and_leaves_out_what_that_does_not_keep():
    kept = {}
    for part in PARTS:
        env = {one["name"]: one for one in pod(part)["containers"][0]["env"]}
        kept[part] = env["DATABASE_URL"]["valueFrom"]["secretKeyRef"]["key"]
        if part == "web":
            assert env["DATABASE_PREPARES"]["value"] == "0"
            assert env["DATABASE_POOLED"]["value"] == "1"

    assert kept == {part: "pooled" if part == "web" else "direct" for part in PARTS}
    assert BY_NAME["Pooler", "baobab-pooler"]["spec"]["pgbouncer"]["poolMode"] == "transaction"


def test_what_the_parts_ask_of_each_other_has_the_names_that_they_use():
    services = {name for kind, name in BY_NAME if kind == "Service"}
    redis = BY_NAME["ConfigMap", "baobab-settings"]["data"]["REDIS_URL"]
    backend = BY_NAME["Ingress", "baobab"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]
    urls = (PLACE / EXAMPLE).read_text("utf-8")

    assert redis.removeprefix("redis://").partition(":")[0] in services
    assert backend["service"]["name"] in services
    assert "@baobab-pooler/" in urls
    assert "@baobab-database-rw/" in urls
    for kind in ("PodDisruptionBudget", "HorizontalPodAutoscaler"):
        assert (kind, "baobab-web") in BY_NAME


def test_a_paid_order_is_on_two_machines_and_backups_go_elsewhere():
    cluster = BY_NAME["Cluster", "baobab-database"]["spec"]
    [plugin] = cluster["plugins"]
    backup = BY_NAME["ScheduledBackup", "baobab-backups"]["spec"]

    assert cluster["instances"] >= 3
    assert cluster["postgresql"]["synchronous"] == {
        "method": "any", "number": 1, "dataDurability": "required",
    }  # fmt: skip
    assert plugin["isWALArchiver"] is True
    assert ("ObjectStore", plugin["parameters"]["barmanObjectName"]) in BY_NAME
    assert backup["pluginConfiguration"]["name"] == plugin["name"]
    assert len(backup["schedule"].split()) == 6
    assert backup["cluster"]["name"] == "baobab-database"


def test_nobody_speaks_to_anybody_but_as_said():
    policy = BY_NAME["NetworkPolicy", "nobody"]["spec"]

    assert policy == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [rule] = BY_NAME["NetworkPolicy", "baobab-web"]["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 8100}]
