import { Button, IconButton, useTranslate } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Maximize2, X } from 'lucide-react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { Loaded } from '../shell/page.tsx'
import { Facts } from './facts.tsx'
import { Story } from './story-text.tsx'
import { Verdicts } from './verdicts.tsx'
import { Waterfall } from './waterfall.tsx'

/** A call beside the list it was chosen from. */
export function Peek({ call, onClose, onOpen }: { call: string; onClose: () => void; onOpen: () => void }) {
  const t = useText()
  const close = useTranslate<'ui.close'>()('ui.close')
  const trace = useQuery({ queryKey: ['call', call], queryFn: () => client.getCall({ path: { call } }) })
  return (
    <aside
      aria-label={t('trace.peek')}
      className="flex w-[30rem] max-w-full shrink-0 flex-col border-s border-line bg-surface max-lg:fixed max-lg:inset-y-0 max-lg:end-0 max-lg:shadow-floating"
    >
      <header className="flex items-center gap-1 border-b border-line py-2 ps-4 pe-2">
        <h2 className="flex-1 font-semibold">{t('trace.peek')}</h2>
        <Button size="small" icon={<Maximize2 className="size-3.5" />} onClick={onOpen}>
          {t('trace.open')}
        </Button>
        <IconButton label={close} onClick={onClose}>
          <X className="size-4" />
        </IconButton>
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4">
        <Loaded query={trace}>
          {(data) => (
            <>
              <Story trace={data} />
              <Facts trace={data} />
              <section>
                <h3 className="mb-2 font-semibold">{t('trace.layers')}</h3>
                <Waterfall trace={data} />
              </section>
              {data.verdicts.length > 0 ? (
                <section>
                  <h3 className="mb-2 font-semibold">{t('trace.verdicts')}</h3>
                  <Verdicts verdicts={data.verdicts} />
                </section>
              ) : null}
            </>
          )}
        </Loaded>
      </div>
    </aside>
  )
}
