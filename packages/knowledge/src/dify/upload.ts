import type { Context } from 'hono'
import { bytesOf } from './body.ts'
import { DifyRefusal, invalid } from './errors.ts'

export interface Upload {
  readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array }
  /** The form field `data`, a JSON string. */
  readonly data: unknown
}

/** Multipart with one `file` and optional `data`. */
export async function readUpload(context: Context): Promise<Upload> {
  const form = await formOf(context)
  const files = [...form.values()].filter((value) => typeof value !== 'string')
  const file = form.get('file')
  if (files.length === 0 || typeof file === 'string' || file === null)
    throw new DifyRefusal(400, 'no_file_uploaded', 'Please upload your file.')
  if (files.length > 1) throw new DifyRefusal(400, 'too_many_files', 'Only one file is allowed.')
  if (!file.name) throw new DifyRefusal(400, 'filename_not_exists_error', 'The specified filename does not exist.')
  const name = file.name.split(/[\\/]/).at(-1)!.slice(0, 255)
  return { file: { name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) }, data: dataOf(form.get('data')) }
}

async function formOf(context: Context) {
  const body = await bytesOf(context)
  try {
    return await new Response(body, { headers: { 'content-type': context.req.header('content-type') ?? '' } }).formData()
  } catch {
    throw new DifyRefusal(400, 'no_file_uploaded', 'Please upload your file.')
  }
}

function dataOf(value: unknown): unknown {
  if (typeof value !== 'string' || !value.trim()) return {}
  try {
    return JSON.parse(value)
  } catch {
    throw invalid('data must be a JSON string.', 'data')
  }
}
