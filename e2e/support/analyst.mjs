//! An analyst with DuckDB: reads the archive's manifests and the files that they list, and nothing else.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";

import { object, objectKeys } from "./explorer.mjs";

export const BUCKET = "weft-archive";

/** The manifests of a tenant, by day. */
export async function manifests(mesh, tenant) {
  const keys = await objectKeys(mesh, BUCKET, `archive/tenant=${tenant.id}/`);
  const entries = keys
    .filter((key) => key.endsWith("/manifest.json"))
    .map(async (key) => {
      const manifest = JSON.parse(await object(mesh, BUCKET, key));
      return [manifest.day, manifest];
    });
  return new Map(await Promise.all(entries));
}

/** Runs a query over the view `events`, which has the rows of all files that the tenant's manifests list. */
export async function query(mesh, tenant, text) {
  const folder = await mkdtemp(path.join(tmpdir(), "weft-analyst-"));
  try {
    const files = [];
    for (const manifest of (await manifests(mesh, tenant)).values()) {
      for (const { key, bytes, sha256 } of manifest.files) {
        const content = await object(mesh, BUCKET, key);
        assert.equal(content.length, bytes, `${key} is as long as its manifest says`);
        assert.equal(createHash("sha256").update(content).digest("hex"), sha256, `${key} is the file that was listed`);
        const file = path.join(folder, `${files.length}.parquet`);
        await writeFile(file, content);
        files.push(`'${file}'`);
      }
    }
    if (files.length === 0) return [];
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      await connection.run(`CREATE VIEW events AS SELECT * FROM read_parquet([${files.join(", ")}])`);
      return (await connection.runAndReadAll(text)).getRowObjectsJson();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
