import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** nginx as a proxy of one worker, with a configuration of its own; undefined where the machine has none. */
export interface Nginx {
  readonly version: string
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

const programs = ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx']

export async function startNginx(upstream: string, directory: string): Promise<Nginx | undefined> {
  const found = programs
    .map((program) => ({ program, said: spawnSync(program, ['-v'], { encoding: 'utf8' }) }))
    .find(({ said }) => said.status === 0)
  if (!found) return undefined
  const port = await freePort()
  mkdirSync(join(directory, 'nginx'))
  const file = join(directory, 'nginx.conf')
  writeFileSync(file, configurationOf(upstream, port, join(directory, 'nginx')))
  const child = spawn(found.program, ['-c', file, '-p', directory, '-e', join(directory, 'nginx/error.log')], { stdio: 'ignore' })
  await listening(child, port)
  return {
    version: found.said.stderr.replace(/.*nginx\//s, '').trim(),
    port,
    pid: child.pid!,
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Without a log, as the bare proxy; connections to the vendor are kept; temporary files stay in our directory. */
function configurationOf(upstream: string, port: number, folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')
  return `daemon off;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary}
  keepalive_requests 1000000;
  upstream vendor { server ${new URL(upstream).host}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://vendor; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let time = 0; time < 100; time++) {
    if (child.exitCode !== null) break
    const answered = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' }).then(
      () => true,
      () => false,
    )
    if (answered) return
    await sleep(50)
  }
  throw new Error('nginx did not start')
}
