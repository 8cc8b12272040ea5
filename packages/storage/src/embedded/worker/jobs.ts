import type { Reading, Writing } from './context.ts'

interface Lease {
  readonly id: string
  readonly attempts: number
  readonly owner: string
}

// a lease is held by who got it, for the attempt it was given: a late owner's result is dropped
const held = 'id = ? AND lease_owner = ? AND attempts = ?'

/** Clocks differ by less: a lease that ends later was given before the clock was set back, and nobody may live to end it. */
const clocksApart = 600_000

export const jobReads = {
  'jobs.count': (context: Reading, queue: string): number =>
    context.database.get<{ jobs: number }>('SELECT count(*) AS jobs FROM job WHERE queue = ?', queue)?.jobs ?? 0,
}

export const jobWrites = {
  'jobs.add': (context: Writing, job: { id: string; queue: string; payload: string; runAt?: number }): void => {
    context.database.run(
      'INSERT OR IGNORE INTO job(id, queue, payload, run_at) VALUES (?, ?, ?, ?)',
      ...[job.id, job.queue, job.payload, job.runAt ?? context.now],
    )
  },
  'jobs.lease': (
    { database, now }: Writing,
    query: { queue: string; owner: string; milliseconds: number; limit: number },
  ): { id: string; payload: string; attempts: number }[] =>
    database.all(
      `UPDATE job SET lease_until = ?, lease_owner = ?, attempts = attempts + 1 WHERE id IN (
         SELECT id FROM job WHERE queue = ? AND run_at <= ? AND (lease_until IS NULL OR lease_until < ? OR lease_until > ?) ORDER BY run_at, id LIMIT ?)
       RETURNING id, payload, attempts`,
      ...[now + query.milliseconds, query.owner, query.queue, now, now, now + query.milliseconds + clocksApart, query.limit],
    ),
  'jobs.renew': ({ database, now }: Writing, { id, attempts, owner, milliseconds }: Lease & { milliseconds: number }): boolean =>
    database.run(`UPDATE job SET lease_until = ? WHERE ${held}`, now + milliseconds, id, owner, attempts) > 0,
  'jobs.complete': ({ database }: Writing, { id, attempts, owner }: Lease): boolean =>
    database.run(`DELETE FROM job WHERE ${held}`, id, owner, attempts) > 0,
  'jobs.retry': ({ database }: Writing, { id, attempts, owner, runAt }: Lease & { runAt: number }): boolean =>
    database.run(`UPDATE job SET lease_until = NULL, lease_owner = NULL, run_at = ? WHERE ${held}`, runAt, id, owner, attempts) > 0,
}
