import { mkdtempSync, readFileSync } from 'node:fs'
import { run } from './load.ts'
import { start, cpuOf } from './processes.ts'
const up = await start<any>('upstream.ts')
const dir = mkdtempSync('/tmp/gh-bench-')
const origin = `http://127.0.0.1:${up.said.port}`
const words = 'Please summarise what our handbook says about annual leave, travel expenses and working from home for a new colleague who starts in the spring. '
const body = (model: string) => JSON.stringify({ model, messages: [{ role: 'system', content: 'You are a helpful assistant of a small company.' }, { role: 'user', content: words.repeat(14).slice(0, 2000) }], temperature: 0.2, max_tokens: 600 })
const bare = await start<any>('bare.ts', origin)
const ours = await start<any>('assembly.ts', origin, dir, 'key', process.argv[2] ?? '')
const threads = (pid: number) => { const out: Record<string, number> = {}; const { readdirSync } = require_fs; for (const t of readdirSync(`/proc/${pid}/task`)) { const s = readFileSync(`/proc/${pid}/task/${t}/stat`, 'utf8'); const name = s.slice(s.indexOf('(') + 1, s.lastIndexOf(')')); const f = s.slice(s.lastIndexOf(')') + 2).split(' '); const k = t === String(pid) ? 'main' : name; out[k] = (out[k] ?? 0) + Number(f[11]) + Number(f[12]); out[k + '.sys'] = (out[k + '.sys'] ?? 0) + Number(f[12]) } return out }
import * as require_fs from 'node:fs'
const io = (pid: number) => Object.fromEntries(readFileSync(`/proc/${pid}/io`, 'utf8').trim().split('\n').map((l) => l.split(': ')).map(([k, v]) => [k, Number(v)]))
for (let round = 0; round < 3; round++)
for (const [name, child, port, model] of [['bare', bare.child, bare.said.port, 'text'], ['ours', ours.child, ours.said.port, 'watched']] as any) {
  const n = 20000
  const a = io(child.pid), c = cpuOf(child.pid), t = threads(child.pid)
  await run({ port, connections: 64, count: n, key: 'key', body: body(model) })
  const b = io(child.pid), t2 = threads(child.pid)
  console.log(name, 'cpu', ((cpuOf(child.pid) - c) / n * 1e6).toFixed(1), 'syscr', ((b.syscr - a.syscr) / n).toFixed(2), 'syscw', ((b.syscw - a.syscw) / n).toFixed(2), 'wchar', ((b.wchar - a.wchar) / n).toFixed(0), Object.fromEntries(Object.entries(t2).map(([k, v]) => [k, +((v - (t[k] ?? 0)) * 10000 / n).toFixed(1)]).filter(([, v]) => v > 0.3)))
}
process.exit()
