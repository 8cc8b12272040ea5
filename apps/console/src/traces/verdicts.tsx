import type { VerdictView } from '@gatehouse/contracts'
import { Badge, useFormat, Verdict } from '@gatehouse/ui'
import { Eye } from 'lucide-react'
import { useText } from '../messages/text.ts'

/** What the guards said at each stage, with the rules that spoke. Never the text they found. */
export function Verdicts({ verdicts }: { verdicts: readonly VerdictView[] }) {
  const t = useText()
  const format = useFormat()
  if (verdicts.length === 0) return <p className="text-muted">{t('verdicts.none')}</p>
  return (
    <ul className="flex flex-col">
      {verdicts.map((verdict, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stage may be inspected more than once
        <li key={index} className="border-t border-line py-2 first:border-0 first:pt-0">
          <div className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{t(`stage.${verdict.stage}`)}</span>
            <Verdict action={verdict.action} />
            {verdict.monitored ? <Badge icon={Eye}>{t('verdicts.monitored')}</Badge> : null}
            <span className="tabular ms-auto text-xs text-muted">{format.duration(verdict.took)}</span>
          </div>
          {verdict.source ? (
            <p className="mt-1 text-[0.8125rem] text-muted">
              {verdict.source.readable ? t('verdicts.in', { title: verdict.source.title }) : t('passage.hidden')}
            </p>
          ) : null}
          {verdict.findings.length > 0 ? (
            <ul className="mt-1.5 flex flex-col gap-0.5">
              {verdict.findings.map((finding) => (
                <li key={`${finding.rule} ${finding.start}`} className="flex flex-wrap gap-x-2 text-[0.8125rem]">
                  <code className="font-mono text-xs leading-5">{finding.rule}</code>
                  <span className="text-muted">
                    {t('verdicts.finding', {
                      guard: finding.guard,
                      score: format.percent(finding.score),
                      start: finding.start,
                      end: finding.end,
                    })}
                  </span>
                </li>
              ))}
            </ul>
          ) : null}
        </li>
      ))}
    </ul>
  )
}
