import { hasDarkGround, hasNoContrast, hidesText, tidyStyle } from './hidden-style.ts'

/** What of the DOM is needed to find whom a rule means. */
interface Styled {
  readonly textContent: string | null
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): void
  matches(selector: string): boolean
}
interface Root {
  querySelectorAll(selector: string): Iterable<Styled>
}
interface Rule {
  readonly selector: string
  readonly style: string
  /** Larger wins; of equals the later. */
  readonly weight: number
}

const most = { characters: 500_000, rules: 200, selector: 200, depth: 5 }

/**
 * Elements that a page's own style sheets keep from people get the attribute `hidden`. Selectors of tags, classes, ids and their nesting are followed;
 * sheets of other addresses are not fetched.
 */
export function markHidden(root: Root): void {
  const rules = rulesOf(
    [...root.querySelectorAll('style')]
      .map(({ textContent }) => textContent ?? '')
      .join('\n')
      .slice(0, most.characters),
  )
  const onWhite = ![...rules.map(({ style }) => style), ...inlineStyles(root)].some(hasDarkGround)
  const hiding = rules.filter(({ style }) => hidesText(style) || hasNoContrast(style, onWhite)).slice(0, most.rules)
  const showing = rules
    .filter((rule) => /(^|;)(display|visibility|opacity|color|font-size):/.test(rule.style) && !hiding.includes(rule))
    .slice(-most.rules)
  for (const rule of hiding)
    for (const element of found(root, rule.selector)) if (!isShownAgain(element, rule, showing)) element.setAttribute('hidden', '')
}

const inlineStyles = (root: Root) => [...root.querySelectorAll('[style]')].map((each) => tidyStyle(each.getAttribute('style') ?? ''))

/** By its own style, or by a stronger rule that says otherwise about the same. */
function isShownAgain(element: Styled, rule: Rule, showing: readonly Rule[]): boolean {
  const names = namesOf(rule.style)
  const overrides = (style: string) => namesOf(style).some((name) => names.includes(name))
  if (overrides(tidyStyle(element.getAttribute('style') ?? ''))) return true // and judged by it
  return showing.some(({ selector, style, weight }) => weight > rule.weight && overrides(style) && matches(element, selector))
}

const namesOf = (style: string): string[] =>
  [...style.matchAll(/(?:^|;)(display|visibility|opacity|color|font-size):/g)].map(([, name]) => name ?? '')

function rulesOf(sheet: string): Rule[] {
  const rules: Rule[] = []
  for (const { selectors, style } of blocksOf(sheet.replace(/\/\*[\s\S]*?\*\//g, ' ')))
    for (const selector of selectors.split(',').map((each) => each.trim()))
      if (isSimple(selector)) rules.push({ selector, style, weight: weightOf(selector) * 100_000 + rules.length })
  return rules
}

const isSimple = (selector: string) => selector.length <= most.selector && /^[\w\s.#>*-]+$/.test(selector)
const weightOf = (selector: string) =>
  (selector.match(/#/g)?.length ?? 0) * 100 + (selector.match(/\./g)?.length ?? 0) * 10 + (selector.match(/(^|[\s>])\w/g)?.length ?? 0)

/** Rules in order. What counts for some screens only is left out: printed pages, narrow ones. */
function* blocksOf(sheet: string, depth = 0): Generator<{ selectors: string; style: string }> {
  let at = 0
  while (at < sheet.length) {
    const open = sheet.indexOf('{', at)
    if (open < 0) return
    const before = sheet.slice(at, open)
    const head = before.slice(before.lastIndexOf(';') + 1).trim() // what stands before is a rule without a block
    if (head.startsWith('@')) {
      const end = endOf(sheet, open)
      if (depth < most.depth && /^@(layer|supports|media\s+(only\s+)?(all|screen)$)/.test(head))
        yield* blocksOf(sheet.slice(open + 1, end), depth + 1)
      at = end + 1
      continue
    }
    const close = sheet.indexOf('}', open)
    const end = close < 0 ? sheet.length : close
    yield { selectors: head, style: tidyStyle(sheet.slice(open + 1, end)) }
    at = end + 1
  }
}

function endOf(sheet: string, open: number): number {
  let depth = 0
  for (let at = open; at < sheet.length; at++) {
    if (sheet[at] === '{') depth++
    else if (sheet[at] === '}' && --depth === 0) return at
  }
  return sheet.length
}

function found(root: Root, selector: string): Styled[] {
  try {
    return [...root.querySelectorAll(selector)]
  } catch {
    return [] // no selector after all
  }
}

function matches(element: Styled, selector: string): boolean {
  try {
    return element.matches(selector)
  } catch {
    return false
  }
}
