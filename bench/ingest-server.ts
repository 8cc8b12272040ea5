import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '@gatehouse/server'

/** The product with one knowledge base for uploads and one that reads a folder; says when the folder is searchable. */
const [directory = '', folder = '', key = ''] = process.argv.slice(2)
const base = (name: string, sources: object[]) => ({
  ...{ apiVersion: 'gatehouse/v1', kind: 'KnowledgeBase', metadata: { name } },
  spec: { title: name, access: ['everyone'], sources },
})
const consumer = {
  ...{ apiVersion: 'gatehouse/v1', kind: 'Consumer', metadata: { name: 'bench' } },
  spec: { keys: [{ kind: 'dataset', secret: 'env:BENCH_KEY', datasets: ['uploads', 'folder'] }] },
}
const declared = [base('uploads', []), base('folder', [{ use: 'connector.files', config: { path: folder } }]), consumer]
mkdirSync(join(directory, 'home'), { recursive: true })
writeFileSync(join(directory, 'bench.yaml'), declared.map((each) => JSON.stringify(each)).join('\n---\n')) // JSON is YAML

const server = await startServer({
  data: join(directory, 'data'),
  home: join(directory, 'home'),
  config: join(directory, 'bench.yaml'),
  host: '127.0.0.1',
  port: 0,
  controlHost: '127.0.0.1',
  controlPort: 0,
  environment: { BENCH_KEY: key },
  quiet: true,
})
process.send?.({ origin: server.dataUrl })
const began = performance.now()
// the first message after the greeting is this one, however early it was asked for
const synced = server.synced.then(() => ({ milliseconds: performance.now() - began }))
process.on('message', (order: 'synced' | 'close') => {
  if (order === 'synced') void synced.then((answer) => process.send?.(answer))
  else void server.close().then(() => process.send?.({}))
})
process.on('disconnect', () => process.exit())
