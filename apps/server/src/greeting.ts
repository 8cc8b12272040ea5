import type { RunningServer } from './server.ts'

const milliseconds = (value: number) => (value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`)

/** What a person sees at the start: how long it took, and the one link. */
export async function greet(
  server: RunningServer,
  { began, build, install }: { began: number; build: number; install: number },
): Promise<void> {
  const took = Object.entries({ install, build, start: performance.now() - began })
    .filter(([, value]) => value >= 1)
    .map(([part, value]) => `${part} ${milliseconds(value)}`)
  const lines = [
    '',
    `  Gatehouse ${[server.version, ...took].join('  ·  ')}`,
    '',
    ...(server.setUpLink
      ? ['  Open this link and set a password (one use, ten minutes):', '', `    ${server.setUpLink}`]
      : [`  Console  ${server.consoleUrl}`]),
    '',
    `  Chat     ${server.chatUrl}`,
    `  Models   ${server.dataUrl}/v1   (${server.models})`,
    ...(server.newKey ? ['', `  API key of the sample consumer, shown once:`, `    ${server.newKey}`] : []),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
