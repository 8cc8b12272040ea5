import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { AppError, type Connector, type ConnectorDefinition, type SourceItem } from '@gatehouse/kernel'
import { z } from 'zod'
import { mediaTypeOf } from '../extract/media-types.ts'
import { loadManifest, type Manifest } from './manifest.ts'

const config = z.strictObject({
  path: z.string().min(1).meta({ title: 'Folder', description: 'Read with everything below it. Hidden files are left out.' }),
  manifest: z.string().optional().meta({
    title: 'Manifest',
    description: 'YAML with title, language and access of documents; else manifest.yaml in the folder or one level up.',
  }),
})

const mostFiles = 20_000
const mostDepth = 20

/** A folder of this machine. Named in local configuration only, never by a request. */
export const filesConnector: ConnectorDefinition<typeof config> = {
  id: 'connector.files',
  title: 'Folder',
  summary: 'PDF, Word, Excel, CSV, Markdown, text and web pages of a folder on the server, with access told by a manifest.',
  config,
  create: ({ path: folder, manifest }): Connector => ({ items: () => itemsOf(resolve(folder), manifest) }),
}

async function* itemsOf(folder: string, named: string | undefined): AsyncGenerator<SourceItem> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new AppError('not_found', `the folder ${folder} does not exist or is no folder; make it, or correct the path of the source`)
  const manifest = await loadManifest(named ? [resolve(named)] : [join(folder, 'manifest.yaml'), join(dirname(folder), 'manifest.yaml')])
  let count = 0
  for await (const path of walk(folder, 0)) {
    if (basename(path) === 'manifest.yaml') continue
    if (++count > mostFiles) throw new AppError('too_large', `the folder holds more than ${mostFiles} files; name a smaller one`)
    const item = await itemOf(folder, path, manifest)
    if (item) yield item
  }
}

async function* walk(folder: string, depth: number): AsyncGenerator<string> {
  if (depth > mostDepth) return
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new AppError('not_found', `the folder ${folder} cannot be read; give the server's user the right to`)
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path, depth + 1)
    else if (entry.isFile()) yield path // links are not followed: they may lead anywhere
  }
}

async function itemOf(folder: string, file: string, manifest: Manifest): Promise<SourceItem | undefined> {
  const path = relative(folder, file).split(sep).join('/')
  const entry = manifest.entryOf(
    path,
    relative(dirname(manifest.file ?? folder), file)
      .split(sep)
      .join('/'),
  )
  if (entry?.skip) return undefined
  const { size, mtimeMs } = await stat(file)
  const name = basename(file)
  return {
    ...{ path, name, mediaType: mediaTypeSafely(name), etag: `${size}-${Math.round(mtimeMs)}`, read: () => readFile(file) },
    ...(entry?.title !== undefined && { title: entry.title }),
    ...(entry?.language !== undefined && { language: entry.language }),
    ...(entry?.access !== undefined && { principals: entry.access }),
    metadata: {
      ...entry?.metadata,
      ...(entry?.supersededBy !== undefined && { supersededBy: entry.supersededBy }),
      ...(entry?.supersedes !== undefined && { supersedes: entry.supersedes }),
    },
  }
}

/** A kind that cannot be read fails when it is read, with its name in the report, not here. */
function mediaTypeSafely(name: string): string {
  try {
    return mediaTypeOf(name)
  } catch {
    return 'application/octet-stream'
  }
}
