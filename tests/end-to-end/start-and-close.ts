import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startServer } from '@gatehouse/server'

/** Starts a server, is answered, closes it, and does nothing more: the process ends when nothing is left that keeps it. */
const [data = '', home = ''] = process.argv.slice(2)
const sample = join(import.meta.dirname, '../../examples/handbook')
const server = await startServer({
  data,
  home,
  sample,
  host: '127.0.0.1',
  controlHost: '127.0.0.1',
  port: 0,
  controlPort: 0,
  environment: {},
})
await server.synced
const silent = connect(Number(new URL(server.dataUrl).port), '127.0.0.1')
await once(silent, 'connect')
for (const url of [`${server.controlUrl}/metrics`, `${server.controlUrl}/metrics`, server.chatUrl]) await (await fetch(url)).text()
const reply = await fetch(`${server.dataUrl}/v1/chat/completions`, {
  method: 'POST',
  headers: { authorization: `Bearer ${server.newKey}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'app/handbook',
    stream: true,
    messages: [{ role: 'user', content: 'How many days of leave carry over?' }],
  }),
})
await reply.text()
await server.close()
process.stdout.write('closed\n')
