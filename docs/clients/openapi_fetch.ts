// One flow with types of openapi-typescript, called by openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const { BASE: baseUrl = "", TOKEN: token = "" } = process.env;
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

function must<T>(part: { data?: T; error?: unknown }): T {
  if (part.data === undefined) throw new Error(JSON.stringify(part.error));
  return part.data;
}

const coalition = must(
  await client.POST("/v1/coalitions", {
    body: { slug: "by-fetch", name: "Specimen Coalition", countries: ["KZ"] },
  }),
);
const coalition_id = coalition.id;
const begun = must(
  await client.POST("/v1/coalitions/{coalition_id}/statements", {
    params: { path: { coalition_id } },
    body: {
      document: {
        slug: "specimen-appeal",
        kind: "appeal",
        language: "en",
        title: "Open the doors",
        body: [{ paragraph: "We ask that the doors be opened." }],
      },
    },
  }),
);
const statement_id = begun.statement.id;

const read = await client.GET("/v1/statements/{statement_id}", {
  params: { path: { statement_id } },
});
const frozen = must(
  await client.POST("/v1/statements/{statement_id}/revisions", {
    params: {
      path: { statement_id },
      header: { "If-Match": read.response.headers.get("ETag") ?? "" },
    },
    body: {},
  }),
);
for (const name of ["A. Specimen", "B. Specimen", "C. Specimen"]) {
  must(
    await client.POST("/v1/statements/{statement_id}/signatures", {
      params: { path: { statement_id }, header: { "Idempotency-Key": `sign ${name}` } },
      body: { kind: "individual", name, revision_sha256: frozen.sha256 },
    }),
  );
}

const printed = await client.GET("/v1/statements/{statement_id}/draft/document", {
  params: { path: { statement_id } },
  parseAs: "arrayBuffer",
});
const pdf = new TextDecoder().decode(new Uint8Array(printed.data ?? new ArrayBuffer(0)).slice(0, 5));

let pages = 0;
const names: (string | null)[] = [];
let cursor: string | undefined;
do {
  const page = await client.GET("/v1/statements/{statement_id}/signatures", {
    params: { path: { statement_id }, query: { limit: 2, ...(cursor ? { cursor } : {}) } },
  });
  const found = must(page);
  if (!("items" in found)) throw new Error("It became a job.");
  names.push(...found.items.map((each) => each.name ?? null));
  pages += 1;
  const next = /<([^>]+)>; rel="next"/.exec(page.response.headers.get("Link") ?? "");
  cursor = next?.[1] ? (new URL(next[1], baseUrl).searchParams.get("cursor") ?? undefined) : undefined;
} while (cursor);

const stale = await client.PATCH("/v1/coalitions/{coalition_id}", {
  params: { path: { coalition_id }, header: { "If-Match": '"99"' } },
  body: { name: "Another name" },
});
const wrong = await client.POST("/v1/coalitions", { body: { slug: "No Slug", name: "Specimen" } });
const pointer = wrong.error?.errors?.[0]?.pointer;

console.log(JSON.stringify({ pdf, pages, names, stale: stale.error?.status, pointer }));
