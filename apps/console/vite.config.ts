import { adminEndpoints } from '@gatehouse/contracts'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { bodySchemas } from './src/shell/form/body-schemas.ts'

/**
 * The table of operations without its schemas: the page trusts its own server and validates nothing, and the schema library
 * would be a fourth of the page.
 */
function contractsWithoutSchemas(): Plugin {
  const operations = Object.entries(adminEndpoints)
  const kinds = [...new Set(operations.flatMap(([, operation]) => ('response' in operation ? [operation.response] : [])))]
  // operations that answer alike share one marker, as they share one schema
  const markerOf = (operation: object) =>
    'response' in operation ? `, response: kinds[${kinds.indexOf(operation.response as (typeof kinds)[number])}]` : ''
  const rows = operations.map(
    ([name, operation]) =>
      `${name}: { method: '${operation.method}', path: '${operation.path}', access: ${JSON.stringify(operation.access)}${markerOf(operation)} }`,
  )
  const code = `const kinds = Array.from({ length: ${kinds.length} }, () => ({}))\nexport const adminEndpoints = {\n${rows.join(',\n')}\n}\n`
  const id = '\0contracts-without-schemas'
  return {
    name: 'contracts-without-schemas',
    enforce: 'pre',
    resolveId: (source) => (source === '@gatehouse/contracts' ? id : undefined),
    load: (loaded) => {
      if (loaded === id) return code
      // what the forms look at, worked out here
      return loaded.endsWith('/shell/form/body-schemas.ts') ? `export const bodySchemas = ${JSON.stringify(bodySchemas)}` : undefined
    },
  }
}

export default defineConfig({
  base: '/console/',
  plugins: [contractsWithoutSchemas(), react(), tailwindcss()],
  build: {
    // browsers that know light-dark() and popover
    target: ['chrome123', 'edge123', 'firefox125', 'safari17.5'],
    // nothing becomes a data: address that a policy would have to allow
    assetsInlineLimit: 0,
  },
})
