import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import type { DocumentView, UploadView } from '@gatehouse/contracts'
import { type AdminClient, GatehouseError } from '@gatehouse/sdk'
import { Failure } from './failure.ts'
import { plural, show, table } from './output.ts'
import { progressOf, type Settings } from './settings.ts'
import { printable, type Terminal } from './terminal.ts'

export interface Ingestion {
  readonly paths: readonly string[]
  readonly base: string
  readonly access?: string
  readonly wait: boolean
}
interface Row {
  readonly file: string
  readonly document?: string
  readonly outcome?: UploadView['outcome']
  readonly status: string
  readonly segments?: number
  readonly quarantined?: number
  readonly error?: string
}

const kinds = ['.pdf', '.docx', '.xlsx', '.csv', '.tsv', '.md', '.markdown', '.txt', '.html', '.htm']
const between = 300
const longest = 10 * 60_000

/** Hands the files over one by one, then waits for each. What fails is told at the end; the others are in. */
export async function ingest(
  terminal: Terminal,
  settings: Settings,
  client: AdminClient,
  { paths, base, access, wait }: Ingestion,
): Promise<void> {
  const progress = progressOf(terminal, settings)
  const files = paths.flatMap(filesAt)
  if (files.length === 0) throw new Failure('invalid_request', `no file there ends in ${kinds.join(', ')}`)
  const others = paths.flatMap(othersAt)
  if (others.length) progress(`${plural(others.length, 'file')} of other kinds left out: ${printable(listed(others))}`)
  const rows: Row[] = []
  for (const [at, file] of files.entries()) {
    terminal.signal.throwIfAborted()
    progress(`${at + 1}/${files.length} ${printable(file.name)}`)
    rows.push(await handOver(client, base, access, file))
  }
  const ended = wait ? await settled(terminal, client, rows, progress) : rows
  show(terminal, settings.output, ended, () => summary(ended))
  const failed = ended.filter(({ status }) => status === 'error')
  if (failed.length)
    throw new Failure('invalid_request', `${plural(failed.length, 'file')} of ${ended.length} could not be added`, {
      advice: 'the table says why',
    })
}

interface LocalFile {
  readonly path: string
  readonly name: string
  /** Within what was named: the same place again is a new version. */
  readonly place: string
}

/** A file as it is named; of a folder, the files of a known kind below it. */
export function filesAt(path: string): LocalFile[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new Failure('not_found', `there is no file or folder ${path}`)
  if (!found.isDirectory()) return [{ path, name: basename(path), place: basename(path) }]
  return filesBelow(path)
    .filter(readable)
    .map(({ parentPath, name }) => ({
      path: join(parentPath, name),
      name,
      place: relative(dirname(resolve(path)), resolve(parentPath, name))
        .split(sep)
        .join('/'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const filesBelow = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
const readable = ({ name }: { name: string }) => kinds.includes(extname(name).toLowerCase())

/** Of a folder, the names of files that stay behind; hidden ones are nobody's documents. */
function othersAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return []
  return filesBelow(path)
    .filter((entry) => !readable(entry) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
}

const listed = (names: readonly string[]) => `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`

/** A file the server refuses is a row; a server that is not there, or a person who may not, ends it all. */
async function handOver(client: AdminClient, base: string, access: string | undefined, { path, name, place }: LocalFile): Promise<Row> {
  try {
    const body = new Uint8Array(readFileSync(path))
    const query = { name, path: place, ...(access !== undefined && { access }) }
    const uploaded = await client.uploadDocument({ path: { base }, query, body })
    return rowOf({ file: path, outcome: uploaded.outcome }, uploaded)
  } catch (thrown) {
    const refused = thrown instanceof GatehouseError && ['invalid_request', 'too_large', 'unsupported', 'conflict'].includes(thrown.code)
    if (!refused) throw thrown
    return { file: path, status: 'error', error: `${thrown.code}: ${thrown.message}` }
  }
}

const rowOf = ({ file, outcome }: Pick<Row, 'file' | 'outcome'>, { id, status, segments, quarantined, error }: DocumentView): Row => ({
  file,
  ...(outcome && { outcome }),
  document: id,
  status,
  segments,
  quarantined,
  ...(error && { error: [error.code, error.message].filter(Boolean).join(': ') }),
})

const isOver = ({ status }: Row) => ['completed', 'error', 'disabled'].includes(status)

async function settled(terminal: Terminal, client: AdminClient, rows: Row[], progress: (text: string) => void): Promise<Row[]> {
  const until = terminal.now() + longest
  for (let open = rows.filter((row) => !isOver(row)).length; open > 0; ) {
    if (terminal.now() > until)
      throw new Failure('timeout', `${plural(open, 'file')} still in work after ten minutes`, {
        advice: 'the console shows how far they are',
      })
    await terminal.pause(between)
    terminal.signal.throwIfAborted()
    for (const [at, row] of rows.entries())
      if (!isOver(row) && row.document) rows[at] = rowOf(row, await client.getDocument({ path: { document: row.document } }))
    const left = rows.filter((row) => !isOver(row)).length
    if (left < open) progress(`${rows.length - left}/${rows.length} ready`)
    open = left
  }
  return rows
}

const summary = (rows: readonly Row[]) =>
  table(
    rows,
    [
      { title: 'FILE', of: ({ file }) => file },
      { title: 'CHANGE', of: ({ outcome }) => (outcome === 'replaced' ? 'new version' : outcome) },
      { title: 'STATUS', of: ({ status }) => status },
      { title: 'SEGMENTS', of: ({ segments }) => segments },
      { title: 'QUARANTINED', of: ({ quarantined }) => quarantined },
      { title: 'DOCUMENT', of: ({ document }) => document },
      ...(rows.some(({ error }) => error) ? [{ title: 'WHY', of: ({ error }: Row) => error }] : []),
    ],
    'nothing was added',
  )
