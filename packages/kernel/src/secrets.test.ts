import { expect, test } from 'vitest'
import { resolveSecret } from './secrets.ts'

const sources = {
  environment: { KEY: ' value-from-environment ' },
  readFile: async (path: string) => {
    if (path === '/keys/one') return 'value-from-file\n'
    throw new Error('ENOENT')
  },
  stored: async (id: string) => (id === 'one' ? 'value-from-store' : undefined),
}

test('a reference leads to the environment, a file or the store', async () => {
  await expect(resolveSecret('env:KEY', sources)).resolves.toBe('value-from-environment')
  await expect(resolveSecret('file:/keys/one', sources)).resolves.toBe('value-from-file')
  await expect(resolveSecret('store:one', sources)).resolves.toBe('value-from-store')
})

test('a missing secret is named by its reference', async () => {
  await expect(resolveSecret('env:NONE', sources)).rejects.toThrow('the secret env:NONE is empty or missing')
  await expect(resolveSecret('file:/keys/two', sources)).rejects.toThrow('file:/keys/two cannot be read')
  await expect(resolveSecret('store:two', sources)).rejects.toMatchObject({ code: 'invalid_request' })
})
