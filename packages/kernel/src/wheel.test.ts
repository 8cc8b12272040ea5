import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Wheel } from './wheel.ts'

test('a deadline fires once, a stopped one never, and a touched one later than an untouched one', async () => {
  const wheel = new Wheel(5)
  const fired: string[] = []
  const touched = wheel.watch(60, () => fired.push('touched'))
  wheel.watch(60, () => fired.push('plain'))
  wheel.watch(10, () => fired.push('stopped')).stop()
  await sleep(40)
  touched.touch()
  while (wheel.size) await sleep(5)
  expect(fired).toEqual(['plain', 'touched'])
})

test('a watch can be restarted from its own expiry', async () => {
  const wheel = new Wheel(5)
  let times = 0
  const watch = wheel.watch(5, () => {
    times++
    if (times < 3) watch.restart(5)
  })
  while (wheel.size) await sleep(5)
  expect(times).toBe(3)
})
