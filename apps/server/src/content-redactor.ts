import { createRedaction } from '@gatehouse/guards'
import { textOfBytes } from './content-text.ts'

// Loaded by the store's content thread: what was said becomes text, and loses secrets and personal data before it is encrypted.

export const redact = createRedaction()
export const decode = (_dialect: string, bytes: Uint8Array): string => textOfBytes(bytes)
