interface SparklineProps {
  values: readonly number[]
  /** What the line says, for those who do not see it. */
  label: string
  tone?: 'accent' | 'bad' | 'warn'
}

const width = 120
const height = 32
const colours = { accent: 'var(--color-accent)', bad: 'var(--color-bad)', warn: 'var(--color-warn)' }

/** The points of a line through the values, in a box of `width` × `height`. */
function pointsOf(values: readonly number[]): readonly (readonly [number, number])[] {
  const top = Math.max(...values, 1)
  const step = width / Math.max(values.length - 1, 1)
  return values.map((value, index) => [round(index * step), round(height - 2 - (value / top) * (height - 4))])
}
const round = (value: number) => Math.round(value * 10) / 10

export function Sparkline({ values, label, tone = 'accent' }: SparklineProps) {
  const points = pointsOf(values)
  const line = points.map(([x, y]) => `${x},${y}`).join(' ')
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label} className="h-8 w-full">
      <polygon points={`0,${height} ${line} ${width},${height}`} fill={colours[tone]} opacity="0.12" />
      <polyline
        points={line}
        fill="none"
        stroke={colours[tone]}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}
