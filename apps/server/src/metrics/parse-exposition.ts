/** A family as a scraper reads it. */
export interface ParsedFamily {
  readonly help: string
  readonly type: string
  readonly samples: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/gy
const endings: Readonly<Record<string, RegExp>> = { histogram: /_(?:bucket|sum|count)$/ }

/** Reads Prometheus' text format strictly, by its own rules and not by the library that writes it: for tests. */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, ParsedFamily>()
  let help: { name: string; text: string } | undefined
  let family: (ParsedFamily & { name: string }) | undefined
  const seen = new Set<string>()
  for (const row of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(row) ?? []
    if (keyword === 'HELP') help = { name, text: rest }
    else if (keyword === 'TYPE') {
      if (help?.name !== name) throw new Error(`no help for ${name}`)
      if (families.has(name)) throw new Error(`${name} comes twice`)
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`${name} is of type ${rest}`)
      family = { name, help: help.text, type: rest, samples: [] }
      families.set(name, family)
    } else if (row !== '') readSample(row, family, seen)
  }
  for (const [name, each] of families) if (each.type === 'histogram') checkHistogram(name, each)
  return families
}

function readSample(row: string, family: (ParsedFamily & { name: string }) | undefined, seen: Set<string>): void {
  const [, name = '', inside = '', number] = line.exec(row) ?? []
  if (number === undefined || !family) throw new Error(`not a sample: ${row}`)
  if (name.replace(endings[family.type] ?? /$^/, '') !== family.name) throw new Error(`${name} stands under ${family.name}`)
  if (family.type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} does not end in _total`)
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  let read = 0
  for (let found = label.exec(inside); found; found = label.exec(inside)) {
    if (found[1]! in labels) throw new Error(`the label ${found[1]} comes twice: ${row}`)
    labels[found[1]!] = found[2]!
    read = label.lastIndex
  }
  if (read !== inside.length) throw new Error(`labels are not in order: ${row}`)
  const key = `${name} ${keyOf(labels)}`
  if (seen.has(key)) throw new Error(`the series comes twice: ${row}`)
  seen.add(key)
  family.samples.push({ name, labels, value: number.endsWith('Inf') ? Number(`${number}inity`) : Number(number) })
}

function checkHistogram(name: string, { samples }: ParsedFamily): void {
  const series = new Map<string, { last: number; bound: number; all?: number; count?: number }>()
  for (const { name: sample, labels, value } of samples) {
    const { le, ...others } = labels
    const known = series.get(keyOf(others)) ?? { last: 0, bound: Number.NEGATIVE_INFINITY }
    series.set(keyOf(others), known)
    if (sample === `${name}_count`) known.count = value
    if (sample !== `${name}_bucket`) continue
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    if (!(bound > known.bound) || value < known.last) throw new Error(`buckets of ${name} do not rise`)
    known.bound = bound
    known.last = value
    if (le === '+Inf') known.all = value
  }
  for (const { all, count } of series.values()) if (all === undefined || all !== count) throw new Error(`${name} has no bucket for all`)
}

const keyOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',')

/** Values of one family by their labels; of a histogram, those of one of its three names. */
export function seriesOf(families: ReadonlyMap<string, ParsedFamily>, name: string, sample = name): Record<string, number> {
  const family = families.get(name)
  if (!family) throw new Error(`there is no ${name}`)
  return Object.fromEntries(family.samples.filter((each) => each.name === sample).map(({ labels, value }) => [keyOf(labels), value]))
}
