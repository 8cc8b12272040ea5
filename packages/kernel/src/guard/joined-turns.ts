import type { Finding, PolicyRule, Request } from '@gatehouse/contracts'
import { textOfContent } from '../content.ts'
import { actionFor } from './decide.ts'
import type { Found } from './inspect-text.ts'

const turns = 6
const most = 4096

/** The newest things the person said as one text, and where each but the first begins. */
export interface Joined {
  readonly text: string
  readonly seams: readonly number[]
}

/** An attack cut into several turns stands whole here. Undefined when there is only one turn. */
export function joinedTurns(request: Request): Joined | undefined {
  if (request.operation !== 'chat') return undefined
  let count = 0
  for (const { role } of request.messages) if (role === 'user') count++
  if (count < 2) return undefined
  const said = request.messages.filter(({ role }) => role === 'user').slice(-turns)
  let text = ''
  const seams: number[] = []
  for (const { content } of said) {
    if (text) {
      text += ' '
      seams.push(text.length)
    }
    text += textOfContent(content).slice(0, most)
  }
  const over = text.length - most
  return over <= 0 ? { text, seams } : { text: text.slice(over), seams: seams.map((seam) => seam - over).filter((seam) => seam > 0) }
}

/** Only what stops a call and reaches over a seam: everything else was found in its own message. A failure was noted there too. */
export function acrossSeams({ findings }: Found, { seams }: Joined, rules: readonly PolicyRule[]): Found {
  const crosses = ({ start, end }: Finding) => seams.some((seam) => start < seam && end > seam)
  const stops = (finding: Finding) => rules.some((rule) => rule.guard === finding.guard && actionFor(finding, rule) === 'block')
  return { findings: findings.filter((finding) => crosses(finding) && stops(finding)), failed: false }
}
