import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify(scryptCallback) as (password: string, salt: Buffer, length: number, options: object) => Promise<Buffer>
const cost = { N: 1 << 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 }

export interface Passwords {
  hash(password: string): Promise<string>
  verify(password: string, hash: string): Promise<boolean>
}

/** argon2id where its prebuilt module runs on this machine, else scrypt; each hash says which made it, and both are verified. */
export async function createPasswords(): Promise<Passwords> {
  const argon2 = await import('@node-rs/argon2').catch(() => undefined)
  return {
    hash: (password) => (argon2 ? argon2.hash(password) : hashScrypt(password)),
    async verify(password, hash) {
      if (hash.startsWith('scrypt:')) return verifyScrypt(password, hash)
      return argon2 ? argon2.verify(hash, password).catch(() => false) : false
    },
  }
}

async function hashScrypt(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt:${salt.toString('base64')}:${(await scrypt(password, salt, 32, cost)).toString('base64')}`
}

async function verifyScrypt(password: string, hash: string): Promise<boolean> {
  const [, salt, expected] = hash.split(':')
  const wanted = Buffer.from(expected ?? '', 'base64')
  return wanted.length === 32 && timingSafeEqual(wanted, await scrypt(password, Buffer.from(salt ?? '', 'base64'), 32, cost))
}
