// One flow with a client of hey-api (@hey-api/openapi-ts).
import { client } from "./client/client.gen.js";
import * as api from "./client/index.js";

const { BASE: baseUrl = "", TOKEN: token = "" } = process.env;
client.setConfig({ baseUrl, auth: () => token });

function must<T>(part: { data?: T; error?: unknown }): NonNullable<T> {
  if (part.data === undefined || part.data === null) throw new Error(JSON.stringify(part.error));
  return part.data;
}

const coalition = must(
  await api.createCoalition({
    body: { slug: "by-hey-api", name: "Specimen Coalition", countries: ["KZ"] },
  }),
);
const coalition_id = coalition.id;
const begun = must(
  await api.createStatement({
    path: { coalition_id },
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

const read = await api.getStatement({ path: { statement_id } });
const frozen = must(
  await api.createRevision({
    path: { statement_id },
    headers: { "If-Match": read.response?.headers.get("ETag") ?? "" },
    body: {},
  }),
);
for (const name of ["A. Specimen", "B. Specimen", "C. Specimen"]) {
  must(
    await api.createSignature({
      path: { statement_id },
      headers: { "Idempotency-Key": `sign ${name}` },
      body: { kind: "individual", name, revision_sha256: frozen.sha256 },
    }),
  );
}

const printed = must(await api.getDraftDocument({ path: { statement_id }, parseAs: "blob" }));
if (!(printed instanceof Blob)) throw new Error("It is no file.");
const pdf = (await printed.text()).slice(0, 5);

let pages = 0;
const names: (string | null)[] = [];
let cursor: string | undefined;
do {
  const page = await api.listSignatures({
    path: { statement_id },
    query: { limit: 2, ...(cursor ? { cursor } : {}) },
  });
  const found = must(page);
  if (!("items" in found)) throw new Error("It became a job.");
  names.push(...found.items.map((each) => each.name ?? null));
  pages += 1;
  const next = /<([^>]+)>; rel="next"/.exec(page.response?.headers.get("Link") ?? "");
  cursor = next?.[1] ? (new URL(next[1], baseUrl).searchParams.get("cursor") ?? undefined) : undefined;
} while (cursor);

const stale = await api.changeCoalition({
  path: { coalition_id },
  headers: { "If-Match": '"99"' },
  body: { name: "Another name" },
});
const wrong = await api.createCoalition({ body: { slug: "No Slug", name: "Specimen" } });
const pointer = wrong.error?.errors?.[0]?.pointer;

console.log(JSON.stringify({ pdf, pages, names, stale: stale.error?.status, pointer }));
