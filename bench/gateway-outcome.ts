import { budgets, type GatewayOptions, type GatewayResult, measureGateway } from './gateway.ts'
import { budget, type Figure, figure, type Outcome } from './outcome.ts'

/** CPU of a request and of a chunk beside the bare proxy, in the form all benches have. */
export async function gatewayOutcome(options: GatewayOptions): Promise<Outcome> {
  const result = await measureGateway(options)
  const { ratios, claims, problems, guards } = result
  const named = {
    request: 'request, CPU of bare',
    stream: 'stream chunk, nothing to inspect, CPU of bare',
    streamGuarded: 'stream chunk, output guard on, CPU of bare',
    memory: 'memory after load, of warm',
  }
  return {
    figures: figuresOf(result),
    budgets: Object.entries(budgets)
      .filter(([name]) => !options.only || name.startsWith(options.only) || name === 'memory')
      .map(([name, limit]) => budget(named[name as keyof typeof budgets], ratios[name as keyof typeof budgets], 'at most', limit)),
    claims: [claims.join(', '), 'every answer byte-equal to the bare proxy’s'],
    problems,
    notes: [`guards: ${guards.join(', ') || 'none'}`, `machine: ${result.machine}`],
  }
}

function figuresOf({ figures, heap, requestKept, addedFirstText }: GatewayResult): Figure[] {
  const unit = (name: string) =>
    name.startsWith('request') ? 'µs CPU a request' : name.startsWith('stream') ? 's CPU a million chunks' : 'ms'
  const all = Object.values(figures).map(({ name, value, least, most }) => figure(name, value, unit(name), [least, most]))
  if (!Number.isNaN(requestKept))
    all.push(figure('request with its content kept, redacted and encrypted, CPU of bare (no budget)', requestKept, ''))
  if (!Number.isNaN(addedFirstText)) all.push(figure('first text of 100 streams at once, later than bare, guard on', addedFirstText, 'ms'))
  const megabytes = (bytes: number) => bytes / 1024 / 1024
  all.push(figure('live objects of the main thread when warm, after a full collection', megabytes(heap.warm), 'MB'))
  all.push(figure('the same after the load', megabytes(heap.after), 'MB'))
  return all
}
