/** How a column travels: bytes as base64, the others as JSON has them. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'bytes'
export type Value = string | number | boolean | null | Uint8Array
export type Row = Readonly<Record<string, Value>>

/** One kind of thing a store keeps, as a backup has it: the same whichever database it came from. */
export interface Table {
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnType>>
  /** Unique; a chain and a batch stand together and in order. */
  readonly order: readonly string[]
}

/** Nobody is signed in after a restore: whoever has an old cookie signs in again. */
export const droppedRecords: readonly string[] = ['session', 'session-seen', 'link']

/**
 * Parents first. Not among them is what follows from these: full-text tables, term statistics and labels beside segments are made again;
 * leases end with the process that held them.
 */
export const tables = [
  table('resource', 'kind project name', {
    ...{ kind: 'text', project: 'text', name: 'text', id: 'text', managed_by: 'text', version: 'integer' },
    ...{ created_at: 'integer', updated_at: 'integer', spec: 'text' },
  }),
  table('record', 'kind id', { kind: 'text', id: 'text', project: 'text', expires_at: 'integer', body: 'bytes' }),
  table('secret', 'id', { id: 'text', project: 'text', body: 'bytes' }),
  table('data_key', 'id', { id: 'integer', person: 'text', month: 'text', wrapped: 'bytes' }),
  table('dataset', 'id', { id: 'integer', public_id: 'text', project: 'text' }),
  table('document', 'id', {
    ...{ id: 'integer', public_id: 'text', dataset: 'integer', indexed_version: 'integer', identity: 'text', segments: 'integer' },
    record: 'text',
  }),
  table('segment', 'id', {
    ...{ id: 'integer', public_id: 'text', document: 'integer', dataset: 'integer', version: 'integer', position: 'integer' },
    ...{ quarantined: 'boolean', text_at: 'integer', meta: 'text', body: 'text' },
  }),
  /** 32-bit floats, little endian. */
  table('segment_vector', 'id', { id: 'integer', dataset: 'integer', vector: 'bytes' }),
  table('conversation', 'id', {
    ...{ id: 'text', project: 'text', app: 'text', owner: 'text', created_at: 'integer', updated_at: 'integer' },
    ...{ data_key: 'integer', name: 'bytes' },
  }),
  table('message', 'id', {
    ...{ id: 'text', conversation: 'text', project: 'text', call: 'text', at: 'integer', data_key: 'integer' },
    ...{ body: 'bytes', facts: 'text', feedback: 'text' },
  }),
  /** Its other columns are what the line says. */
  table('call', 'batch position', { batch: 'integer', position: 'integer', line: 'text' }),
  table('call_content', 'call', { call: 'text', at: 'integer', data_key: 'integer', body: 'bytes' }),
  table('batch', 'id', { id: 'integer', writer: 'text', sequence: 'integer' }),
  table('audit', 'writer sequence', { writer: 'text', sequence: 'integer', previous: 'text', hash: 'text', body: 'text' }),
  table('audit_head', 'writer sequence', { writer: 'text', sequence: 'integer', body: 'text' }),
  table('job', 'id', {
    ...{ id: 'text', project: 'text', queue: 'text', payload: 'text', run_at: 'integer', attempts: 'integer' },
  }),
  /** How far numbers were given out: a destroyed key's number is never given to another. */
  table('sequence', 'name', { name: 'text', value: 'integer' }),
] as const

export type TableName = (typeof tables)[number]['name']

function table<Name extends string>(name: Name, order: string, columns: Table['columns']): Table & { readonly name: Name } {
  return { name, columns, order: order.split(' ') }
}

export const quoted = (name: string): string => `"${name}"`

/** All of a table, when the database has it under the same names. */
export const selectOf = ({ name, columns, order }: Table): string =>
  `SELECT ${Object.keys(columns).map(quoted).join(', ')} FROM ${quoted(name)} ORDER BY ${order.map(quoted).join(', ')}`

export function toLine(row: Row, { columns }: Table): string {
  const line: Record<string, string | number | boolean | null> = {}
  for (const [name, type] of Object.entries(columns)) {
    const value = row[name] ?? null
    if (value instanceof Uint8Array) line[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    else line[name] = type === 'boolean' && value !== null ? Boolean(value) : value
  }
  return JSON.stringify(line)
}

const jsonType: Readonly<Record<ColumnType, string>> = { text: 'string', integer: 'number', boolean: 'boolean', bytes: 'string' }

/** Undefined for what no backup of ours holds. */
export function fromLine(text: string, { columns }: Table): Row | undefined {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof line !== 'object' || line === null) return undefined
  const row: Record<string, Value> = {}
  for (const [name, type] of Object.entries(columns)) {
    const value = (line as Record<string, unknown>)[name] ?? null
    if (value !== null && typeof value !== jsonType[type]) return undefined
    row[name] = type === 'bytes' && value !== null ? Buffer.from(value as string, 'base64') : (value as Value)
  }
  return row
}

/** A vector's numbers. A copy: the bytes of a decoded text may begin anywhere. */
export const floatsIn = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer)
