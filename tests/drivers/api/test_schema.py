"""The API describes itself, to programs and to people."""

import re

from rest_framework.test import APIClient


def test_the_schema_is_served_as_openapi_3_1_without_a_key(db):
    schema = APIClient().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    assert schema["openapi"] == "3.1.0"
    assert {"/api/v1/stations/{identity}/calls/", "/api/v1/id-tokens/"} <= set(schema["paths"])


def test_every_operation_may_answer_with_a_problem_document(db):
    schema = APIClient().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert all("application/problem+json" in operation["responses"]["4XX"]["content"] for operation in operations)


def test_the_docs_page_keeps_to_the_content_security_policy(client, db):
    page = client.get("/api/docs/").content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", page) == []
