// One flow with a client of openapi-generator (typescript-fetch).
import {
  AccountsApi, CoalitionsApi, Configuration, DocumentsApi, ResponseError, SignaturesApi, StatementsApi,
} from "./client/index.js";
import type { ProblemOut } from "./client/index.js";

const { BASE: basePath = "", TOKEN: accessToken = "" } = process.env;
const how = new Configuration({ basePath, accessToken });
const coalitions = new CoalitionsApi(how);
const statements = new StatementsApi(how);
const signatures = new SignaturesApi(how);
const documents = new DocumentsApi(how);
await new AccountsApi(how).getMe();

async function refused(call: Promise<unknown>): Promise<ProblemOut> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) return (await error.response.json()) as ProblemOut;
    throw error;
  }
  throw new Error("It was taken.");
}

const coalition = await coalitions.createCoalition({
  coalitionIn: { slug: "by-generator", name: "Specimen Coalition", countries: ["KZ"] },
});
const coalitionId = coalition.id;
const begun = await statements.createStatement({
  coalitionId,
  statementIn: {
    document: {
      slug: "specimen-appeal",
      kind: "appeal",
      language: "en",
      title: "Open the doors",
      body: [{ paragraph: "We ask that the doors be opened." }],
    },
  },
});
const statementId = begun.statement.id;

const read = await statements.getStatementRaw({ statementId });
const frozen = await statements.createRevision({
  statementId,
  ifMatch: read.raw.headers.get("ETag") ?? "",
  revisionIn: {},
});
for (const name of ["A. Specimen", "B. Specimen", "C. Specimen"]) {
  await signatures.createSignature({
    statementId,
    idempotencyKey: `sign ${name}`,
    signatureIn: { kind: "individual", name, revisionSha256: frozen.sha256 },
  });
}

const printed = await documents.getDraftDocument({ statementId });
const pdf = (await printed.text()).slice(0, 5);

let pages = 0;
const names: (string | null)[] = [];
let cursor: string | undefined;
do {
  const page = await signatures.listSignaturesRaw({ statementId, limit: 2, ...(cursor ? { cursor } : {}) });
  const found = await page.value();
  names.push(...found.items.map((each) => each.name ?? null));
  pages += 1;
  const next = /<([^>]+)>; rel="next"/.exec(page.raw.headers.get("Link") ?? "");
  cursor = next?.[1] ? (new URL(next[1], basePath).searchParams.get("cursor") ?? undefined) : undefined;
} while (cursor);

const stale = await refused(
  coalitions.changeCoalition({
    coalitionId,
    ifMatch: '"99"',
    coalitionChange: { name: "Another name" },
  }),
);
const wrong = await refused(
  coalitions.createCoalition({ coalitionIn: { slug: "No Slug", name: "Specimen" } }),
);
const pointer = wrong.errors?.[0]?.pointer;

console.log(JSON.stringify({ pdf, pages, names, stale: stale.status, pointer }));
