import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { run } from './load.ts'
import { start } from './processes.ts'
const [file, model] = [process.argv[2]!, process.argv[3]!]
const stream = process.argv[4] === 'stream'
const up = await start<any>('upstream.ts')
const dir = mkdtempSync('/tmp/gh-bench-')
const origin = `http://127.0.0.1:${up.said.port}`
const child = fork(`/work/main/bench/${file}`, file === 'bare.ts' ? [origin] : [origin, dir, 'key', process.argv[5] ?? ''], { execArgv: ['--cpu-prof', '--cpu-prof-dir=' + dir, '--cpu-prof-interval=200'] })
const said: any = await new Promise((r) => child.once('message', r))
const words = 'Please summarise what our handbook says about annual leave, travel expenses and working from home for a new colleague who starts in the spring. '
const body = JSON.stringify({ model, messages: [{ role: 'system', content: 'You are a helpful assistant of a small company.' }, { role: 'user', content: words.repeat(14).slice(0, 2000) }], temperature: 0.2, max_tokens: 600, ...(stream && { stream: true, stream_options: { include_usage: true } }) })
const n = stream ? 600 : 20000
await run({ port: said.port, connections: stream ? 100 : 64, count: n, key: 'key', body })
child.disconnect()
await new Promise((r) => child.once('exit', r))
for (const f of readdirSync(dir).filter((f) => f.endsWith('.cpuprofile'))) {
  const p = JSON.parse(readFileSync(`${dir}/${f}`, 'utf8'))
  const self = new Map<number, number>()
  p.samples.forEach((id: number, i: number) => self.set(id, (self.get(id) ?? 0) + p.timeDeltas[i]))
  const by = new Map<string, number>()
  let total = 0
  for (const node of p.nodes) { const t = self.get(node.id) ?? 0; const c = node.callFrame; const k = `${c.functionName} ${c.url.split('/').slice(-3).join('/')}:${c.lineNumber + 1}`; by.set(k, (by.get(k) ?? 0) + t); if (c.functionName !== '(idle)') total += t }
  console.log(f, 'busy us per unit', (total / (stream ? n * 202 : n)).toFixed(1))
  for (const [k, t] of [...by].filter(([k]) => !k.startsWith('(idle)')).sort((a, b) => b[1] - a[1]).slice(0, Number(process.argv[6] ?? 45))) console.log((t / (stream ? n * 202 : n)).toFixed(2).padStart(7), k)
}
process.exit()
