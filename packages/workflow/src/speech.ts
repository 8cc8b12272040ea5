import { AppError } from '@gatehouse/kernel'
import type { CompiledGraph } from './graph.ts'
import { isCertain, type State } from './scheduler.ts'
import { isReference, lookUp, type Part, type Reference, referencesOf, renderValue, type Values } from './template.ts'

export interface Piece {
  readonly text: string
  readonly transient: boolean
}
const mostCharacters = 400_000

/**
 * Says the answers in their templates' order. A part that names a running node's text is said while it grows; what comes after waits.
 * An answer is begun only when it is certain to be reached, so nothing is said on a path not taken.
 */
export class Speech {
  readonly #graph: CompiledGraph
  readonly #state: State
  readonly #values: Values
  readonly #say: (piece: Piece) => void
  /** What nodes said while they ran: their field `text`. */
  readonly #told = new Map<string, Piece[]>()
  readonly #heard: ReadonlySet<string>
  #characters = 0
  #certain = false
  #answer = 0
  #part = 0
  #piece = 0

  constructor(graph: CompiledGraph, state: State, values: Values, say: (piece: Piece) => void) {
    this.#graph = graph
    this.#state = state
    this.#values = values
    this.#say = say
    this.#heard = new Set(graph.answers.flatMap(({ template }) => referencesOf(template).map(({ node }) => node)))
  }

  /** True when an answer names this node: what it tells is for people. */
  isHeard(node: string): boolean {
    return this.#heard.has(node)
  }

  tell(node: string, piece: Piece): void {
    this.#characters += piece.text.length
    if (this.#characters > mostCharacters) throw new AppError('too_large', `an answer may have ${mostCharacters} characters at most`)
    const told = this.#told.get(node)
    if (told) told.push(piece)
    else this.#told.set(node, [piece])
    this.advance()
  }

  /** Says whatever can be said now. */
  advance(): void {
    for (let answer = this.#graph.answers[this.#answer]; answer; answer = this.#graph.answers[this.#answer]) {
      const state = this.#state.get(answer.node)
      if (state?.status !== 'skipped') {
        this.#certain ||= isCertain(this.#graph, this.#state, answer.node)
        if (!this.#certain) return
        if (!this.#sayParts(answer.template)) return
      }
      this.#answer++
      this.#certain = false
      this.#part = 0
    }
  }

  #sayParts(template: readonly Part[]): boolean {
    for (let part = template[this.#part]; part; part = template[this.#part]) {
      if (!isReference(part)) this.#say({ text: part.literal, transient: false })
      else if (!this.#sayReference(part)) return false
      this.#part++
      this.#piece = 0
    }
    return true
  }

  /** False while the named node has more to tell. */
  #sayReference(reference: Reference): boolean {
    const told = isText(reference) ? this.#told.get(reference.node) : undefined
    if (told) while (this.#piece < told.length) this.#say(told[this.#piece++]!)
    const status = this.#state.get(reference.node)?.status
    const settled = reference.node === 'sys' || status === 'done' || status === 'skipped'
    if (settled && !told) this.#say({ text: renderValue(lookUp(reference, this.#values)), transient: false })
    return settled
  }
}

const isText = ({ path }: Reference) => path.length === 1 && path[0] === 'text'
