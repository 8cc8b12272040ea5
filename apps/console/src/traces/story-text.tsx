import type { Trace } from '@gatehouse/contracts'
import { useFormat, useLanguage } from '@gatehouse/ui'
import { useText } from '../messages/text.ts'
import { storyOf } from './story.ts'

export function Story({ trace }: { trace: Trace }) {
  const t = useText()
  const format = useFormat()
  const { language } = useLanguage()
  const [first, ...rest] = storyOf(trace, t, format)
  return (
    <div className="text-[0.9375rem] leading-relaxed">
      <p className="text-lg font-semibold tracking-tight">{first}</p>
      {/* Chinese sentences follow each other without a space */}
      <p className="mt-1 text-muted">{rest.join(language === 'zh' ? '' : ' ')}</p>
    </div>
  )
}
