import { parseArgs } from 'node:util'
import { budgets, type GatewayResult, measureGateway } from './gateway.ts'

/** npm run bench -- gateway [--json] [--check] [--rounds 5]; --assembly and --without limit,guard,journal are for tuning. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    assembly: { type: 'boolean', default: false },
    without: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
})
const [what = 'gateway'] = positionals
if (what !== 'gateway') {
  process.stderr.write(`there is no bench "${what}"; there is: gateway\n`)
  process.exit(1)
}
const say = values.json ? () => {} : (line: string) => void process.stdout.write(`${line}\n`)
const result = await measureGateway({
  rounds: Number(values.rounds),
  assembly: values.assembly,
  without: values.without,
  only: values.only,
  say,
})
const missed = missedBudgets(result)
if (values.json) process.stdout.write(`${JSON.stringify({ ...result, budgets, missed })}\n`)
else print(result, missed)
process.exit(values.check && missed.length ? 1 : 0)

function missedBudgets({ ratios, problems }: GatewayResult): string[] {
  const over = Object.entries(budgets).filter(([name, budget]) => !(ratios[name as keyof typeof budgets] <= budget))
  return [...over.map(([name, budget]) => `${name} ${ratios[name as keyof typeof budgets].toFixed(2)} > ${budget}`), ...problems]
}

function print(
  { machine, guards, figures, ratios, requestKept, addedFirstText, claims, problems }: GatewayResult,
  missed: readonly string[],
): void {
  const unit = (name: string) =>
    name.startsWith('request') ? 'µs CPU a request' : name.startsWith('stream') ? 's CPU a million chunks' : 'ms'
  say(`machine: ${machine}; guards: ${guards.join(', ') || 'none'}`)
  for (const { name, value, least, most } of Object.values(figures))
    say(`${name.padEnd(20)} ${value.toFixed(1).padStart(7)} ${unit(name)} (${least.toFixed(1)}–${most.toFixed(1)})`)
  say(`added time to the first text with the guard on: ${addedFirstText.toFixed(1)} ms`)
  say(`claims: ${claims.join(', ')}`)
  for (const problem of problems) say(`PROBLEM ${problem}`)
  if (!Number.isNaN(requestKept))
    say(`request with its content kept, redacted and encrypted: ${requestKept.toFixed(2)} times bare (no budget)`)
  const of = (name: keyof typeof budgets) => `${ratios[name].toFixed(2)} of ${budgets[name]}`
  say(
    `${missed.length ? `missed: ${missed.join('; ')}\n` : ''}ours/bare: request ${of('request')}, stream ${of('stream')}, stream with guard ${of('streamGuarded')}, memory ${of('memory')}`,
  )
}
