import type { Trace } from '@gatehouse/contracts'
import { useFormat } from '@gatehouse/ui'
import { useText } from '../messages/text.ts'

interface Bar {
  readonly name: string
  readonly kind: 'layer' | 'attempt' | 'child'
  /** Microseconds from the first byte of the request. */
  readonly at: number
  readonly duration: number
}

const colours = { layer: 'var(--color-accent)', attempt: 'var(--color-good)', child: 'var(--color-warn)' }

/** Layers, attempts and calls made, as bars on one line of time. */
function barsOf({ call, layers, attempts, children }: Trace): readonly Bar[] {
  return [
    ...layers.map(({ name, at, duration }): Bar => ({ name, kind: 'layer', at, duration })),
    ...attempts.map(({ provider, model, at, duration }): Bar => ({ name: `${provider} · ${model}`, kind: 'attempt', at, duration })),
    ...children.map(({ target, at, duration }): Bar => ({ name: target, kind: 'child', at: Math.max(0, at - call.at) * 1000, duration })),
  ]
}

export function Waterfall({ trace }: { trace: Trace }) {
  const t = useText()
  const format = useFormat()
  const bars = barsOf(trace)
  const whole = Math.max(trace.call.duration, ...bars.map(({ at, duration }) => at + duration), 1)
  if (bars.length === 0) return <p className="text-muted">{t('waterfall.none')}</p>
  return (
    <table className="w-full text-[0.8125rem]">
      <caption className="sr-only">{t('trace.layers')}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t('waterfall.name')}</th>
          <th scope="col">{t('waterfall.start')}</th>
          <th scope="col">{t('calls.duration')}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two layers may have one name
          <tr key={index}>
            <th scope="row" className="max-w-48 truncate py-1 pe-3 text-start font-normal whitespace-nowrap">
              {bar.name}
              <span className="ms-1.5 text-xs text-muted">{t(`waterfall.${bar.kind}`)}</span>
            </th>
            <td className="w-full py-1">
              <span className="sr-only">{format.duration(bar.at)}</span>
              <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" className="block h-2.5 w-full rounded-sm bg-sunken">
                <rect x={(bar.at / whole) * 1000} width={Math.max((bar.duration / whole) * 1000, 3)} height="10" fill={colours[bar.kind]} />
              </svg>
            </td>
            <td className="tabular py-1 ps-3 text-end whitespace-nowrap">{format.duration(bar.duration)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
