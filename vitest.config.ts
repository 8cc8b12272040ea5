import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(`this is Node ${process.versions.node}: run the tests with \`npm test\``)

export default defineConfig({
  test: {
    include: ['*.test.ts', '{packages,apps,scripts,tests}/**/*.test.{ts,tsx}'],
    // a test never asserts a time: this only ends one that hangs, also on a busy machine
    testTimeout: 60_000,
    hookTimeout: 60_000,
    exclude: ['**/node_modules/**', '**/dist/**', 'tests/services/**'],
  },
})
