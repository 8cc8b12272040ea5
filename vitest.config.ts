import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(`this is Node ${process.versions.node}: run the tests with \`npm test\``)

export default defineConfig({
  test: {
    include: ['*.test.ts', '{packages,apps,scripts,tests}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', 'tests/services/**'],
  },
})
