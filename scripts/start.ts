// `npm start`: builds the web apps that are stale, then becomes the server with the sample company.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const webApps = ['apps/console', 'apps/chat']

/** Everything a web app is built from, as one hash: survives `git checkout`, which changes times but not bytes. */
function sourceHash(app: string): string {
  const hash = createHash('sha256')
  const sources = [
    `${app}/{index.html,package.json,*.ts,src/**/*}`,
    'packages/{ui,sdk,contracts}/{package.json,src/**/*}',
    'package-lock.json',
  ]
  for (const file of globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}

function buildIfStale(app: string): boolean {
  const stamp = join(root, app, 'dist/.source-hash')
  const hash = sourceHash(app)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn', app], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' }, // whatever surrounds us: development React is twice the size
  })
  if (status !== 0) {
    console.error(`building ${app} failed; the lines above say why`)
    process.exit(1)
  }
  mkdirSync(join(root, app, 'dist'), { recursive: true })
  writeFileSync(stamp, hash)
  return true
}

const from = performance.now()
const built = webApps.filter(buildIfStale)
const buildMilliseconds = Math.round(performance.now() - from)
process.env.GATEHOUSE_BUILD_MILLISECONDS = built.length ? String(buildMilliseconds) : '0'

if (process.argv.includes('--build-only'))
  console.log(built.length ? `built ${built.join(', ')} in ${buildMilliseconds} ms` : 'nothing is stale')
else {
  const { main } = (await import('../apps/server/src/main.ts')) as { main(args: readonly string[]): Promise<void> }
  const args = process.argv.slice(2)
  const chosen = args.some((arg) => arg.startsWith('--config') || arg.startsWith('--sample'))
  await main(chosen ? args : ['--sample', join(root, 'examples/handbook'), ...args])
}
