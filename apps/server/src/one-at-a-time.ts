import { setTimeout as wait } from 'node:timers/promises'
import type { Job, Jobs } from '@gatehouse/kernel'

const lease = 10_000
const askAgain = 100

/** Of the servers that share a store one does the work at a time; the others wait their turn. What a dead one held is free when its lease is over. */
export async function oneAtATime<Result>(jobs: Jobs, name: string, owner: string, work: () => Promise<Result>): Promise<Result> {
  const turn = await takeTurn(jobs, `turn.${name}`, owner)
  const renewing = setInterval(() => void jobs.renew(turn, owner, lease).catch(() => false), lease / 3)
  try {
    return await work()
  } finally {
    clearInterval(renewing)
    await jobs.retry(turn, owner, 0)
  }
}

async function takeTurn(jobs: Jobs, queue: string, owner: string): Promise<Job> {
  await jobs.add(queue, null, { id: queue }) // there already: nothing happens
  for (;;) {
    const [turn] = await jobs.lease(queue, { owner, milliseconds: lease, limit: 1 })
    if (turn) return turn
    await wait(askAgain)
  }
}
