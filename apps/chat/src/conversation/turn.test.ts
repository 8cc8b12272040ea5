import type { ChatEvent } from '@gatehouse/contracts'
import { GatehouseError } from '@gatehouse/sdk'
import { describe, expect, test } from 'vitest'
import { isGoing, newTurn, turnOf, withEvent, withFailure } from './turn.ts'

const after = (...events: ChatEvent[]) => events.reduce(withEvent, newTurn('How many days?'))
const start: ChatEvent = { type: 'start', message: 'm1', conversation: 'c1', trace: 't1' }

describe('a turn that comes in', () => {
  test('grows by its texts and ends as the server says', () => {
    const turn = after(start, { type: 'text', text: 'Five' }, { type: 'text', text: ' days [1].' })
    expect(turn).toMatchObject({ id: 'm1', answer: 'Five days [1].', status: 'streaming' })
    expect(isGoing(turn)).toBe(true)
    expect(withEvent(turn, { type: 'end', status: 'complete' }).status).toBe('complete')
  })

  test('a refusal takes back what was shown, with its sources', () => {
    const turn = after(
      start,
      { type: 'citations', sources: [{ n: 1, title: 'Salaries' }] },
      { type: 'text', text: 'The salary of' },
      { type: 'refused', message: 'Not allowed.' },
      { type: 'end', status: 'blocked' },
    )
    expect(turn).toMatchObject({ answer: '', sources: [], refusal: 'Not allowed.', status: 'blocked' })
  })

  test('a step keeps its place and title while its state changes', () => {
    const turn = after(
      { type: 'node', node: 'a', title: 'Search', status: 'running' },
      { type: 'node', node: 'b', title: 'Answer', status: 'running' },
      { type: 'node', node: 'a', title: '', status: 'succeeded', duration: 12 },
    )
    expect(turn.steps).toEqual([
      { node: 'a', title: 'Search', status: 'succeeded', duration: 12 },
      { node: 'b', title: 'Answer', status: 'running' },
    ])
  })

  test('what is only shown in passing stands beside the answer, and goes with a refusal', () => {
    const turn = after(start, { type: 'text', text: 'Not found.' }, { type: 'text', text: 'Nearest: Travel policy.', passing: true })
    expect(turn).toMatchObject({ answer: 'Not found.', passing: 'Nearest: Travel policy.' })
    expect(withEvent(turn, { type: 'refused', message: 'No.' }).passing).toBe('')
  })

  test('an error keeps its code', () => {
    const turn = after(start, { type: 'error', code: 'upstream_failed', message: 'gone' }, { type: 'end', status: 'failed' })
    expect(turn.error?.code).toBe('upstream_failed')
    expect(turn.status).toBe('failed')
  })
})

describe('a stream that breaks', () => {
  test('is cancelled when the reader stopped it, failed otherwise', () => {
    const turn = after(start, { type: 'text', text: 'Fi' })
    expect(withFailure(turn, new Error('aborted'), true)).toMatchObject({ status: 'cancelled', answer: 'Fi' })
    const failed = withFailure(turn, new GatehouseError('network', 'gone', { status: 0 }), false)
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'network' } })
  })
})

test('a blocked turn of the history shows its notice, not its text', () => {
  const turn = turnOf({ id: 'm', at: 0, query: 'q', answer: 'x', masked: false, status: 'blocked', notice: 'Refused.', sources: [] })
  expect(turn).toMatchObject({ answer: '', refusal: 'Refused.' })
})
