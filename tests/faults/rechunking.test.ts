import { PolicySpec } from '@gatehouse/contracts'
import { guards } from '@gatehouse/guards'
import { bindPolicy, createGuardLayer, Registry } from '@gatehouse/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assembly, assemble, standard, until } from '../gateway/assembly.ts'
import { createHostileVendor, delta, done, ending, frame, type HostileVendor, say, streamHead, text } from './hostile-vendor.ts'

const policy = PolicySpec.parse({ stages: { output: [{ guard: 'guard.secrets', action: 'redact' }] } })
const key = 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKl'
let vendor: HostileVendor
let plain: Assembly
let guarded: Assembly
beforeAll(async () => {
  vendor = await createHostileVendor()
  const resources = () => standard(vendor.origin)
  plain = await assemble({ resources })
  const registry = new Registry(guards)
  guarded = await assemble({ resources, layers: [createGuardLayer()], bindPolicy: (id) => bindPolicy(id, policy, registry) })
})
afterAll(async () => {
  await Promise.all([plain.close(), guarded.close()])
  await vendor.close()
})

async function heard(house: Assembly, pieces: readonly (string | Uint8Array)[], end: 'end' | 'reset' = 'end') {
  vendor.script = (socket) => say(socket, [streamHead, ...pieces], end)
  const before = house.journal.records.length
  const response = await house.chat({ model: 'm', messages: [{ role: 'user', content: 'Hello' }], stream: true })
  const body = await response.text()
  await until(() => house.journal.records.length > before && house.counters.open() === 0 && house.transport.counts.open === 0)
  const { end: ended, error, finish, usage, status, verdicts, reservation } = house.journal.records.at(-1)!
  const record = {
    end: ended,
    error,
    finish,
    usage,
    status,
    settled: reservation?.settled,
    verdicts: verdicts.map(({ took: _, ...verdict }) => verdict),
  }
  return { status: response.status, words: wordsOf(body), failed: body.includes('"error":{'), record }
}

/** All that is said, however many frames say it. */
function wordsOf(body: string): string {
  let words = ''
  for (const block of body.split(/\r?\n\r?\n/))
    if (block.startsWith('data: {')) words += JSON.parse(block.slice(6)).choices?.[0]?.delta?.content ?? ''
  return words
}

const piece = fc.oneof(
  fc.string({ maxLength: 30, unit: 'grapheme' }).map(text),
  fc.constantFrom(text('Grüße 你好 🌿 '), text(`the key ${key} `), text(key.slice(0, 17)), text(key.slice(17)), text('"error": {')),
  fc.constantFrom(': ping\n\n', 'event: x\nid: 1\n\n', frame(delta({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }))),
  fc.constantFrom(frame({ error: { message: 'account 4711' } }), frame('no json'), frame({ ...delta({}), choices: [] })),
)
const last = fc.constantFrom(
  ending(),
  done,
  frame(delta({}, 'stop')),
  '',
  ending({ prompt_tokens: -1, completion_tokens: 1 }),
  ending() + text('late'),
)
const ends = fc.constantFrom('\n', '\r\n')

test('property: however a stream is cut into reads, the record and the words are the same', async () => {
  const seed = Number(process.env.GATEHOUSE_SEED ?? Date.now() % 2 ** 31)
  console.log(`fast-check seed ${seed} (GATEHOUSE_SEED repeats it)`)
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 8 }),
      last,
      ends,
      cuts,
      fc.boolean(),
      async (pieces, end, line, at, looks) => {
        const house = looks ? guarded : plain
        // what has not begun to answer is another error when it breaks at once: begin well
        const bytes = Buffer.from((text('Hi ') + pieces.join('') + end).replaceAll('\n', line))
        const once = await heard(house, [bytes])
        const places = [...new Set(at.map((each) => Math.round(each * bytes.length)))].sort((a, b) => a - b)
        const parts = [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
        const many = await heard(
          house,
          parts.filter(({ length }) => length > 0),
        )
        expect(many).toEqual(once)
        expect(JSON.stringify(once)).not.toContain('4711')
        if (looks) expect(once.words).not.toContain(key)
      },
    ),
    { seed, numRuns: 120, endOnFailure: false },
  )
})
