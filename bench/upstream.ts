import { createScriptedUpstream } from '@gatehouse/providers'

/** The vendor of the bench: 1.5 KB answers, streams of 200 chunks of about 250 bytes, 5 ms apart. */
const words = 'Annual leave that was not taken can be carried over into the next year up to five days with the consent of the team lead . '
  .split(' ')
  .filter(Boolean)
const upstream = await createScriptedUpstream({
  chunks: 200,
  delay: 5,
  keep: false,
  words: Array.from({ length: 240 }, (_, at) => words[at % words.length]!),
})
process.send?.({ port: Number(new URL(upstream.origin).port) })
process.on('disconnect', () => process.exit())
