import { unfinishedText } from '../../place/unfinished.ts'
import { Failure } from '../../threads/failure.ts'
import type { Database, Queries } from './database.ts'

/** Forward only: the position in the list is the version. A published entry never changes. What is ordered or compared by is in byte order. */
const migrations = [
  `
CREATE TABLE resource(kind text NOT NULL COLLATE "C", project text NOT NULL COLLATE "C" DEFAULT 'default', name text NOT NULL COLLATE "C", id text NOT NULL,
  managed_by text NOT NULL, version bigint NOT NULL, created_at bigint NOT NULL, updated_at bigint NOT NULL, spec text NOT NULL, PRIMARY KEY(kind, project, name));
CREATE TABLE resource_clock(position bigint NOT NULL);
INSERT INTO resource_clock VALUES (0);
CREATE TABLE resource_change(position bigint PRIMARY KEY, kind text NOT NULL, name text NOT NULL, writer text NOT NULL);
CREATE TABLE record(kind text NOT NULL COLLATE "C", id text NOT NULL COLLATE "C", project text NOT NULL DEFAULT 'default', expires_at bigint, body bytea NOT NULL,
  PRIMARY KEY(kind, id));
CREATE INDEX record_by_expiry ON record(expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE secret(id text PRIMARY KEY, project text NOT NULL DEFAULT 'default', body bytea NOT NULL);
CREATE TABLE data_key(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text NOT NULL, month text NOT NULL, wrapped bytea NOT NULL, UNIQUE(person, month));

CREATE TABLE dataset(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id text NOT NULL UNIQUE, project text NOT NULL DEFAULT 'default',
  tokenizer int NOT NULL, documents bigint NOT NULL DEFAULT 0, identity_length bigint NOT NULL DEFAULT 0, segments bigint NOT NULL DEFAULT 0,
  segment_length bigint NOT NULL DEFAULT 0);
CREATE TABLE document(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id text NOT NULL COLLATE "C" UNIQUE, project text NOT NULL DEFAULT 'default',
  dataset bigint NOT NULL REFERENCES dataset, title text NOT NULL, path text, batch text NOT NULL, search_name text NOT NULL, readable boolean NOT NULL,
  principals text[] NOT NULL, acl text[] GENERATED ALWAYS AS (CASE WHEN readable THEN principals END) STORED, characters bigint NOT NULL,
  indexed_version bigint NOT NULL DEFAULT 0, identity text, identity_tsv tsvector, segments int NOT NULL DEFAULT 0, record text NOT NULL);
CREATE INDEX document_by_dataset ON document(dataset, public_id);
CREATE UNIQUE INDEX document_by_path ON document(dataset, path) WHERE path IS NOT NULL;
CREATE INDEX document_by_term ON document USING gin(identity_tsv);
CREATE TABLE segment(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id text NOT NULL UNIQUE, document bigint NOT NULL REFERENCES document,
  dataset bigint NOT NULL, version bigint NOT NULL, position int NOT NULL, quarantined boolean NOT NULL, text_at int NOT NULL, meta text NOT NULL,
  body text NOT NULL);
CREATE INDEX segment_by_document ON segment(document, position);
-- apart from the texts and kept in line: ranking reads every match. Room in the pages: a change of labels need not touch the index
CREATE TABLE segment_words(id bigint PRIMARY KEY REFERENCES segment ON DELETE CASCADE, document bigint NOT NULL, dataset bigint NOT NULL, acl text[],
  tsv tsvector NOT NULL) WITH (toast_tuple_target = 8160, fillfactor = 85);
CREATE INDEX segment_words_by_document ON segment_words(document);
CREATE INDEX segment_words_by_term ON segment_words USING gin(tsv);
CREATE TABLE vector_table(dimension int PRIMARY KEY);
CREATE TABLE dataset_term(dataset bigint NOT NULL REFERENCES dataset, field text NOT NULL, term text NOT NULL COLLATE "C", df int NOT NULL,
  PRIMARY KEY(dataset, field, term));

CREATE TABLE conversation(id text PRIMARY KEY COLLATE "C", project text NOT NULL DEFAULT 'default', app text NOT NULL, owner text NOT NULL,
  created_at bigint NOT NULL, updated_at bigint NOT NULL, data_key bigint NOT NULL, name bytea NOT NULL);
CREATE INDEX conversation_by_owner ON conversation(project, owner, updated_at, id);
CREATE TABLE message(id text PRIMARY KEY COLLATE "C", conversation text NOT NULL COLLATE "C" REFERENCES conversation ON DELETE CASCADE,
  project text NOT NULL DEFAULT 'default', call text NOT NULL, at bigint NOT NULL, data_key bigint NOT NULL, body bytea NOT NULL, facts text NOT NULL, feedback text);
CREATE INDEX message_by_conversation ON message(conversation, at, id);

CREATE TABLE call(id text PRIMARY KEY COLLATE "C", project text NOT NULL DEFAULT 'default', parent text COLLATE "C", at bigint NOT NULL, consumer text NOT NULL,
  "user" text, target text NOT NULL, operation text NOT NULL, "end" text NOT NULL, status int NOT NULL, error text, duration bigint NOT NULL,
  input_tokens bigint NOT NULL, output_tokens bigint NOT NULL, weak boolean NOT NULL, batch bigint NOT NULL, position int NOT NULL, line text NOT NULL);
CREATE INDEX call_by_project ON call(project, id);
CREATE INDEX call_by_time ON call(project, at);
CREATE INDEX call_by_parent ON call(parent) WHERE parent IS NOT NULL;
CREATE INDEX call_by_batch ON call(batch, position);
CREATE TABLE call_content(call text PRIMARY KEY, at bigint NOT NULL, data_key bigint, body bytea);
CREATE SEQUENCE batch_id;
CREATE TABLE batch(id bigint PRIMARY KEY, writer text NOT NULL, sequence bigint NOT NULL);
CREATE TABLE journal_file(name text PRIMARY KEY, position bigint NOT NULL);

CREATE TABLE audit(writer text NOT NULL COLLATE "C", sequence bigint NOT NULL, previous text NOT NULL, hash text NOT NULL, body text NOT NULL,
  at bigint NOT NULL, project text NOT NULL, actor text NOT NULL, action text NOT NULL COLLATE "C", trace text, PRIMARY KEY(writer, sequence));
CREATE INDEX audit_by_time ON audit(at, writer, sequence);
CREATE INDEX audit_by_trace ON audit(trace) WHERE trace IS NOT NULL;
CREATE TABLE audit_head(writer text NOT NULL COLLATE "C", sequence bigint NOT NULL, body text NOT NULL, PRIMARY KEY(writer, sequence));

CREATE TABLE job(id text PRIMARY KEY COLLATE "C", project text NOT NULL DEFAULT 'default', queue text NOT NULL, payload text NOT NULL, run_at bigint NOT NULL,
  lease_until bigint, lease_owner text, attempts int NOT NULL DEFAULT 0);
CREATE INDEX job_by_queue ON job(queue, run_at, id);
`,
  // a term is looked up within its datasets: rows of others are not even read. U+0001 is in no token
  `
CREATE INDEX segment_words_by_dataset_term ON segment_words USING gin((tsv || array_to_tsvector(ARRAY[chr(1) || dataset::text])));
DROP INDEX segment_words_by_term;
`,
]

export const newestVersion = migrations.length

/** 0: there is no store yet. */
export async function versionOf(queries: Queries): Promise<number> {
  const meta = await queries.get<{ there: boolean }>("SELECT to_regclass('meta') IS NOT NULL AS there")
  if (!meta?.there) return 0
  return Number((await queries.get<{ value: string }>("SELECT value FROM meta WHERE key = 'version'"))?.value ?? 0)
}

/** Lifts the store to this program's version in one transaction; processes that start together take turns. Resolves with the version it had. */
export async function migrate(database: Database): Promise<number> {
  await checkServer(database)
  const before = await versionOf(database)
  refuseNewer(before)
  if (before === newestVersion) {
    await checkVector(database)
    return before
  }
  await makeMeta(database)
  await checkVector(database)
  await database.transaction(async (queries) => {
    // a lock of the transaction: it works through poolers, and ends with the process
    await queries.run('LOCK TABLE meta IN ACCESS EXCLUSIVE MODE')
    const found = await versionOf(queries)
    refuseNewer(found)
    for (const migration of migrations.slice(found)) await queries.run(migration)
    await setMeta(queries, 'version', String(newestVersion))
  })
  return before
}

export function refuseNewer(found: number): void {
  if (found > newestVersion)
    throw new Failure(
      'conflict',
      `the store has version ${found}, this program knows versions up to ${newestVersion}: start a newer program`,
    )
}

/** Which key a store was made with, on first use. */
export async function checkKey(database: Database, fingerprint: string): Promise<void> {
  await database.run("INSERT INTO meta(key, value) VALUES ('fingerprint', $1) ON CONFLICT DO NOTHING", [fingerprint])
  const stored = await database.get<{ value: string }>("SELECT value FROM meta WHERE key = 'fingerprint'")
  if (stored?.value !== fingerprint)
    throw new Failure(
      'unauthorized',
      'the master key is not the one this store was made with: start with the key it had, or restore a store that fits',
    )
}

/** Half a store must never serve. */
export async function refuseUnfinished(queries: Queries): Promise<void> {
  const row = await queries.get<{ value: string }>("SELECT value FROM meta WHERE key = 'restoring'")
  if (row) throw new Failure('conflict', unfinishedText('this database', row.value))
}

async function setMeta(queries: Queries, key: string, value: string): Promise<void> {
  await queries.run('INSERT INTO meta(key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [key, value])
}

const alreadyMade = new Set(['23505', '42P07', '42710'])

/** Two processes that make the same table at once: one fails, and finds it made. */
async function makeMeta(database: Database): Promise<void> {
  for (const sql of ['CREATE EXTENSION IF NOT EXISTS vector', 'CREATE TABLE IF NOT EXISTS meta(key text PRIMARY KEY, value text NOT NULL)'])
    try {
      await database.run(sql)
    } catch (thrown) {
      if (!alreadyMade.has((thrown as { code?: string }).code ?? '')) throw refusal(thrown)
    }
}

async function checkVector(queries: Queries): Promise<void> {
  const vector = await queries.get<{ version: string }>("SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'")
  if (!vector)
    throw new Failure('invalid_request', 'the extension vector is gone from the database: let an administrator run CREATE EXTENSION vector')
  const [major = 0, minor = 0] = vector.version.split('.').map(Number)
  if (major === 0 && minor < 8)
    throw new Failure(
      'invalid_request',
      `pgvector ${vector.version} is too old: install 0.8 or newer, then let an administrator run ALTER EXTENSION vector UPDATE`,
    )
}

const notInstalled = new Set(['0A000', '58P01', '42704'])
const notAllowed = '42501'

function refusal(thrown: unknown): unknown {
  const { code = '' } = thrown as { code?: string }
  if (notInstalled.has(code))
    return new Failure(
      'invalid_request',
      'the database has no pgvector: install the package pgvector for this PostgreSQL on its machine, then start again',
    )
  if (code === notAllowed)
    return new Failure(
      'invalid_request',
      'this user may not set up the database: let an administrator run CREATE EXTENSION vector there, and GRANT CREATE ON SCHEMA public to the user',
    )
  return thrown
}

async function checkServer(database: Database): Promise<void> {
  const server = await database.get<{ version: number; encoding: string; commit: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
            current_setting('synchronous_commit') AS commit`,
  )
  if (!server) return
  if (server.version < 160_000)
    throw new Failure('invalid_request', `this is PostgreSQL ${Math.floor(server.version / 10_000)}: 16 is the oldest that works`)
  if (server.encoding !== 'UTF8') throw new Failure('invalid_request', `the database is in ${server.encoding}: make one in UTF8`)
  if (server.commit === 'off')
    throw new Failure('invalid_request', 'synchronous_commit is off: what is acknowledged must survive a crash, so switch it on')
}
