import { readFile } from 'node:fs/promises'
import { Principal } from '@gatehouse/contracts'
import { AppError } from '@gatehouse/kernel'
import { parse } from 'yaml'
import { z } from 'zod'

const Entry = z.looseObject({
  path: z.string().optional(),
  title: z.string().optional(),
  language: z.string().optional(),
  access: z.array(Principal).optional(),
  metadata: z.record(z.string(), z.coerce.string()).optional(),
  /** Paths: which document took its place, and whose place it took. */
  supersededBy: z.string().optional(),
  supersedes: z.string().optional(),
  /** Not taken in. */
  skip: z.boolean().optional(),
})
export type Entry = z.infer<typeof Entry>
const ManifestFile = z.looseObject({
  /** By path, or a list of entries with a path each. Paths are relative to the folder or to the manifest. */
  documents: z.union([z.record(z.string(), Entry), z.array(Entry.required({ path: true }))]).default({}),
})

export interface Manifest {
  readonly file?: string
  entryOf(...paths: readonly string[]): Entry | undefined
}

/** The first that exists; without one nothing is known of any document. */
export async function loadManifest(files: readonly string[]): Promise<Manifest> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return parseManifest(text, file)
  }
  return { entryOf: () => undefined }
}

export function parseManifest(text: string, file: string): Manifest {
  const parsed = ManifestFile.safeParse(yamlOf(text) ?? {})
  if (!parsed.success)
    throw new AppError('invalid_request', `the manifest is wrong: ${z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 600)}`)
  const { documents } = parsed.data
  const entries = new Map<string, Entry>(
    Array.isArray(documents) ? documents.map((entry) => [entry.path, entry]) : Object.entries(documents),
  )
  return {
    file,
    entryOf: (...paths) => {
      for (const path of paths) {
        const entry = entries.get(path)
        if (entry) return entry
      }
      return undefined
    },
  }
}

function yamlOf(text: string): unknown {
  try {
    return parse(text)
  } catch {
    throw new AppError('invalid_request', 'the manifest is not valid YAML')
  }
}
