import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits; only the SHA-256 is kept. */
export const newToken = (): string => randomBytes(32).toString('base64url')
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex')
/** 32 bytes in base64url: anything else was not made here and need not be looked up. */
export const looksLikeToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)
