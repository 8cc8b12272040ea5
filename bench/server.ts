import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '@gatehouse/server'
import { liveHeap } from './live-heap.ts'
import { declared, deterministic } from './resources.ts'

/** The product itself, as `serve --config` starts it, on a store of its own. */
const [upstream = '', directory = '', key = ''] = process.argv.slice(2)
const config = join(directory, 'bench.yaml')
const documents = declared(upstream).map(({ kind, name, spec }) =>
  JSON.stringify({ apiVersion: 'gatehouse/v1', kind, metadata: { name }, spec }),
)
writeFileSync(config, documents.join('\n---\n')) // JSON is YAML
const home = join(directory, 'home')
mkdirSync(home, { recursive: true })
const server = await startServer({
  data: join(directory, 'data'),
  home,
  config,
  host: '127.0.0.1',
  port: 0,
  controlHost: '127.0.0.1',
  controlPort: 0,
  environment: { BENCH_KEY: key },
  quiet: true,
})
process.send?.({ port: Number(new URL(server.dataUrl).port), guards: deterministic.map(({ id }) => id) })
process.on('message', async (asked) => {
  if (asked === 'heap') return void process.send?.({ heap: liveHeap() })
  await server.close() // everything is in the store then
  process.send?.({})
})
process.on('disconnect', () => process.exit())
