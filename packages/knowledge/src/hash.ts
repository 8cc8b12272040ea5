import { createHash } from 'node:crypto'

/** SHA-256, hexadecimal: of original bytes, and of the text a reference points to. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
