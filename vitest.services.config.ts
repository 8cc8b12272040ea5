import { defineConfig } from 'vitest/config'

if (Number(process.versions.node.split('.')[0]) < 24)
  throw new Error(`this is Node ${process.versions.node}: run the tests with \`npm run test:services\``)

export default defineConfig({
  test: {
    include: ['tests/services/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    // services are shared and slow to start: one file at a time, and patience
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
