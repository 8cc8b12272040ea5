import type { ReadsLater, WritesLater } from './context.ts'

// a lease is held by who got it, for the attempt it was given: a late owner's result is dropped
const held = 'id = $1 AND lease_owner = $2 AND attempts = $3'

/** Clocks differ by less: a lease that ends later was given before the clock was set back, and nobody may live to end it. */
const clocksApart = 600_000

export const jobReads = {
  'jobs.count': async ({ database }, queue) =>
    (await database.get<{ jobs: number }>('SELECT count(*) AS jobs FROM job WHERE queue = $1', [queue]))?.jobs ?? 0,
} satisfies Partial<ReadsLater>

export const jobWrites = {
  'jobs.add': async ({ database, now }, { id, queue, payload, runAt }) => {
    await database.run('INSERT INTO job(id, queue, payload, run_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING', [
      ...[id, queue, payload, runAt ?? now],
    ])
  },
  // an array, so that the inner statement runs once: a join could run it again and lease more than asked
  'jobs.lease': ({ database, now }, { queue, owner, milliseconds, limit }) =>
    database.all(
      `UPDATE job SET lease_until = $1, lease_owner = $2, attempts = attempts + 1 WHERE id = ANY(ARRAY(
         SELECT id FROM job WHERE queue = $3 AND run_at <= $4 AND (lease_until IS NULL OR lease_until < $4 OR lease_until > $6)
          ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED))
       RETURNING id, payload, attempts`,
      [now + milliseconds, owner, queue, now, limit, now + milliseconds + clocksApart],
    ),
  'jobs.renew': async ({ database, now }, { id, attempts, owner, milliseconds }) =>
    (await database.run(`UPDATE job SET lease_until = $4 WHERE ${held}`, [id, owner, attempts, now + milliseconds])) > 0,
  'jobs.complete': async ({ database }, { id, attempts, owner }) =>
    (await database.run(`DELETE FROM job WHERE ${held}`, [id, owner, attempts])) > 0,
  'jobs.retry': async ({ database }, { id, attempts, owner, runAt }) =>
    (await database.run(`UPDATE job SET lease_until = NULL, lease_owner = NULL, run_at = $4 WHERE ${held}`, [id, owner, attempts, runAt])) >
    0,
} satisfies Partial<WritesLater>
