import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallRecord } from '@gatehouse/contracts'
import { expect, test } from 'vitest'
import { CallMetrics } from './call-metrics.ts'
import { createExposition } from './exposition.ts'
import { parseExposition, seriesOf } from './parse-exposition.ts'
import { processFamilies } from './process-metrics.ts'
import { renderMetricsReference } from './reference.ts'

const call = (change: Partial<CallRecord> = {}): CallRecord => ({
  ...{ id: 'c', project: 'default', at: 1, consumer: 'tests', dialect: 'openai-chat', operation: 'chat', target: 'assistant', model: 'm' },
  ...{ stream: false, status: 200, end: 'complete', layers: [], duration: 30_000, attempts: [], verdicts: [], content: 'off' },
  ...change,
})
const attempt = { provider: 'p', model: 'm', at: 1, duration: 20_000 }

async function scrape(...calls: readonly CallRecord[]) {
  const metrics = new CallMetrics()
  for (const each of calls) metrics.observe(each)
  return parseExposition(await (await createExposition(metrics.families())).text())
}

test('a call is counted by operation, kind, end and status class', async () => {
  const families = await scrape(call(), call(), call({ end: 'failed', status: 502 }), call({ operation: 'app', target: 'handbook' }))
  expect(seriesOf(families, 'gatehouse_calls_total')).toEqual({
    'end=complete,kind=route,operation=chat,status=2xx': 2,
    'end=failed,kind=route,operation=chat,status=5xx': 1,
    'end=complete,kind=app,operation=app,status=2xx': 1,
  })
})

test('histograms are cumulative, and end with what was counted', async () => {
  const families = await scrape(call({ duration: 4_000 }), call({ duration: 30_000 }), call({ duration: 400_000_000 }))
  const buckets = seriesOf(families, 'gatehouse_call_duration_seconds', 'gatehouse_call_duration_seconds_bucket')
  expect(buckets['end=complete,le=0.005,operation=chat']).toBe(1)
  expect(buckets['end=complete,le=0.05,operation=chat']).toBe(2)
  expect(buckets['end=complete,le=300,operation=chat']).toBe(2)
  expect(buckets['end=complete,le=+Inf,operation=chat']).toBe(3)
  expect(seriesOf(families, 'gatehouse_call_duration_seconds', 'gatehouse_call_duration_seconds_sum')).toEqual({
    'end=complete,operation=chat': 400.034,
  })
})

test('overhead is what vendors did not take; time to first byte is that of streams', async () => {
  const families = await scrape(
    call({ stream: true, firstByte: 20_400, attempts: [attempt] }),
    call({ firstByte: 20_800, attempts: [attempt] }),
  )
  expect(seriesOf(families, 'gatehouse_overhead_seconds', 'gatehouse_overhead_seconds_sum')['']).toBeCloseTo(0.0012)
  expect(seriesOf(families, 'gatehouse_time_to_first_byte_seconds', 'gatehouse_time_to_first_byte_seconds_count')).toEqual({
    'operation=chat': 1,
  })
})

test('tokens and money are those of model calls alone', async () => {
  const usage = { inputTokens: 10, outputTokens: 5, source: 'provider' } as const
  const families = await scrape(call({ usage, cost: 1_500_000 }), call({ operation: 'app', usage, cost: 1_500_000 }))
  expect(seriesOf(families, 'gatehouse_tokens_total')).toEqual({
    'direction=input,source=provider': 10,
    'direction=output,source=provider': 5,
  })
  expect(seriesOf(families, 'gatehouse_cost_total')).toEqual({ '': 1.5 })
})

test('verdicts, attempts, retrievals and limits are counted', async () => {
  const verdict = { stage: 'input', action: 'redact', findings: [], took: 250 } as const
  const retrieval = { datasets: [], used: [], left: [], withheld: 0, took: 3_000 }
  const families = await scrape(
    call({ verdicts: [verdict, { ...verdict, monitored: true }], attempts: [{ ...attempt, error: 'timeout' }, attempt] }),
    call({ operation: 'app', retrieval: [{ ...retrieval, weak: true }] }),
    call({ end: 'failed', status: 429, error: { code: 'quota_exceeded', message: '' } }),
  )
  expect(seriesOf(families, 'gatehouse_guard_verdicts_total')).toEqual({
    'action=redact,mode=enforced,stage=input': 1,
    'action=redact,mode=monitored,stage=input': 1,
  })
  expect(seriesOf(families, 'gatehouse_upstream_attempts_total')).toEqual({ 'result=ok': 1, 'result=timeout': 1 })
  expect(seriesOf(families, 'gatehouse_retrieval_seconds', 'gatehouse_retrieval_seconds_count')).toEqual({ 'match=weak': 1 })
  expect(seriesOf(families, 'gatehouse_limit_refusals_total')).toEqual({ '': 1 })
})

test('nobody makes series by making up names', async () => {
  const made = Array.from({ length: 5_000 }, (_, at) =>
    call({ operation: `op-${at}`, target: `route-${at}`, model: `gh-secret-${at}`, status: at, consumer: `c-${at}` }),
  )
  const metrics = new CallMetrics()
  for (const each of made) metrics.observe(each)
  const text = await (await createExposition(metrics.families())).text()
  expect(text.split('\n').length).toBeLessThan(600)
  expect(text).not.toContain('gh-secret')
  expect(seriesOf(parseExposition(text), 'gatehouse_target_calls_total')['end=complete,kind=route,target=other']).toBe(4_800)
})

test('what the process says about itself can be read too', async () => {
  const exposition = await createExposition(processFamilies())
  parseExposition(await exposition.text())
  await new Promise((resolve) => setTimeout(resolve, 60))
  const families = parseExposition(await exposition.text())
  expect(seriesOf(families, 'process_resident_memory_bytes')['']).toBeGreaterThan(1e6)
  expect(Object.keys(seriesOf(families, 'nodejs_eventloop_lag_seconds'))).toEqual(['quantile=0.5', 'quantile=0.99', 'quantile=1'])
})

test('docs/reference/metrics.md is what the families say; `npm run generate` writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../../docs/reference/metrics.md'), 'utf8')).toBe(renderMetricsReference())
})
