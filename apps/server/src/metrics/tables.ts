/** One measured value as Prometheus' text has it; `metricName` where it is not the family's own. */
export interface Value {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly metricName?: string
}
/** A metric with its help, read when somebody scrapes. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Label names, each with what it may be: a closed list, or in words. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>
  values(): readonly Value[] | Promise<readonly Value[]>
}

/** The values one label may have. What is not among them counts as the last one: nobody outside can make a new series. */
export class Dimension {
  readonly name: string
  readonly values: readonly string[]
  readonly #at: ReadonlyMap<string, number>

  constructor(name: string, values: readonly string[]) {
    this.name = name
    this.values = values
    this.#at = new Map(values.map((value, at) => [value, at]))
  }

  of(value: string): number {
    return this.#at.get(value) ?? this.values.length - 1
  }
}

/** Rows for all combinations of some dimensions, numbered with the last one running fastest. */
class Rows {
  readonly dimensions: readonly Dimension[]
  readonly count: number

  constructor(dimensions: readonly Dimension[]) {
    this.dimensions = dimensions
    this.count = dimensions.reduce((count, { values }) => count * values.length, 1)
  }

  labelsOf(row: number): Record<string, string> {
    const labels: [string, string][] = []
    let rest = row
    for (const { name, values } of this.dimensions.toReversed()) {
      labels.unshift([name, values[rest % values.length]!])
      rest = Math.floor(rest / values.length)
    }
    return Object.fromEntries(labels)
  }

  get labels(): Record<string, readonly string[]> {
    return Object.fromEntries(this.dimensions.map(({ name, values }) => [name, values]))
  }
}

/** A counter in one array: adding is one write, no string is made. */
export class Counts {
  readonly #rows: Rows
  readonly #values: Float64Array

  constructor(...dimensions: readonly Dimension[]) {
    this.#rows = new Rows(dimensions)
    this.#values = new Float64Array(this.#rows.count)
  }

  add(row: number, amount = 1): void {
    this.#values[row]! += amount
  }

  family(name: string, help: string, unit = 1): Family {
    const values = () =>
      [...this.#values].flatMap((value, row) =>
        value === 0 && this.#rows.count > 1 ? [] : [{ labels: this.#rows.labelsOf(row), value: value * unit }],
      )
    return { name, help, type: 'counter', labels: this.#rows.labels, values }
  }
}

/** A histogram in two arrays. */
export class Histogram {
  readonly #rows: Rows
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  readonly #sums: Float64Array

  constructor(bounds: readonly number[], ...dimensions: readonly Dimension[]) {
    this.#rows = new Rows(dimensions)
    this.#bounds = bounds
    this.#counts = new Float64Array(this.#rows.count * (bounds.length + 1))
    this.#sums = new Float64Array(this.#rows.count)
  }

  observe(row: number, value: number): void {
    const bounds = this.#bounds
    let at = 0
    while (at < bounds.length && value > bounds[at]!) at++
    this.#counts[row * (bounds.length + 1) + at]!++
    this.#sums[row]! += value
  }

  family(name: string, help: string): Family {
    const values = () => {
      const all: Value[] = []
      for (let row = 0; row < this.#rows.count; row++) this.#collect(name, row, all)
      return all
    }
    return { name, help, type: 'histogram', labels: this.#rows.labels, values }
  }

  #collect(name: string, row: number, all: Value[]): void {
    const labels = this.#rows.labelsOf(row)
    const width = this.#bounds.length + 1
    const counts = this.#counts.subarray(row * width, (row + 1) * width)
    let sum = 0
    if (this.#rows.count > 1 && !counts.some((count) => count > 0)) return
    for (let at = 0; at < width; at++) {
      sum += counts[at]!
      all.push({
        labels: { ...labels, le: at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf' },
        value: sum,
        metricName: `${name}_bucket`,
      })
    }
    all.push({ labels, value: this.#sums[row]!, metricName: `${name}_sum` }, { labels, value: sum, metricName: `${name}_count` })
  }
}
